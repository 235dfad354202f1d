import math
from functools import wraps
from typing import Optional

import torch

from .configuration_utils import PretrainedConfig


def _default_parameters(config: Optional[PretrainedConfig] = None, device=None, seq_len=None, **rope_kwargs):
    if config is not None and len(rope_kwargs) > 0:
        raise ValueError("Unexpected arguments")
    if len(rope_kwargs) > 0:
        base, dim = rope_kwargs["base"], rope_kwargs["dim"]
    elif config is not None:
        base = config.rope_theta
        partial_rotary_factor = config.partial_rotary_factor if hasattr(config, "partial_rotary_factor") else 1.0
        head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        dim = int(head_dim * partial_rotary_factor)
    attention_factor = 1.0
    inv_freq = 1.0 / (base ** (torch.arange(0, dim, 2, dtype=torch.int64).to(device=device, dtype=torch.float) / dim))
    return inv_freq, attention_factor


def _linear_parameters(config=None, device=None, seq_len=None, **rope_kwargs):
    factor = config.rope_scaling["factor"]
    inv_freq, attention_factor = _default_parameters(config, device, seq_len, **rope_kwargs)
    inv_freq /= factor
    return inv_freq, attention_factor


def _yarn_parameters(config, device, seq_len=None, **rope_kwargs):
    base = config.rope_theta
    dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    factor = config.rope_scaling["factor"]
    attention_factor = 0.1 * math.log(factor) + 1.0

    def find_correction_dim(num_rotations, dim, base, max_position_embeddings):
        return (dim * math.log(max_position_embeddings / (num_rotations * 2 * math.pi))) / (2 * math.log(base))

    low = math.floor(find_correction_dim(32, dim, base, config.max_position_embeddings))
    high = math.ceil(find_correction_dim(1, dim, base, config.max_position_embeddings))
    low, high = max(low, 0), min(high, dim - 1)
    pos_freqs = base ** (torch.arange(0, dim, 2).float().to(device) / dim)
    ramp = torch.clamp((torch.arange(dim // 2, dtype=torch.float32) - low) / max(high - low, 0.001), 0, 1)
    inv_freq = (1.0 / (factor * pos_freqs)) * ramp + (1.0 / pos_freqs) * (1 - ramp)
    return inv_freq, attention_factor


ROPE_INIT_FUNCTIONS = {"default": _default_parameters, "linear": _linear_parameters, "yarn": _yarn_parameters}


def dynamic_rope_update(rope_forward):
    @wraps(rope_forward)
    def wrapper(self, x, position_ids):
        if "dynamic" in self.rope_type:
            self._dynamic_frequency_update(position_ids, device=x.device)
        return rope_forward(self, x, position_ids)

    return wrapper


def rope_config_validation(config: PretrainedConfig, ignore_keys: Optional[set] = None):
    rope_scaling = getattr(config, "rope_scaling", None)
    if rope_scaling is None:
        return
    rope_type = rope_scaling.get("rope_type", rope_scaling.get("type", "default"))
    if ROPE_INIT_FUNCTIONS.get(rope_type) is None:
        print("missing validation")
