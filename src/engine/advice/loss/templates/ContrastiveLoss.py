import torch
import torch.nn.functional as F
from torch import nn


class ContrastiveLoss(nn.Module):
    """Contrastive loss on pairs: alike ones are drawn together, unlike ones pushed apart up to a margin.

    With the distance d and y = 1 for alike:  loss = y * d**2 + (1 - y) * max(0, margin - d)**2.
    Gradient by d:  2 * d for alike pairs, -2 * max(0, margin - d) for unlike ones.
    The square root of the distance is kept away from 0, where its gradient is not finite.

    Source: Hadsell, Chopra, LeCun, "Dimensionality Reduction by Learning an Invariant Mapping", 2006.

    Args:
        margin: distance from which on unlike pairs cost nothing, greater than 0.
        reduction: "mean", "sum" or "none" over the pairs.

    Shapes: first and second (N, D), same (N) with 1 for alike and 0 for unlike pairs.
    """

    def __init__(self, margin=1.0, reduction="mean"):
        super().__init__()
        if margin <= 0:
            raise ValueError(f"margin must be positive, got {margin}")
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"unknown reduction: {reduction}")
        self.margin = margin
        self.reduction = reduction

    def forward(self, first, second, same):
        if first.dim() != 2 or first.shape != second.shape or same.shape != first.shape[:1]:
            raise ValueError(f"expected (N, D), (N, D) and (N), got {tuple(first.shape)}, {tuple(second.shape)} and {tuple(same.shape)}")
        same = same.to(first.dtype)
        square = (first - second).pow(2).sum(dim=1)
        distance = square.clamp(min=torch.finfo(square.dtype).eps).sqrt()
        loss = same * square + (1 - same) * F.relu(self.margin - distance).pow(2)
        if self.reduction == "none":
            return loss
        return loss.sum() if self.reduction == "sum" else loss.sum() / max(loss.numel(), 1)
