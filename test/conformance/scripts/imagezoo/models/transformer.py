import copy
import math
from collections import OrderedDict
from functools import partial
from typing import Callable, List, Literal, Optional, Set, Tuple, Type, Union

try:
    from typing import Self  # noqa
except ImportError:
    Self = None

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.jit import Final

from imagezoo.layers import (
    AttentionPool,
    DropPath,
    GluMlp,
    Mlp,
    PatchEmbed,
    get_act_layer,
    get_norm_layer,
    lecun_normal_,
    trunc_normal_,
    use_fused_attention,
)
from ._builder import build_model_with_cfg
from ._config import generate_configs
from ._manipulate import checkpoint_seq, named_apply
from ._registry import register_model

__all__ = ["VisionModel"]


class Attention(nn.Module):
    fused_attn: Final[bool]

    def __init__(self, dim: int, num_heads: int = 8, qkv_bias: bool = False, qk_norm: bool = False, attn_drop: float = 0.0, proj_drop: float = 0.0, norm_layer: Type[nn.Module] = nn.LayerNorm) -> None:
        super().__init__()
        assert dim % num_heads == 0, "dim should be divisible by num_heads"
        self.num_heads = num_heads
        self.head_dim = dim // num_heads
        self.scale = self.head_dim**-0.5
        self.fused_attn = use_fused_attention()
        self.qkv = nn.Linear(dim, dim * 3, bias=qkv_bias)
        self.q_norm = norm_layer(self.head_dim) if qk_norm else nn.Identity()
        self.k_norm = norm_layer(self.head_dim) if qk_norm else nn.Identity()
        self.attn_drop = nn.Dropout(attn_drop)
        self.proj = nn.Linear(dim, dim)
        self.proj_drop = nn.Dropout(proj_drop)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        B, N, C = x.shape
        qkv = self.qkv(x).reshape(B, N, 3, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        q, k = self.q_norm(q), self.k_norm(k)
        if self.fused_attn:
            x = F.scaled_dot_product_attention(q, k, v, dropout_p=self.attn_drop.p if self.training else 0.0)
        else:
            q = q * self.scale
            attn = q @ k.transpose(-2, -1)
            x = self.attn_drop(attn.softmax(dim=-1)) @ v
        x = x.transpose(1, 2).reshape(B, N, C)
        return self.proj_drop(self.proj(x))


class LayerScale(nn.Module):
    def __init__(self, dim: int, init_values: float = 1e-5, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace
        self.gamma = nn.Parameter(init_values * torch.ones(dim))

    def forward(self, x):
        return x.mul_(self.gamma) if self.inplace else x * self.gamma


class Block(nn.Module):
    def __init__(self, dim, num_heads, mlp_ratio=4.0, qkv_bias=False, qk_norm=False, proj_drop=0.0, attn_drop=0.0, init_values=None, drop_path=0.0, act_layer=nn.GELU, norm_layer=nn.LayerNorm, mlp_layer=Mlp):
        super().__init__()
        self.norm1 = norm_layer(dim)
        self.attn = Attention(dim, num_heads=num_heads, qkv_bias=qkv_bias, qk_norm=qk_norm, attn_drop=attn_drop, proj_drop=proj_drop, norm_layer=norm_layer)
        self.ls1 = LayerScale(dim, init_values=init_values) if init_values else nn.Identity()
        self.drop_path1 = DropPath(drop_path) if drop_path > 0.0 else nn.Identity()
        self.norm2 = norm_layer(dim)
        self.mlp = mlp_layer(in_features=dim, hidden_features=int(dim * mlp_ratio), act_layer=act_layer, drop=proj_drop)
        self.ls2 = LayerScale(dim, init_values=init_values) if init_values else nn.Identity()
        self.drop_path2 = DropPath(drop_path) if drop_path > 0.0 else nn.Identity()

    def forward(self, x):
        x = x + self.drop_path1(self.ls1(self.attn(self.norm1(x))))
        x = x + self.drop_path2(self.ls2(self.mlp(self.norm2(x))))
        return x


class ParallelBlock(nn.Module):
    num_parallel: Final[int]

    def __init__(self, dim, num_heads, num_parallel=2, mlp_ratio=4.0, qkv_bias=False, init_values=None, drop_path=0.0, act_layer=nn.GELU, norm_layer=nn.LayerNorm, mlp_layer=Mlp, **kwargs):
        super().__init__()
        self.num_parallel = num_parallel
        self.attns = nn.ModuleList()
        self.ffns = nn.ModuleList()
        for _ in range(num_parallel):
            self.attns.append(nn.Sequential(OrderedDict([
                ("norm", norm_layer(dim)),
                ("attn", Attention(dim, num_heads=num_heads, qkv_bias=qkv_bias)),
                ("ls", LayerScale(dim, init_values=init_values) if init_values else nn.Identity()),
            ])))
            self.ffns.append(nn.Sequential(OrderedDict([
                ("norm", norm_layer(dim)),
                ("mlp", mlp_layer(dim, hidden_features=int(dim * mlp_ratio), act_layer=act_layer)),
            ])))

    @torch.jit.ignore
    def _forward(self, x):
        x = x + torch.stack([attn(x) for attn in self.attns]).sum(dim=0)
        return x + torch.stack([ffn(x) for ffn in self.ffns]).sum(dim=0)

    def forward(self, x):
        if torch.jit.is_scripting() or torch.jit.is_tracing():
            return x
        return self._forward(x)


def global_pool_nlc(x, pool_type: str = "token", num_prefix_tokens: int = 1):
    if not pool_type:
        return x
    if pool_type == "token":
        return x[:, 0]
    x = x if pool_type == "all" else x[:, num_prefix_tokens:]
    return {"avg": lambda: x.mean(dim=1), "max": lambda: x.amax(dim=1)}[pool_type]()


class VisionModel(nn.Module):
    dynamic_img_size: Final[bool]

    def __init__(self, img_size: Union[int, Tuple[int, int]] = 224, patch_size=16, in_chans=3, num_classes=1000, global_pool: Literal["", "avg", "token", "map"] = "token", embed_dim=768, depth=12, num_heads=12, mlp_ratio=4.0, qkv_bias=True, qk_norm=False, init_values=None, class_token=True, no_embed_class=False, reg_tokens=0, pre_norm=False, fc_norm: Optional[bool] = None, drop_rate=0.0, drop_path_rate=0.0, weight_init="", embed_layer=PatchEmbed, norm_layer=None, act_layer=None, block_fn: Type[nn.Module] = Block, mlp_layer=Mlp):
        super().__init__()
        assert global_pool in ("", "avg", "token", "map")
        assert class_token or global_pool != "token"
        use_fc_norm = global_pool == "avg" if fc_norm is None else fc_norm
        norm_layer = get_norm_layer(norm_layer) or partial(nn.LayerNorm, eps=1e-6)
        act_layer = get_act_layer(act_layer) or nn.GELU
        self.num_classes = num_classes
        self.global_pool = global_pool
        self.num_features = self.head_hidden_size = self.embed_dim = embed_dim
        self.num_prefix_tokens = 1 if class_token else 0
        self.num_prefix_tokens += reg_tokens
        self.no_embed_class = no_embed_class
        self.grad_checkpointing = False
        embed_args = {}
        self.patch_embed = embed_layer(img_size=img_size, patch_size=patch_size, in_chans=in_chans, embed_dim=embed_dim, bias=not pre_norm, **embed_args)
        num_patches = self.patch_embed.num_patches
        reduction = self.patch_embed.feat_ratio() if hasattr(self.patch_embed, "feat_ratio") else patch_size
        self.cls_token = nn.Parameter(torch.zeros(1, 1, embed_dim)) if class_token else None
        self.reg_token = nn.Parameter(torch.zeros(1, reg_tokens, embed_dim)) if reg_tokens else None
        embed_len = num_patches if no_embed_class else num_patches + self.num_prefix_tokens
        self.pos_embed = nn.Parameter(torch.randn(1, embed_len, embed_dim) * 0.02)
        self.pos_drop = nn.Dropout(p=drop_rate)
        self.norm_pre = norm_layer(embed_dim) if pre_norm else nn.Identity()
        dpr = [x.item() for x in torch.linspace(0, drop_path_rate, depth)]
        self.blocks = nn.Sequential(*[
            block_fn(dim=embed_dim, num_heads=num_heads, mlp_ratio=mlp_ratio, qkv_bias=qkv_bias, qk_norm=qk_norm, init_values=init_values, drop_path=dpr[i], norm_layer=norm_layer, act_layer=act_layer, mlp_layer=mlp_layer)
            for i in range(depth)
        ])
        self.feature_info = [dict(module=f"blocks.{i}", num_chs=embed_dim, reduction=reduction) for i in range(depth)]
        self.norm = norm_layer(embed_dim) if not use_fc_norm else nn.Identity()
        if global_pool == "map":
            self.attn_pool = AttentionPool(self.embed_dim, num_heads=num_heads, mlp_ratio=mlp_ratio, norm_layer=norm_layer)
        else:
            self.attn_pool = None
        self.fc_norm = norm_layer(embed_dim) if use_fc_norm else nn.Identity()
        self.head_drop = nn.Dropout(drop_rate)
        self.head = nn.Linear(self.embed_dim, num_classes) if num_classes > 0 else nn.Identity()
        if weight_init != "skip":
            self.init_weights(weight_init)

    def init_weights(self, mode: Literal["jax", ""] = "") -> None:
        assert mode in ("jax", "moco", "")
        head_bias = -math.log(self.num_classes) if "nlhb" in mode else 0.0
        trunc_normal_(self.pos_embed, std=0.02)
        if self.cls_token is not None:
            nn.init.normal_(self.cls_token, std=1e-6)
        named_apply(get_init_weights(mode, head_bias), self)

    @torch.jit.ignore
    def no_weight_decay(self) -> Set[str]:
        return {"pos_embed", "cls_token", "dist_token"}

    def prune_intermediate_layers(self, indices=1, prune_norm: bool = False, prune_head: bool = True):
        take_indices = [x % len(self.blocks) for x in (range(-indices, 0) if isinstance(indices, int) else indices)]
        self.blocks = self.blocks[: max(take_indices) + 1]
        if prune_norm:
            self.norm = nn.Identity()
        if prune_head:
            self.fc_norm = nn.Identity()
            self.reset_classifier(0, "")
        return take_indices

    def reset_classifier(self, num_classes: int, global_pool=None):
        self.num_classes = num_classes
        if global_pool is not None:
            if global_pool != "map" and self.attn_pool is not None:
                self.attn_pool = None
            self.global_pool = global_pool
        self.head = nn.Linear(self.embed_dim, num_classes) if num_classes > 0 else nn.Identity()

    def _pos_embed(self, x):
        to_cat = []
        if self.cls_token is not None:
            to_cat.append(self.cls_token.expand(x.shape[0], -1, -1))
        if self.reg_token is not None:
            to_cat.append(self.reg_token.expand(x.shape[0], -1, -1))
        if self.no_embed_class:
            x = x + self.pos_embed
            if to_cat:
                x = torch.cat(to_cat + [x], dim=1)
        else:
            if to_cat:
                x = torch.cat(to_cat + [x], dim=1)
            x = x + self.pos_embed
        return self.pos_drop(x)

    def forward_intermediates(self, x, indices=None, norm=False, intermediates_only=False):
        intermediates = []
        B, _, height, width = x.shape
        x = self.norm_pre(self._pos_embed(self.patch_embed(x)))
        for i, blk in enumerate(self.blocks):
            x = blk(x)
            if i in indices:
                intermediates.append(self.norm(x) if norm else x)
        if self.num_prefix_tokens:
            intermediates = [y[:, self.num_prefix_tokens:] for y in intermediates]
        H, W = height // self.patch_embed.patch_size[0], width // self.patch_embed.patch_size[1]
        intermediates = [y.reshape(B, H, W, -1).permute(0, 3, 1, 2).contiguous() for y in intermediates]
        if intermediates_only:
            return intermediates
        return self.norm(x), intermediates

    def forward_features(self, x):
        x = self.patch_embed(x)
        x = self.norm_pre(self._pos_embed(x))
        if self.grad_checkpointing and not torch.jit.is_scripting():
            x = checkpoint_seq(self.blocks, x)
        else:
            x = self.blocks(x)
        return self.norm(x)

    def forward_head(self, x, pre_logits: bool = False):
        if self.attn_pool is not None:
            x = self.attn_pool(x)
        else:
            x = global_pool_nlc(x, self.global_pool, self.num_prefix_tokens)
        x = self.head_drop(self.fc_norm(x))
        return x if pre_logits else self.head(x)

    def forward(self, x):
        return self.forward_head(self.forward_features(x))


def init_weights_default(module: nn.Module, name: str = "") -> None:
    if isinstance(module, nn.Linear):
        trunc_normal_(module.weight, std=0.02)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
    elif hasattr(module, "init_weights"):
        module.init_weights()


def init_weights_jax(module: nn.Module, name: str = "", head_bias: float = 0.0) -> None:
    if isinstance(module, nn.Linear):
        if name.startswith("head"):
            nn.init.zeros_(module.weight)
            nn.init.constant_(module.bias, head_bias)
        else:
            nn.init.xavier_uniform_(module.weight)
            if module.bias is not None:
                nn.init.normal_(module.bias, std=1e-6) if "mlp" in name else nn.init.zeros_(module.bias)
    elif isinstance(module, nn.Conv2d):
        lecun_normal_(module.weight)


def get_init_weights(mode: str = "jax", head_bias: float = 0.0) -> Callable:
    if "jax" in mode:
        return partial(init_weights_jax, head_bias=head_bias)
    return init_weights_default


def _cfg(url: str = "", **kwargs):
    return {"url": url, "num_classes": 1000, "input_size": (3, 224, 224), "fixed_input_size": True, "first_conv": "patch_embed.proj", "classifier": "head", **kwargs}


default_configs = {
    "vision_tiny_patch16_224.augreg": _cfg(url="x"),
    "vision_tiny_patch16_224.augreg_384": _cfg(url="x", input_size=(3, 384, 384), crop_pct=1.0),
    "vision_small_patch32_224.orig": _cfg(),
    "vision_reg4_patch14.data": _cfg(input_size=(3, 196, 196)),
    "vision_map_patch16": _cfg(num_classes=0),
    "vision_parallel": _cfg(url="y", num_classes=7),
}
_quick_gelu_configs = [n for n, c in default_configs.items() if c.get("url", "") == "y"]
default_configs.update({n.replace("_parallel", "_parallel_quickgelu"): default_configs[n] for n in _quick_gelu_configs})
default_configs = generate_configs(default_configs)


def _create_vision(variant: str, pretrained: bool = False, **kwargs) -> VisionModel:
    out_indices = kwargs.pop("out_indices", 3)
    if "flexi" in variant:
        raise AssertionError("not here")
    return build_model_with_cfg(VisionModel, variant, pretrained, feature_cfg=dict(out_indices=out_indices, feature_cls="getter"), **kwargs)


@register_model
def vision_tiny_patch16_224(pretrained: bool = False, **kwargs) -> VisionModel:
    model_args = dict(patch_size=16, embed_dim=192, depth=12, num_heads=3)
    return _create_vision("vision_tiny_patch16_224", pretrained=pretrained, **dict(model_args, **kwargs))


@register_model
def vision_small_patch32_224(pretrained: bool = False, **kwargs) -> VisionModel:
    model_args = dict(patch_size=32, embed_dim=384, depth=6, num_heads=6, init_values=1e-5, qk_norm=True, global_pool="avg")
    return _create_vision("vision_small_patch32_224", pretrained=pretrained, **dict(model_args, **kwargs))


@register_model
def vision_reg4_patch14(pretrained: bool = False, **kwargs) -> VisionModel:
    model_args = dict(patch_size=14, embed_dim=384, depth=4, num_heads=6, reg_tokens=4, no_embed_class=True, mlp_ratio=2.66667 * 2, mlp_layer=partial(GluMlp, act_layer=nn.SiLU, gate_last=False), act_layer=nn.SiLU)
    return _create_vision("vision_reg4_patch14", pretrained=pretrained, **dict(model_args, **kwargs))


@register_model
def vision_map_patch16(pretrained: bool = False, **kwargs) -> VisionModel:
    model_args = dict(patch_size=16, embed_dim=256, depth=2, num_heads=8, class_token=False, global_pool="map", pre_norm=True, weight_init="jax_nlhb" if kwargs.get("num_classes", 0) else "")
    return _create_vision("vision_map_patch16", pretrained=pretrained, **dict(model_args, **kwargs))


@register_model
def vision_parallel(pretrained: bool = False, **kwargs) -> VisionModel:
    model_kwargs = dict(patch_size=16, embed_dim=192, depth=3, num_heads=3, init_values=1e-5, block_fn=ParallelBlock, **kwargs)
    return _create_vision("vision_parallel", pretrained=pretrained, **model_kwargs)


@register_model
def vision_parallel_quickgelu(pretrained: bool = False, **kwargs) -> VisionModel:
    model_kwargs = dict(patch_size=16, embed_dim=192, depth=3, num_heads=3, act_layer="quick_gelu", norm_layer=nn.LayerNorm)
    return _create_vision("vision_parallel_quickgelu", pretrained=pretrained, **dict(model_kwargs, **kwargs))
