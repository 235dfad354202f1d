# einops.layers.torch: patterns as modules.
import math

import torch
from torch import nn
from einops import einsum, rearrange, reduce, repeat


class RearrangeMixin:
    pass


class Rearrange(nn.Module):
    def __init__(self, pattern, **axes_lengths):
        super().__init__()
        self.pattern = pattern
        self.axes_lengths = axes_lengths

    def forward(self, input):
        return rearrange(input, self.pattern, **self.axes_lengths)


class Reduce(nn.Module):
    def __init__(self, pattern, reduction, **axes_lengths):
        super().__init__()
        self.pattern = pattern
        self.reduction = reduction
        self.axes_lengths = axes_lengths

    def forward(self, input):
        return reduce(input, self.pattern, self.reduction, **self.axes_lengths)


def _names(side):
    return side.replace("(", " ").replace(")", " ").split()


def _some(lengths, names):
    return {name: size for name, size in lengths.items() if name in names}


class EinMix(nn.Module):
    def __init__(self, pattern, weight_shape, bias_shape=None, **axes_lengths):
        super().__init__()
        self.pattern = pattern
        self.weight_shape = weight_shape
        self.bias_shape = bias_shape
        self.axes_lengths = axes_lengths
        left, right = pattern.split("->")
        weight_names = weight_shape.split()
        left_names = _names(left)
        right_names = _names(right)
        fan_in = 1
        for name in weight_names:
            if name not in right_names:
                fan_in *= axes_lengths[name]
        scale = (3 / fan_in) ** 0.5
        self.weight = nn.Parameter(torch.zeros([axes_lengths[name] for name in weight_names]).uniform_(-scale, scale), requires_grad=True)
        if bias_shape is not None:
            used = bias_shape.split()
            shape = [axes_lengths[name] if name in used else 1 for name in right_names]
            bound = (1 / fan_in) ** 0.5
            self.bias = nn.Parameter(torch.zeros(shape).uniform_(-bound, bound), requires_grad=True)
        else:
            self.bias = None
        self.pre_rearrange = None
        self.post_rearrange = None
        if "(" in left:
            self.pre_rearrange = Rearrange(left + "->" + " ".join(left_names), **_some(axes_lengths, left_names))
        if "(" in right:
            self.post_rearrange = Rearrange(" ".join(right_names) + "->" + right, **_some(axes_lengths, right_names))
        self._equation = " ".join(left_names) + ", " + " ".join(weight_names) + " -> " + " ".join(right_names)

    def forward(self, input):
        if self.pre_rearrange is not None:
            input = self.pre_rearrange(input)
        result = einsum(input, self.weight, self._equation)
        if self.bias is not None:
            result = result + self.bias
        if self.post_rearrange is not None:
            result = self.post_rearrange(result)
        return result
