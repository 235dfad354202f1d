"""Nets described by dataclasses of blocks."""
from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Union

import torch
import torch.nn as nn

from ..layers import BatchNormAct2d, ClassifierHead, ConvNormAct, DropPath, create_attn, get_act_layer, get_norm_act_layer, make_divisible, to_2tuple
from ._builder import build_model_with_cfg
from ._manipulate import named_apply
from ._registry import register_model

__all__ = ["BlockCfg", "NetCfg", "BringYourBlocks", "num_groups"]


@dataclass
class BlockCfg:
    type: Union[str, nn.Module]
    d: int
    c: int
    s: int = 2
    gs: Optional[Union[int, Callable]] = None
    br: float = 1.0
    attn_layer: Optional[str] = None
    attn_kwargs: Optional[Dict[str, Any]] = None
    block_kwargs: Dict[str, Any] = field(default_factory=dict)


@dataclass
class NetCfg:
    blocks: Tuple[Union[BlockCfg, Tuple[BlockCfg, ...]], ...]
    downsample: str = "conv1x1"
    stem_type: str = "3x3"
    stem_pool: Optional[str] = "maxpool"
    stem_chs: int = 32
    width_factor: float = 1.0
    num_features: int = 0
    act_layer: str = "relu"
    norm_layer: str = "batchnorm"
    attn_layer: Optional[str] = None
    attn_kwargs: dict = field(default_factory=lambda: dict())


@dataclass
class LayerFn:
    conv_norm_act: Callable = ConvNormAct
    norm_act: Callable = BatchNormAct2d
    act: Callable = nn.ReLU
    attn: Optional[Callable] = None


def num_groups(group_size: Optional[int], channels: int) -> int:
    if not group_size:
        return 1
    assert channels % group_size == 0
    return channels // group_size


def interleave_blocks(types: Tuple[str, str], d, every: Union[int, List[int]] = 1, first: bool = False, **kwargs) -> Tuple[BlockCfg]:
    assert len(types) == 2
    if isinstance(every, int):
        every = list(range(0 if first else every, d, every + 1))
        if not every:
            every = [d - 1]
    set(every)
    blocks = []
    for i in range(d):
        block_type = types[1] if i in every else types[0]
        blocks += [BlockCfg(type=block_type, d=1, **kwargs)]
    return tuple(blocks)


def expand_blocks_cfg(stage_blocks_cfg):
    if not isinstance(stage_blocks_cfg, Sequence):
        stage_blocks_cfg = (stage_blocks_cfg,)
    block_cfgs = []
    for i, cfg in enumerate(stage_blocks_cfg):
        block_cfgs += [replace(cfg, d=1) for _ in range(cfg.d)]
    return block_cfgs


class BottleneckBlock(nn.Module):
    def __init__(self, in_chs, out_chs, kernel_size=3, stride=1, bottle_ratio=1.0, group_size=None, downsample="conv1x1", extra_conv=False, layers: LayerFn = None, drop_path_rate=0.0, attn_last=False):
        super().__init__()
        layers = layers or LayerFn()
        mid_chs = make_divisible(out_chs * bottle_ratio)
        groups = num_groups(group_size, mid_chs)
        self.shortcut = create_shortcut(downsample, in_chs, out_chs, stride=stride, apply_act=False, layers=layers)
        self.conv1_1x1 = layers.conv_norm_act(in_chs, mid_chs, 1)
        self.conv2_kxk = layers.conv_norm_act(mid_chs, mid_chs, kernel_size, stride=stride, groups=groups)
        if extra_conv:
            self.conv2b_kxk = layers.conv_norm_act(mid_chs, mid_chs, kernel_size, groups=groups)
        else:
            self.conv2b_kxk = nn.Identity()
        self.attn = nn.Identity() if layers.attn is None or attn_last else layers.attn(mid_chs)
        self.conv3_1x1 = layers.conv_norm_act(mid_chs, out_chs, 1, apply_act=False)
        self.attn_last = layers.attn(out_chs) if layers.attn is not None and attn_last else nn.Identity()
        self.drop_path = DropPath(drop_path_rate) if drop_path_rate > 0.0 else nn.Identity()
        self.act = layers.act(inplace=True)

    def forward(self, x):
        shortcut = x
        x = self.conv2b_kxk(self.conv2_kxk(self.conv1_1x1(x)))
        x = self.attn_last(self.conv3_1x1(self.attn(x)))
        if self.shortcut is not None:
            x = self.drop_path(x) + self.shortcut(shortcut)
        return self.act(x)


