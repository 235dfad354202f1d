"""A one-stage detector: pyramid, shared heads, outputs in a dict."""
from collections import OrderedDict
from typing import Any

import torch
from torch import nn, Tensor


def conv_bn(i: int, o: int, k: int = 3, s: int = 1, g: int = 1, act: Any = True) -> nn.Sequential:
    seq = nn.Sequential()
    seq.add_module("conv", nn.Conv2d(i, o, k, s, k // 2, groups=g, bias=False))
    seq.add_module("bn", nn.BatchNorm2d(o))
    if act:
        seq.add_module("act", nn.SiLU() if act is True else act)
    return seq


class SqueezeExcite(nn.Module):
    def __init__(self, c: int, r: int = 4):
        super().__init__()
        self.fc1, self.fc2 = nn.Conv2d(c, c // r, 1), nn.Conv2d(c // r, c, 1)

    def forward(self, x: Tensor) -> Tensor:
        s = x.mean((2, 3), keepdim=True)
        return x * self.fc2(self.fc1(s).relu()).sigmoid()


class InvertedResidual(nn.Module):
    def __init__(self, i: int, o: int, s: int, e: float, k: int = 3, se: bool = True):
        super().__init__()
        mid = int(round(i * e / 8)) * 8
        self.use_res = s == 1 and i == o
        steps: OrderedDict[str, nn.Module] = OrderedDict()
        if mid != i:
            steps["expand"] = conv_bn(i, mid, 1)
        steps["dw"] = conv_bn(mid, mid, k, s, g=mid)
        if se:
            steps["se"] = SqueezeExcite(mid)
        steps["project"] = conv_bn(mid, o, 1, act=None)
        self.block = nn.Sequential(steps)

    def forward(self, x: Tensor) -> Tensor:
        y = self.block(x)
        return x + y if self.use_res else y


class Body(nn.Module):
    SETTINGS = [
        # e, c, n, s, k
        (1, 16, 1, 1, 3),
        (4, 24, 2, 2, 3),
        (4, 40, 2, 2, 5),
        (4, 64, 1, 2, 3),
    ]

    def __init__(self, width_mult: float = 1.0):
        super().__init__()
        c_in = 16
        self.stem = conv_bn(3, c_in, s=2)
        stages = []
        self.channels = []
        for e, c, n, s, k in self.SETTINGS:
            c = max(8, int(c * width_mult + 4) // 8 * 8)
            stages.append(nn.Sequential(*[InvertedResidual(c_in if j == 0 else c, c, s if j == 0 else 1, e, k) for j in range(n)]))
            c_in = c
            self.channels.append(c)
        self.stages = nn.ModuleList(stages)

    def forward(self, x: Tensor) -> list[Tensor]:
        x = self.stem(x)
        return [x := stage(x) for stage in self.stages][1:]


class Pyramid(nn.Module):
    def __init__(self, channels: list[int], out: int):
        super().__init__()
        self.lateral = nn.ModuleList([nn.Conv2d(c, out, 1) for c in channels])
        self.smooth = nn.ModuleList([nn.Conv2d(out, out, 3, padding=1) for _ in channels])

    def forward(self, features: list[Tensor]) -> list[Tensor]:
        maps = [lat(f) for lat, f in zip(self.lateral, features)]
        for i in range(len(maps) - 1, 0, -1):
            maps[i - 1] = maps[i - 1] + nn.functional.interpolate(maps[i], size=maps[i - 1].shape[-2:], mode="nearest")
        return [s(m) for s, m in zip(self.smooth, maps)]


class Detector(nn.Module):
    def __init__(self, classes: int = 3, anchors: int = 2, width_mult: float = 1.0, fpn: int = 32):
        super().__init__()
        self.body = Body(width_mult)
        self.neck = Pyramid(self.body.channels[1:], fpn)
        self.cls_head = nn.Sequential(conv_bn(fpn, fpn), nn.Conv2d(fpn, anchors * classes, 3, padding=1))
        self.box_head = nn.Sequential(conv_bn(fpn, fpn), nn.Conv2d(fpn, anchors * 4, 3, padding=1))
        self.scales = nn.ParameterList(nn.Parameter(torch.tensor(1.0)) for _ in range(3))
        self.classes = classes
        nn.init.constant_(self.cls_head[-1].bias, -4.6)

    def flatten(self, maps: list[Tensor], last: int) -> Tensor:
        return torch.cat([m.permute(0, 2, 3, 1).reshape(m.shape[0], -1, last) for m in maps], dim=1)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        maps = self.neck(self.body(images))
        logits = self.flatten([self.cls_head(m) for m in maps], self.classes)
        boxes = self.flatten([self.box_head(m) * s for m, s in zip(maps, self.scales)], 4)
        return {"logits": logits, "boxes": boxes.exp(), "levels": [m for m in maps]}
