from collections import OrderedDict
from functools import partial
from typing import Callable, Dict, List, Optional, Tuple, Union

import torch
import torch.nn as nn

from imagezoo.layers import ClassifierHead, ConvMlp, DropPath, LayerNorm2d, Mlp, NormMlpHead, create_conv2d, get_act_layer, to_ntuple, trunc_normal_
from ._builder import build_model_with_cfg
from ._config import generate_configs
from ._manipulate import checkpoint_seq, named_apply
from ._registry import register_model

__all__ = ["ModernConv"]


class Downsample(nn.Module):
    def __init__(self, in_chs, out_chs, stride=1, dilation=1):
        super().__init__()
        avg_stride = stride if dilation == 1 else 1
        if stride > 1 or dilation > 1:
            self.pool = nn.AvgPool2d(2, avg_stride, ceil_mode=True, count_include_pad=False)
        else:
            self.pool = nn.Identity()
        self.conv = create_conv2d(in_chs, out_chs, 1, stride=1) if in_chs != out_chs else nn.Identity()

    def forward(self, x):
        return self.conv(self.pool(x))


class ModernBlock(nn.Module):
    def __init__(self, in_chs: int, out_chs: Optional[int] = None, kernel_size: int = 7, stride: int = 1, mlp_ratio: float = 4, conv_mlp: bool = False, conv_bias: bool = True, ls_init_value: Optional[float] = 1e-6, act_layer: Union[str, Callable] = "gelu", norm_layer: Optional[Callable] = None, drop_path: float = 0.0):
        super().__init__()
        out_chs = out_chs or in_chs
        act_layer = get_act_layer(act_layer)
        if not norm_layer:
            norm_layer = LayerNorm2d if conv_mlp else partial(nn.LayerNorm, eps=1e-6)
        mlp_layer = ConvMlp if conv_mlp else Mlp
        self.use_conv_mlp = conv_mlp
        self.conv_dw = create_conv2d(in_chs, out_chs, kernel_size=kernel_size, stride=stride, depthwise=True, bias=conv_bias)
        self.norm = norm_layer(out_chs)
        self.mlp = mlp_layer(out_chs, int(mlp_ratio * out_chs), act_layer=act_layer)
        self.gamma = nn.Parameter(ls_init_value * torch.ones(out_chs)) if ls_init_value is not None else None
        if in_chs != out_chs or stride != 1:
            self.shortcut = Downsample(in_chs, out_chs, stride=stride)
        else:
            self.shortcut = nn.Identity()
        self.drop_path = DropPath(drop_path) if drop_path > 0.0 else nn.Identity()

    def forward(self, x):
        shortcut = x
        x = self.conv_dw(x)
        if self.use_conv_mlp:
            x = self.mlp(self.norm(x))
        else:
            x = x.permute(0, 2, 3, 1)
            x = self.mlp(self.norm(x))
            x = x.permute(0, 3, 1, 2)
        if self.gamma is not None:
            x = x.mul(self.gamma.reshape(1, -1, 1, 1))
        return self.drop_path(x) + self.shortcut(shortcut)


class ModernStage(nn.Module):
    def __init__(self, in_chs, out_chs, kernel_size=7, stride=2, depth=2, drop_path_rates=None, norm_layer=None, norm_layer_cl=None, **block_args):
        super().__init__()
        self.grad_checkpointing = False
        if in_chs != out_chs or stride > 1:
            self.downsample = nn.Sequential(norm_layer(in_chs), create_conv2d(in_chs, out_chs, kernel_size=2 if stride > 1 else 1, stride=stride, padding=0, bias=True))
            in_chs = out_chs
        else:
            self.downsample = nn.Identity()
        drop_path_rates = drop_path_rates or [0.0] * depth
        stage_blocks = []
        for i in range(depth):
            stage_blocks.append(ModernBlock(in_chs=in_chs, out_chs=out_chs, kernel_size=kernel_size, drop_path=drop_path_rates[i], norm_layer=norm_layer if block_args.get("conv_mlp") else norm_layer_cl, **block_args))
            in_chs = out_chs
        self.blocks = nn.Sequential(*stage_blocks)

    def forward(self, x):
        x = self.downsample(x)
        if self.grad_checkpointing and not torch.jit.is_scripting():
            return checkpoint_seq(self.blocks, x)
        return self.blocks(x)


def _get_norm_layers(norm_layer: Union[Callable, str], conv_mlp: bool, norm_eps: float):
    norm_layer = norm_layer or "layernorm"
    if norm_layer in ("layernorm",):
        norm_layer_cl = partial(nn.LayerNorm, eps=norm_eps)
        norm_layer = partial(LayerNorm2d, eps=norm_eps)
    else:
        norm_layer_cl = norm_layer
    return norm_layer, norm_layer_cl


