"""Switches that builders set while a model is made."""
import os
from typing import Any, Optional

import torch

__all__ = ["is_scriptable", "set_layer_config", "use_fused_attention"]

_SCRIPTABLE = False
_HAS_FUSED = hasattr(torch.nn.functional, "scaled_dot_product_attention")
if "IMAGEZOO_FUSED" in os.environ:
    _USE_FUSED = int(os.environ["IMAGEZOO_FUSED"])
else:
    _USE_FUSED = 1


def is_scriptable():
    return _SCRIPTABLE


def use_fused_attention(experimental: bool = False) -> bool:
    if not _HAS_FUSED:
        return False
    if experimental:
        return _USE_FUSED > 1
    return _USE_FUSED > 0


class set_layer_config:
    def __init__(self, scriptable: Optional[bool] = None) -> None:
        global _SCRIPTABLE
        self.prev = _SCRIPTABLE
        if scriptable is not None:
            _SCRIPTABLE = scriptable

    def __enter__(self) -> None:
        return None

    def __exit__(self, *args: Any) -> bool:
        global _SCRIPTABLE
        _SCRIPTABLE = self.prev
        return False
