import torch
import torch.nn.functional as F
from torch import nn


class BatchHardTripletLoss(nn.Module):
    """Triplet loss whose negative is the nearest of the others in the batch.

    With distances d:  loss_i = max(0, d(a_i, p_i) - min_{j != i} d(a_i, p_j) + margin).
    Gradient by d where the loss is above 0:  1 for the partner's distance, -1 for that of the nearest other, 0 for the rest.
    The square root of a distance is kept away from 0, where its gradient is not finite. One pair alone has no negative and costs nothing.

    Source: Hermans, Beyer, Leibe, "In Defense of the Triplet Loss for Person Re-Identification", 2017.

    Args:
        margin: how much farther the nearest other must be than the partner, greater than 0.
        reduction: "mean", "sum" or "none" over the pairs.

    Shapes: anchor and partner (N, D); row i of one belongs to row i of the other, and to no other row.
    """

    def __init__(self, margin=1.0, reduction="mean"):
        super().__init__()
        if margin <= 0:
            raise ValueError(f"margin must be positive, got {margin}")
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"unknown reduction: {reduction}")
        self.margin = margin
        self.reduction = reduction

    def forward(self, anchor, partner):
        if anchor.dim() != 2 or anchor.shape != partner.shape:
            raise ValueError(f"expected two equal shapes (N, D), got {tuple(anchor.shape)} and {tuple(partner.shape)}")
        square = (anchor.unsqueeze(1) - partner.unsqueeze(0)).pow(2).sum(dim=2)
        distance = square.clamp(min=torch.finfo(square.dtype).eps).sqrt()
        itself = torch.eye(anchor.shape[0], dtype=torch.bool, device=anchor.device)
        # The padding stands for "no other".
        others = F.pad(distance.masked_fill(itself, float("inf")), (0, 1), value=float("inf"))
        loss = F.relu(distance.diagonal() - others.amin(dim=1) + self.margin)
        if self.reduction == "none":
            return loss
        return loss.sum() if self.reduction == "sum" else loss.sum() / max(loss.numel(), 1)