class ModernConv(nn.Module):
    def __init__(self, in_chans=3, num_classes=1000, global_pool="avg", output_stride=32, depths: Tuple[int, ...] = (3, 3, 9, 3), dims: Tuple[int, ...] = (96, 192, 384, 768), kernel_sizes: Union[int, Tuple[int, ...]] = 7, ls_init_value=1e-6, stem_type="patch", patch_size=4, head_init_scale=1.0, head_norm_first=False, head_hidden_size=None, conv_mlp=False, act_layer="gelu", norm_layer=None, norm_eps=1e-6, drop_rate=0.0, drop_path_rate=0.0):
        super().__init__()
        kernel_sizes = to_ntuple(4)(kernel_sizes)
        norm_layer, norm_layer_cl = _get_norm_layers(norm_layer, conv_mlp, norm_eps)
        self.num_classes = num_classes
        self.feature_info = []
        assert stem_type in ("patch", "overlap", "overlap_tiered")
        if stem_type == "patch":
            self.stem = nn.Sequential(nn.Conv2d(in_chans, dims[0], kernel_size=patch_size, stride=patch_size), norm_layer(dims[0]))
            stem_stride = patch_size
        else:
            mid_chs = make_mid(dims[0]) if "tiered" in stem_type else dims[0]
            self.stem = nn.Sequential(*filter(None, [
                nn.Conv2d(in_chans, mid_chs, kernel_size=3, stride=2, padding=1),
                get_act_layer(act_layer)() if "act" in stem_type else None,
                nn.Conv2d(mid_chs, dims[0], kernel_size=3, stride=2, padding=1),
                norm_layer(dims[0]),
            ]))
            stem_stride = 4
        self.stages = nn.Sequential()
        dp_rates = [x.tolist() for x in torch.linspace(0, drop_path_rate, sum(depths)).split(depths)]
        stages = []
        prev_chs = dims[0]
        curr_stride = stem_stride
        for i in range(4):
            stride = 2 if curr_stride == 2 or i > 0 else 1
            curr_stride *= stride
            out_chs = dims[i]
            stages.append(ModernStage(prev_chs, out_chs, kernel_size=kernel_sizes[i], stride=stride, depth=depths[i], drop_path_rates=dp_rates[i], ls_init_value=ls_init_value, conv_mlp=conv_mlp, act_layer=act_layer, norm_layer=norm_layer, norm_layer_cl=norm_layer_cl))
            prev_chs = out_chs
            self.feature_info += [dict(num_chs=prev_chs, reduction=curr_stride, module=f"stages.{i}")]
        self.stages = nn.Sequential(*stages)
        self.num_features = self.head_hidden_size = prev_chs
        if head_norm_first:
            assert not head_hidden_size
            self.norm_pre = norm_layer(self.num_features)
            self.head = ClassifierHead(self.num_features, num_classes, pool_type=global_pool, drop_rate=drop_rate)
        else:
            self.norm_pre = nn.Identity()
            self.head = NormMlpHead(self.num_features, num_classes, hidden_size=head_hidden_size, pool_type=global_pool, norm_layer=norm_layer, act_layer="gelu")
            self.head_hidden_size = self.head.num_features
        named_apply(partial(_init_weights, head_init_scale=head_init_scale), self)

    def forward_features(self, x):
        return self.norm_pre(self.stages(self.stem(x)))

    def forward_head(self, x, pre_logits: bool = False):
        return self.head(x, pre_logits=True) if pre_logits else self.head(x)

    def forward(self, x):
        return self.forward_head(self.forward_features(x))


def make_mid(dim):
    from imagezoo.layers import make_divisible
    return make_divisible(dim // 2)


def _init_weights(module, name=None, head_init_scale=1.0):
    if isinstance(module, nn.Conv2d):
        trunc_normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Linear):
        trunc_normal_(module.weight, std=0.02)
        nn.init.zeros_(module.bias)
        if name and "head." in name:
            module.weight.data.mul_(head_init_scale)
            module.bias.data.mul_(head_init_scale)


def _create_modern(variant, pretrained=False, **kwargs):
    if kwargs.get("pretrained_cfg", "") == "fcmae":
        kwargs.setdefault("num_classes", 0)
    return build_model_with_cfg(ModernConv, variant, pretrained, feature_cfg=dict(out_indices=(0, 1, 2, 3), flatten_sequential=True), **kwargs)


def _cfg(url="", **kwargs):
    return {"url": url, "num_classes": 1000, "pool_size": (7, 7), "first_conv": "stem.0", "classifier": "head.fc", **kwargs}


default_configs = generate_configs({"modern_atto.fcmae": _cfg(num_classes=0), "modern_atto.d2_in1k": _cfg(url="x"), "modern_nano_ols": _cfg(), "modern_hnf": _cfg()})

_VARIANTS = OrderedDict(
    modern_atto=dict(depths=(2, 2, 6, 2), dims=(40, 80, 160, 320), conv_mlp=True),
    modern_nano_ols=dict(depths=(2, 2, 8, 2), dims=(80, 160, 320, 640), conv_mlp=True, stem_type="overlap_tiered", kernel_sizes=(3, 5, 7, 9)),
    modern_hnf=dict(depths=(1, 1, 2, 1), dims=(32, 64, 96, 128), head_norm_first=True, ls_init_value=None),
    modern_hidden=dict(depths=(1, 1, 1, 1), dims=(32, 64, 96, 128), head_hidden_size=256),
)


def _define(name, args):
    def entry(pretrained=False, **kwargs):
        return _create_modern(name, pretrained=pretrained, **dict(args, **kwargs))

    entry.__name__ = name
    entry.__doc__ = f"{name} with {args['depths']}"
    return register_model(entry)


for _name, _args in _VARIANTS.items():
    globals()[_name] = _define(_name, _args)
