"""Activations by name."""
from typing import Callable, Optional, Type, Union

import torch.nn as nn
import torch.nn.functional as F

from .activations import GatedUnit, Mish, PReLU, Swish, swish
from .config import is_scriptable

_has_silu = "silu" in dir(F)
_has_mish = "mish" in dir(F)

_FN = dict(
    silu=F.silu if _has_silu else swish,
    swish=F.silu if _has_silu else swish,
    relu=F.relu,
    gelu=F.gelu,
    tanh=F.tanh,
    sigmoid=F.sigmoid,
)

_LAYERS = dict(
    silu=nn.SiLU if _has_silu else Swish,
    swish=nn.SiLU if _has_silu else Swish,
    mish=nn.Mish if _has_mish else Mish,
    relu=nn.ReLU,
    relu6=nn.ReLU6,
    leaky_relu=nn.LeakyReLU,
    elu=nn.ELU,
    prelu=PReLU,
    gelu=nn.GELU,
    tanh=nn.Tanh,
    sigmoid=nn.Sigmoid,
    quick_gelu=GatedUnit,
    hard_swish=nn.Hardswish,
    identity=nn.Identity,
)
for _alias, _name in {"leakyrelu": "leaky_relu", "hardswish": "hard_swish"}.items():
    _LAYERS[_alias] = _LAYERS[_name]

_SCRIPT_LAYERS = {k: v for k, v in _LAYERS.items() if k in ("silu", "swish")}

LayerType = Union[str, Callable, Type[nn.Module]]


def get_act_fn(name: Optional[LayerType] = "relu"):
    if not name:
        return None
    if isinstance(name, Callable):
        return name
    name = name.lower()
    return _FN[name]


def get_act_layer(name: Optional[LayerType] = "relu"):
    if name is None:
        return None
    if not isinstance(name, str):
        return name
    if not name:
        return None
    name = name.lower()
    if is_scriptable() and name in _SCRIPT_LAYERS:
        return _SCRIPT_LAYERS[name]
    return _LAYERS[name]


def create_act_layer(name, inplace: Optional[bool] = None, **kwargs):
    act_layer = get_act_layer(name)
    if act_layer is None:
        return None
    if inplace is None:
        return act_layer(**kwargs)
    try:
        return act_layer(inplace=inplace, **kwargs)
    except TypeError:
        return act_layer(**kwargs)
