import torch
import torch.nn.functional as F
from torch import nn


def swish(x, inplace: bool = False):
    return x.mul_(x.sigmoid()) if inplace else x.mul(x.sigmoid())


@torch.jit.script
def hard_mish(x, inplace: bool = False):
    return 0.5 * x * (x + 2).clamp(min=0, max=2)


class Swish(nn.Module):
    __constants__ = ["inplace"]

    def __init__(self, inplace: bool = False):
        super().__init__()
        self.inplace = inplace

    def forward(self, x):
        return swish(x, self.inplace)


class Mish(nn.Module):
    def __init__(self, inplace: bool = False):
        super(Mish, self).__init__()

    def forward(self, x):
        return x.mul(F.softplus(x).tanh())


class GatedUnit(nn.Module):
    def __init__(self, inplace: bool = False, scale: float = 1.702):
        super().__init__()
        self.scale = scale

    def forward(self, x):
        return x * torch.sigmoid(self.scale * x)


class PReLU(nn.PReLU):
    """Takes `inplace` so that it can stand wherever another activation stands."""

    def __init__(self, num_parameters: int = 1, init: float = 0.25, inplace: bool = False) -> None:
        super().__init__(num_parameters=num_parameters, init=init)
