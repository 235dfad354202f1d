"""Architectures written as strings."""
import functools
import math
import re
from copy import deepcopy
from typing import Any, Dict, List

import torch.nn as nn
import torch.nn.functional as F

from imagezoo.layers import (
    ConvNormAct,
    DropPath,
    SqueezeExcite,
    create_classifier,
    create_conv2d,
    get_act_layer,
    get_norm_act_layer,
    make_divisible,
)
from ._builder import build_model_with_cfg
from ._config import generate_configs
from ._features import FeatureInfo
from ._registry import register_model

__all__ = ["Mobile", "decode_arch_def"]


def _parse_ksize(ss):
    if ss.isdigit():
        return int(ss)
    return [int(k) for k in ss.split(".")]


def _decode_block_str(block_str):
    assert isinstance(block_str, str)
    ops = block_str.split("_")
    block_type = ops[0]
    ops = ops[1:]
    options = {}
    skip = None
    for op in ops:
        if op == "noskip":
            skip = False
        elif op == "skip":
            skip = True
        elif op.startswith("n"):
            key = op[0]
            v = op[1:]
            if v == "re":
                value = get_act_layer("relu")
            elif v == "hs":
                value = get_act_layer("hard_swish")
            elif v == "sw":
                value = get_act_layer("swish")
            else:
                continue
            options[key] = value
        else:
            splits = re.split(r"(\d.*)", op)
            if len(splits) >= 2:
                key, value = splits[:2]
                options[key] = value
    act_layer = options["n"] if "n" in options else None
    num_repeat = int(options["r"])
    block_args = dict(block_type=block_type, out_chs=int(options["c"]), stride=int(options["s"]), act_layer=act_layer)
    if block_type == "ir":
        block_args.update(
            dict(
                dw_kernel_size=_parse_ksize(options["k"]),
                exp_ratio=float(options["e"]),
                se_ratio=float(options.get("se", 0.0)),
                noskip=skip is False,
            )
        )
    elif block_type == "ds":
        block_args.update(dict(dw_kernel_size=_parse_ksize(options["k"]), se_ratio=float(options.get("se", 0.0)), noskip=block_type == "dsa" or skip is False))
    elif block_type == "cn":
        block_args.update(dict(kernel_size=int(options["k"]), skip=skip is True))
    else:
        assert False, "Unknown block type (%s)" % block_type
    return block_args, num_repeat


def _scale_stage_depth(stack_args, repeats, depth_multiplier=1.0, depth_trunc="ceil"):
    num_repeat = sum(repeats)
    if depth_trunc == "round":
        num_repeat_scaled = max(1, round(num_repeat * depth_multiplier))
    else:
        num_repeat_scaled = int(math.ceil(num_repeat * depth_multiplier))
    repeats_scaled = []
    for r in repeats[::-1]:
        rs = max(1, round(r / num_repeat * num_repeat_scaled))
        repeats_scaled.append(rs)
        num_repeat -= r
        num_repeat_scaled -= rs
    repeats_scaled = repeats_scaled[::-1]
    sa_scaled = []
    for ba, rep in zip(stack_args, repeats_scaled):
        sa_scaled.extend([deepcopy(ba) for _ in range(rep)])
    return sa_scaled


def decode_arch_def(arch_def, depth_multiplier=1.0, depth_trunc="ceil", fix_first_last=False):
    arch_args = []
    if isinstance(depth_multiplier, tuple):
        assert len(depth_multiplier) == len(arch_def)
    else:
        depth_multiplier = (depth_multiplier,) * len(arch_def)
    for stack_idx, (block_strings, multiplier) in enumerate(zip(arch_def, depth_multiplier)):
        assert isinstance(block_strings, list)
        stack_args = []
        repeats = []
        for block_str in block_strings:
            ba, rep = _decode_block_str(block_str)
            stack_args.append(ba)
            repeats.append(rep)
        if fix_first_last and (stack_idx == 0 or stack_idx == len(arch_def) - 1):
            arch_args.append(_scale_stage_depth(stack_args, repeats, 1.0, depth_trunc))
        else:
            arch_args.append(_scale_stage_depth(stack_args, repeats, multiplier, depth_trunc))
    return arch_args