class MergeableBlock(nn.Module):
    """Three branches while training, one convolution afterwards."""

    def __init__(self, in_chs, out_chs, kernel_size=3, stride=1, bottle_ratio=None, group_size=None, downsample="", layers: LayerFn = None, drop_path_rate=0.0, inference_mode: bool = False):
        super().__init__()
        layers = layers or LayerFn()
        groups = num_groups(group_size, in_chs)
        use_ident = in_chs == out_chs and stride == 1
        if inference_mode:
            self.reparam_conv = nn.Conv2d(in_chs, out_chs, kernel_size, stride, kernel_size // 2, groups=groups)
        else:
            self.reparam_conv = None
            self.identity = layers.norm_act(out_chs, apply_act=False) if use_ident else None
            self.conv_kxk = layers.conv_norm_act(in_chs, out_chs, kernel_size, stride=stride, groups=groups, apply_act=False)
            self.conv_1x1 = layers.conv_norm_act(in_chs, out_chs, 1, stride=stride, groups=groups, apply_act=False)
        self.attn = nn.Identity() if layers.attn is None else layers.attn(out_chs)
        self.act = layers.act(inplace=True)

    def forward(self, x):
        if self.reparam_conv is not None:
            return self.act(self.attn(self.reparam_conv(x)))
        if self.identity is None:
            x = self.conv_1x1(x) + self.conv_kxk(x)
        else:
            identity = self.identity(x)
            x = self.conv_1x1(x) + self.conv_kxk(x)
            x += identity
        return self.act(self.attn(x))

    def reparameterize(self):
        if self.reparam_conv is not None:
            return
        conv = self.conv_kxk.conv
        self.reparam_conv = nn.Conv2d(conv.in_channels, conv.out_channels, kernel_size=conv.kernel_size, stride=conv.stride, padding=conv.padding, dilation=conv.dilation, groups=conv.groups, bias=True)
        for name, para in self.named_parameters():
            if "reparam_conv" in name:
                continue
            para.detach_()
        self.__delattr__("conv_kxk")
        self.__delattr__("conv_1x1")
        self.__delattr__("identity")


_block_registry = dict(bottle=BottleneckBlock, rep=MergeableBlock)


def register_block(block_type: str, block_fn: nn.Module):
    _block_registry[block_type] = block_fn


def create_block(block: Union[str, nn.Module], **kwargs):
    if isinstance(block, (nn.Module, partial)):
        return block(**kwargs)
    assert block in _block_registry, f"Unknown block type ({block}"
    return _block_registry[block](**kwargs)


def create_shortcut(downsample_type, in_chs, out_chs, stride, layers: LayerFn, **kwargs):
    assert downsample_type in ("", "conv1x1")
    if in_chs != out_chs or stride != 1:
        if not downsample_type:
            return None
        return layers.conv_norm_act(in_chs, out_chs, kernel_size=1, stride=stride, **kwargs)
    return nn.Identity()


class MhsaBlock(nn.Module):
    """Attention over all positions with factored position embeddings."""

    def __init__(self, in_chs, out_chs, stride=1, group_size=None, bottle_ratio=1.0, downsample="", layers: LayerFn = None, drop_path_rate=0.0, feat_size: Optional[Tuple[int, int]] = None, num_heads=4, **_):
        super().__init__()
        assert feat_size is not None, "spatial dim must be known"
        self.num_heads = num_heads
        self.dim_head = make_divisible(out_chs, divisor=8) // num_heads
        self.proj = nn.Conv2d(in_chs, out_chs, 1) if in_chs != out_chs else nn.Identity()
        self.qkv = nn.Conv2d(out_chs, 3 * num_heads * self.dim_head, 1, bias=False)
        self.height = nn.Parameter(torch.empty(feat_size[0] * 2 - 1, self.dim_head).normal_(std=self.dim_head**-0.5))
        self.width = nn.Parameter(torch.empty(feat_size[1] * 2 - 1, self.dim_head).normal_(std=self.dim_head**-0.5))
        self.pool = nn.AvgPool2d(2, 2) if stride == 2 else nn.Identity()

    def forward(self, x):
        x = self.proj(x)
        B, C, H, W = x.shape
        q, k, v = torch.split(self.qkv(x), [self.num_heads * self.dim_head] * 3, dim=1)
        q, k, v = [t.reshape(B * self.num_heads, self.dim_head, -1).transpose(-1, -2) for t in (q, k, v)]
        attn = (q * self.dim_head**-0.5) @ k.transpose(-1, -2)
        out = attn.softmax(-1) @ v
        out = out.transpose(-1, -2).reshape(B, -1, H, W)
        return self.pool(out)


register_block("mhsa", MhsaBlock)


class BringYourBlocks(nn.Module):
    def __init__(self, cfg: NetCfg, num_classes: int = 1000, in_chans: int = 3, global_pool: str = "avg", img_size: Optional[Union[int, Tuple[int, int]]] = None, drop_path_rate: float = 0.0, **kwargs):
        super().__init__()
        cfg = replace(cfg, **kwargs)
        layers = get_layer_fns(cfg)
        self.feature_info = []
        feat_size = to_2tuple(img_size) if img_size is not None else None
        stem_chs = int(round((cfg.stem_chs or cfg.blocks[0].c) * cfg.width_factor))
        self.stem = nn.Sequential()
        self.stem.add_module("conv", layers.conv_norm_act(in_chans, stem_chs, 3, stride=2))
        if cfg.stem_pool:
            self.stem.add_module("pool", nn.MaxPool2d(3, 2, 1))
        stride = 4 if cfg.stem_pool else 2
        if feat_size is not None:
            feat_size = tuple([f // stride for f in feat_size])
        self.stages, prev_chs = self._stages(cfg, layers, stem_chs, feat_size, drop_path_rate, stride)
        self.num_features = cfg.num_features and int(round(cfg.width_factor * cfg.num_features)) or prev_chs
        if cfg.num_features:
            self.final_conv = layers.conv_norm_act(prev_chs, self.num_features, 1)
        else:
            self.final_conv = nn.Identity()
        self.head = ClassifierHead(self.num_features, num_classes, pool_type=global_pool)
        named_apply(partial(_init_weights, zero_init_last=True), self)

    def _stages(self, cfg: NetCfg, layers, prev_chs, feat_size, drop_path_rate, stride) -> Tuple[nn.Sequential, int]:
        block_cfgs = [expand_blocks_cfg(s) for s in cfg.blocks]
        depths = [sum([bc.d for bc in stage_bcs]) for stage_bcs in block_cfgs]
        dpr = [x.tolist() for x in torch.linspace(0, drop_path_rate, sum(depths)).split(depths)]
        stages = []
        for stage_idx, stage_block_cfgs in enumerate(block_cfgs):
            blocks = []
            for block_idx, block_cfg in enumerate(stage_block_cfgs):
                out_chs = make_divisible(block_cfg.c * cfg.width_factor)
                group_size = block_cfg.gs
                if isinstance(group_size, Callable):
                    group_size = group_size(out_chs, block_idx)
                block_kwargs = dict(
                    in_chs=prev_chs, out_chs=out_chs, stride=block_cfg.s if block_idx == 0 else 1, group_size=group_size, bottle_ratio=block_cfg.br, downsample=cfg.downsample,
                    drop_path_rate=dpr[stage_idx][block_idx], layers=override(block_cfg, layers),
                )
                if block_cfg.type in ("mhsa",):
                    block_kwargs.setdefault("feat_size", feat_size)
                block_kwargs.update(block_cfg.block_kwargs)
                blocks += [create_block(block_cfg.type, **block_kwargs)]
                prev_chs = out_chs
                if block_idx == 0 and block_cfg.s == 2 and feat_size is not None:
                    feat_size = tuple([f // 2 for f in feat_size])
            stages += [nn.Sequential(*blocks)]
        return nn.Sequential(*stages), prev_chs

    def forward(self, x):
        return self.head(self.final_conv(self.stages(self.stem(x))))


def override(block_cfg: BlockCfg, layers: LayerFn) -> LayerFn:
    if block_cfg.attn_layer is None:
        return layers
    if not block_cfg.attn_layer:
        return replace(layers, attn=None)
    return replace(layers, attn=partial(create_attn, block_cfg.attn_layer, **(block_cfg.attn_kwargs or {})))


def get_layer_fns(cfg: NetCfg) -> LayerFn:
    act = get_act_layer(cfg.act_layer)
    norm_act = get_norm_act_layer(norm_layer=cfg.norm_layer, act_layer=act)
    conv_norm_act = partial(ConvNormAct, norm_layer=cfg.norm_layer, act_layer=act)
    attn = partial(create_attn, cfg.attn_layer, **cfg.attn_kwargs) if cfg.attn_layer else None
    return LayerFn(conv_norm_act=conv_norm_act, norm_act=norm_act, act=act, attn=attn)


def _init_weights(module, name="", zero_init_last=False):
    if isinstance(module, nn.Conv2d):
        fan_out = module.kernel_size[0] * module.kernel_size[1] * module.out_channels
        fan_out //= module.groups
        module.weight.data.normal_(0, math.sqrt(2.0 / fan_out))
    elif hasattr(module, "init_weights"):
        module.init_weights(zero_init_last=zero_init_last)


def _rep_blocks(d=(2, 4, 6, 1), wf=(1.0, 1.0, 1.0, 1.0), groups=0):
    c = (64, 128, 256, 512)
    group_size = 0
    if groups > 0:
        group_size = lambda chs, idx: chs // groups if (idx + 1) % 2 == 0 else 0
    return tuple([BlockCfg(type="rep", d=d, s=2, gs=group_size, c=c * wf) for d, c, wf in zip(d, c, wf)])


model_cfgs = dict(
    bottlenet=NetCfg(
        blocks=(
            BlockCfg(type="bottle", d=2, c=256, s=1, gs=32, br=0.5),
            BlockCfg(type="bottle", d=2, c=512, s=2, gs=32, br=0.5, block_kwargs=dict(extra_conv=True)),
            interleave_blocks(types=("bottle", "mhsa"), d=3, every=2, c=640, s=2, gs=16, br=0.25),
        ),
        stem_chs=64,
        act_layer="silu",
        num_features=1000,
        attn_layer="se",
        attn_kwargs=dict(rd_ratio=0.25),
    ),
    repnet_a2=NetCfg(blocks=_rep_blocks(d=(2, 2, 3, 1), wf=(0.75, 0.75, 0.75, 2.5)), stem_type="rep", stem_chs=48, stem_pool=""),
    repnet_b1g4=NetCfg(blocks=_rep_blocks(wf=(0.5, 0.5, 0.5, 1.0), groups=4), stem_chs=64, stem_pool="", attn_layer="eca"),
)
model_cfgs["bottlenet_wide"] = replace(model_cfgs["bottlenet"], width_factor=1.5, attn_layer=None)


def _create(variant, cfg_variant=None, pretrained=False, **kwargs):
    return build_model_with_cfg(BringYourBlocks, variant, pretrained, model_cfg=model_cfgs[variant] if not cfg_variant else model_cfgs[cfg_variant], feature_cfg=dict(flatten_sequential=True), **kwargs)


@register_model
def bottlenet(pretrained=False, **kwargs):
    kwargs.setdefault("img_size", 224)
    return _create("bottlenet", pretrained=pretrained, **kwargs)


@register_model
def bottlenet_wide(pretrained=False, **kwargs):
    return _create("bottlenet_wide", pretrained=pretrained, **dict({"img_size": 160}, **kwargs))


@register_model
def repnet_a2(pretrained=False, **kwargs) -> BringYourBlocks:
    return _create("repnet_a2", pretrained=pretrained, **kwargs)


@register_model
def repnet_b1g4(pretrained=False, **kwargs) -> BringYourBlocks:
    return _create("repnet_b1g4", pretrained=pretrained, **kwargs)
