"""Models built from tables, strings, registries and dicts."""
import abc
import enum
import re
from typing import Callable, Dict, List, Optional, Type, Union

import torch
import torch.nn as nn

MODELS: Dict[str, Callable[..., nn.Module]] = {}


def register(name: Optional[str] = None):
    def wrap(target):
        MODELS[name or target.__name__.lower()] = target
        return target

    return wrap


def create(name: str, /, **kwargs) -> nn.Module:
    try:
        return MODELS[name](**kwargs)
    except KeyError:
        raise ValueError(f"unknown model {name!r}, known are {sorted(MODELS)}") from None


class Act(enum.Enum):
    RELU = "relu"
    SILU = "silu"
    GELU = "gelu"

    def make(self) -> nn.Module:
        match self:
            case Act.RELU:
                return nn.ReLU()
            case Act.SILU:
                return nn.SiLU()
            case _:
                return nn.GELU()


CFGS: Dict[str, List[Union[int, str]]] = {"A": [8, "M", 16, "M", 32, 32, "M"], "B": [8, 8, "M", 16, 16, "M", 32, "M"]}


@register()
class PlainVGG(nn.Module):
    def __init__(self, cfg: str = "A", batch_norm: bool = False, num_classes: int = 10, act: str = "relu"):
        super().__init__()
        layers: List[nn.Module] = []
        in_channels = 3
        for v in CFGS[cfg]:
            if v == "M":
                layers += [nn.MaxPool2d(2)]
                continue
            layers += [nn.Conv2d(in_channels, v, 3, padding=1)] + ([nn.BatchNorm2d(v)] if batch_norm else []) + [Act(act).make()]
            in_channels = v
        self.features = nn.Sequential(*layers)
        self.pool = nn.AdaptiveAvgPool2d((2, 2))
        self.classifier = nn.Linear(in_channels * 4, num_classes)

    def forward(self, x):
        return self.classifier(torch.flatten(self.pool(self.features(x)), 1))


class Base(nn.Module, abc.ABC):
    hidden: int = 16

    def __init__(self, **options):
        super().__init__()
        self.options = {"bias": True, **options}
        self.body = self.make_body()

    @abc.abstractmethod
    def make_body(self) -> nn.Module: ...

    @property
    def width(self) -> int:
        return self.hidden * 2

    def forward(self, x):
        return self.body(x)


class ScaledMixin:
    def __init__(self, *args, gain: float = 0.5, **kwargs):
        super().__init__(*args, **kwargs)
        self.gain = nn.Parameter(torch.tensor(gain))

    def forward(self, x):
        return self.gain * super().forward(x)


@register("scaled")
class Scaled(ScaledMixin, Base):
    hidden = 24

    def make_body(self):
        return nn.Sequential(nn.Linear(12, self.width, bias=self.options["bias"]), nn.PReLU(self.width), nn.Linear(self.width, 3))


BLOCK = re.compile(r"(?P<kind>[a-z]+)(?P<n>\d+)(?:_k(?P<k>\d))?(?:_s(?P<s>\d))?")


@register("coded")
class Coded(nn.Module):
    """Layers from strings such as "conv16_k3_s2" or "lin10"."""

    def __init__(self, *, code: str = "conv8_k5_s2 conv16_k3 pool1 lin10", channels: int = 3):
        super().__init__()
        for index, word in enumerate(code.split()):
            found = BLOCK.fullmatch(word)
            assert found is not None, word
            n, k, s = int(found["n"]), int(found["k"] or 3), int(found["s"] or 1)
            if (kind := found.group("kind")) == "conv":
                layer = nn.Sequential(nn.Conv2d(channels, n, k, s, k // 2), nn.Hardswish())
            elif kind == "pool":
                layer = nn.Sequential(nn.AdaptiveAvgPool2d(n), nn.Flatten())
                n = channels * n * n
            else:
                layer = nn.Linear(channels, n)
            self.add_module(f"{kind}_{index}", layer)
            channels = n

    def forward(self, x):
        for layer in self.children():
            x = layer(x)
        return x


def from_dict(spec: dict) -> nn.Module:
    """{"type": "Sequential", "args": [...], "kwargs": {...}} with nested modules."""
    cls: Type[nn.Module] = getattr(nn, spec["type"])
    args = [from_dict(a) if isinstance(a, dict) else a for a in spec.get("args", ())]
    return cls(*args, **spec.get("kwargs", {}))


SPEC = {
    "type": "Sequential",
    "args": [
        {"type": "Conv1d", "args": [4, 8, 3], "kwargs": {"padding": 1, "groups": 2}},
        {"type": "BatchNorm1d", "args": [8]},
        {"type": "Flatten"},
        {"type": "Linear", "args": [8 * 20, 5]},
    ],
}