def round_channels(channels, multiplier=1.0, divisor=8, channel_min=None, round_limit=0.9):
    if not multiplier:
        return channels
    return make_divisible(channels * multiplier, divisor, channel_min, round_limit=round_limit)


class DepthwiseSeparable(nn.Module):
    def __init__(self, in_chs, out_chs, dw_kernel_size=3, stride=1, dilation=1, pad_type="", noskip=False, act_layer=nn.ReLU, norm_layer=nn.BatchNorm2d, se_layer=None, drop_path_rate=0.0):
        super().__init__()
        norm_act_layer = get_norm_act_layer(norm_layer, act_layer)
        self.has_skip = (stride == 1 and in_chs == out_chs) and not noskip
        self.conv_dw = create_conv2d(in_chs, in_chs, dw_kernel_size, stride=stride, dilation=dilation, padding=pad_type, depthwise=True)
        self.bn1 = norm_act_layer(in_chs, inplace=True)
        self.se = se_layer(in_chs, act_layer=act_layer) if se_layer else nn.Identity()
        self.conv_pw = create_conv2d(in_chs, out_chs, 1, padding=pad_type)
        self.bn2 = norm_act_layer(out_chs, inplace=True, apply_act=False)
        self.drop_path = DropPath(drop_path_rate) if drop_path_rate else nn.Identity()

    def feature_info(self, location):
        return dict(module="conv_pw", num_chs=self.conv_pw.out_channels)

    def forward(self, x):
        shortcut = x
        x = self.bn2(self.conv_pw(self.se(self.bn1(self.conv_dw(x)))))
        if self.has_skip:
            x = self.drop_path(x) + shortcut
        return x


class Inverted(nn.Module):
    def __init__(self, in_chs, out_chs, dw_kernel_size=3, stride=1, dilation=1, pad_type="", noskip=False, exp_ratio=1.0, act_layer=nn.ReLU, norm_layer=nn.BatchNorm2d, se_layer=None, drop_path_rate=0.0):
        super(Inverted, self).__init__()
        norm_act_layer = get_norm_act_layer(norm_layer, act_layer)
        mid_chs = make_divisible(in_chs * exp_ratio)
        self.has_skip = (in_chs == out_chs and stride == 1) and not noskip
        self.conv_pw = create_conv2d(in_chs, mid_chs, 1, padding=pad_type)
        self.bn1 = norm_act_layer(mid_chs, inplace=True)
        self.conv_dw = create_conv2d(mid_chs, mid_chs, dw_kernel_size, stride=stride, dilation=dilation, groups=mid_chs, padding=pad_type)
        self.bn2 = norm_act_layer(mid_chs, inplace=True)
        self.se = se_layer(mid_chs, act_layer=act_layer) if se_layer else nn.Identity()
        self.conv_pwl = create_conv2d(mid_chs, out_chs, 1, padding=pad_type)
        self.bn3 = norm_act_layer(out_chs, inplace=True, apply_act=False)
        self.drop_path = DropPath(drop_path_rate) if drop_path_rate else nn.Identity()

    def feature_info(self, location):
        return dict(module="conv_pwl", num_chs=self.conv_pwl.out_channels)

    def forward(self, x):
        shortcut = x
        x = self.bn1(self.conv_pw(x))
        x = self.se(self.bn2(self.conv_dw(x)))
        x = self.bn3(self.conv_pwl(x))
        if self.has_skip:
            x = self.drop_path(x) + shortcut
        return x


class Plain(ConvNormAct):
    def __init__(self, in_chs, out_chs, kernel_size, stride=1, pad_type="", skip=False, drop_path_rate=0.0, **kwargs):
        super().__init__(in_chs, out_chs, kernel_size, stride=stride, padding=pad_type, **kwargs)

    def feature_info(self, location):
        return dict(module="", num_chs=self.out_channels)


class Builder:
    def __init__(self, output_stride=32, pad_type="", round_chs_fn=round_channels, se_layer=None, act_layer=None, norm_layer=None, drop_path_rate=0.0, feature_location=""):
        self.output_stride = output_stride
        self.pad_type = pad_type
        self.round_chs_fn = round_chs_fn
        self.act_layer = act_layer
        self.norm_layer = norm_layer
        self.se_layer = se_layer
        try:
            self.se_layer(8, rd_ratio=1.0)
            self.se_has_ratio = True
        except TypeError:
            self.se_has_ratio = False
        self.drop_path_rate = drop_path_rate
        self.in_chs = None
        self.features = []

    def _make_block(self, ba, block_idx, block_count):
        drop_path_rate = self.drop_path_rate * block_idx / block_count
        bt = ba.pop("block_type")
        ba["in_chs"] = self.in_chs
        ba["out_chs"] = self.round_chs_fn(ba["out_chs"])
        ba["pad_type"] = self.pad_type
        ba["act_layer"] = ba["act_layer"] if ba["act_layer"] is not None else self.act_layer
        assert ba["act_layer"] is not None
        ba["norm_layer"] = self.norm_layer
        ba["drop_path_rate"] = drop_path_rate
        if bt != "cn":
            se_ratio = ba.pop("se_ratio")
            if se_ratio and self.se_layer is not None:
                if self.se_has_ratio:
                    ba["se_layer"] = functools.partial(self.se_layer, rd_ratio=se_ratio)
                else:
                    ba["se_layer"] = self.se_layer
        block = {"ir": Inverted, "ds": DepthwiseSeparable, "cn": Plain}[bt](**ba)
        self.in_chs = ba["out_chs"]
        return block

    def __call__(self, in_chs, model_block_args: List[List[Dict[str, Any]]]):
        self.in_chs = in_chs
        total_block_count = sum([len(x) for x in model_block_args])
        total_block_idx = 0
        current_stride = 2
        stages = []
        if model_block_args[0][0]["stride"] > 1:
            self.features.append(dict(module="bn1", num_chs=in_chs, stage=0, reduction=current_stride))
        for stack_idx, stack_args in enumerate(model_block_args):
            last_stack = stack_idx + 1 == len(model_block_args)
            blocks = []
            for block_idx, block_args in enumerate(stack_args):
                last_block = block_idx + 1 == len(stack_args)
                if block_idx >= 1:
                    block_args["stride"] = 1
                extract_features = False
                if last_block:
                    next_stack_idx = stack_idx + 1
                    extract_features = next_stack_idx >= len(model_block_args) or model_block_args[next_stack_idx][0]["stride"] > 1
                if block_args["stride"] > 1:
                    current_stride *= block_args["stride"]
                block = self._make_block(block_args, total_block_idx, total_block_count)
                blocks.append(block)
                if extract_features:
                    self.features.append(dict(stage=stack_idx + 1, reduction=current_stride, **{**block.feature_info(""), "module": f"blocks.{stack_idx}"}))
                total_block_idx += 1
            stages.append(nn.Sequential(*blocks))
        return stages


class Mobile(nn.Module):
    def __init__(self, block_args, num_classes=1000, num_features=1280, in_chans=3, stem_size=32, fix_stem=False, pad_type="", round_chs_fn=round_channels, act_layer=None, norm_layer=None, se_layer=None, drop_rate=0.0, drop_path_rate=0.0, global_pool="avg"):
        super().__init__()
        act_layer = act_layer or nn.ReLU
        norm_layer = norm_layer or nn.BatchNorm2d
        norm_act_layer = get_norm_act_layer(norm_layer, act_layer)
        se_layer = se_layer or SqueezeExcite
        self.num_classes = num_classes
        self.drop_rate = drop_rate
        if not fix_stem:
            stem_size = round_chs_fn(stem_size)
        self.conv_stem = create_conv2d(in_chans, stem_size, 3, stride=2, padding=pad_type)
        self.bn1 = norm_act_layer(stem_size, inplace=True)
        builder = Builder(output_stride=32, pad_type=pad_type, round_chs_fn=round_chs_fn, act_layer=act_layer, norm_layer=norm_layer, se_layer=se_layer, drop_path_rate=drop_path_rate)
        self.blocks = nn.Sequential(*builder(stem_size, block_args))
        self.feature_info = builder.features
        self.stage_ends = [f["stage"] for f in self.feature_info]
        head_chs = builder.in_chs
        if num_features > 0:
            self.conv_head = create_conv2d(head_chs, num_features, 1, padding=pad_type)
            self.bn2 = norm_act_layer(num_features, inplace=True)
            self.num_features = num_features
        else:
            self.conv_head = nn.Identity()
            self.bn2 = nn.Identity()
            self.num_features = head_chs
        self.global_pool, self.classifier = create_classifier(self.num_features, self.num_classes, pool_type=global_pool)
        init_mobile(self)

    def as_sequential(self):
        layers = [self.conv_stem, self.bn1]
        layers.extend(self.blocks)
        layers.extend([self.conv_head, self.bn2, self.global_pool])
        layers.extend([nn.Dropout(self.drop_rate), self.classifier])
        return nn.Sequential(*layers)

    def forward(self, x):
        x = self.blocks(self.bn1(self.conv_stem(x)))
        x = self.global_pool(self.bn2(self.conv_head(x)))
        if self.drop_rate > 0.0:
            x = F.dropout(x, p=self.drop_rate, training=self.training)
        return self.classifier(x)


def init_mobile(model: nn.Module):
    for n, m in model.named_modules():
        if isinstance(m, nn.Conv2d):
            fan_out = m.kernel_size[0] * m.kernel_size[1] * m.out_channels
            fan_out //= m.groups
            nn.init.normal_(m.weight, 0, math.sqrt(2.0 / fan_out))
            if m.bias is not None:
                nn.init.zeros_(m.bias)
        elif isinstance(m, nn.Linear):
            init_range = 1.0 / math.sqrt(m.weight.size(0))
            nn.init.uniform_(m.weight, -init_range, init_range)


def resolve_bn_args(kwargs):
    bn_args = {}
    bn_momentum = kwargs.pop("bn_momentum", None)
    if bn_momentum is not None:
        bn_args["momentum"] = bn_momentum
    bn_eps = kwargs.pop("bn_eps", None)
    if bn_eps is not None:
        bn_args["eps"] = bn_eps
    return bn_args


def resolve_act_layer(kwargs, default="relu"):
    return get_act_layer(kwargs.pop("act_layer", default))


def _gen(variant, channel_multiplier=1.0, depth_multiplier=1.0, mixed=False, pretrained=False, **kwargs):
    arch_def = [
        ["ds_r1_k3_s1_e1_c16_se0.25"],
        ["ir_r2_k3_s2_e6_c24_se0.25"],
        ["ir_r2_k3.5.7_s2_e6_c40_se0.25_nsw" if mixed else "ir_r2_k5_s2_e6_c40_se0.25"],
        ["ir_r3_k3_s2_e6_c80_se0.25_nhs"],
        ["ir_r1_k5_s1_e6_c112_se0.25", "ir_r2_k5_s1_e4_c112"],
        ["ir_r1_k3_s2_e6_c192_noskip", "cn_r1_k1_s1_c320"],
    ]
    round_chs_fn = functools.partial(round_channels, multiplier=channel_multiplier)
    model_kwargs = dict(
        block_args=decode_arch_def(arch_def, depth_multiplier),
        num_features=round_chs_fn(1280),
        stem_size=32,
        round_chs_fn=round_chs_fn,
        act_layer=resolve_act_layer(kwargs, "swish"),
        norm_layer=kwargs.pop("norm_layer", None) or functools.partial(nn.BatchNorm2d, **resolve_bn_args(kwargs)),
        **kwargs,
    )
    return build_model_with_cfg(Mobile, variant, pretrained, feature_cfg=dict(flatten_sequential=True), kwargs_filter=("global_pool_unused",), **model_kwargs)


def _cfg(url="", **kwargs):
    return {"url": url, "num_classes": 1000, "classifier": "classifier", "first_conv": "conv_stem", **kwargs}


default_configs = generate_configs({"mobile_b0.sw_in1k": _cfg(url="x"), "mobile_b2.in1k": _cfg(num_classes=10), "mobile_mix": _cfg()})


@register_model
def mobile_b0(pretrained=False, **kwargs) -> Mobile:
    return _gen("mobile_b0", channel_multiplier=1.0, depth_multiplier=1.0, pretrained=pretrained, **kwargs)


@register_model
def mobile_b2(pretrained=False, **kwargs) -> Mobile:
    return _gen("mobile_b2", channel_multiplier=1.1, depth_multiplier=1.2, pretrained=pretrained, **kwargs)


@register_model
def mobile_mix(pretrained=False, **kwargs) -> Mobile:
    kwargs.setdefault("bn_eps", 1e-3)
    kwargs["pad_type"] = "same"
    return _gen("mobile_mix", channel_multiplier=0.75, mixed=True, pretrained=pretrained, **kwargs)
