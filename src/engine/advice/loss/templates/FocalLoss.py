import torch
import torch.nn.functional as F
from torch import nn


class FocalLoss(nn.Module):
    """Focal loss for classes that are not equally frequent or not equally hard.

    With the probability p of the right class:  loss = -w * (1 - p)**gamma * log(p).
    Gradient by the log-probability l = log(p):  -w * (1 - p)**gamma * (1 - gamma * l * p / (1 - p)).
    gamma = 0 is cross-entropy; a larger gamma takes weight from examples that are right already.
    Computed from log_softmax and expm1, so that it is finite for logits of any size.

    Source: Lin, Goyal, Girshick, He, Dollar, "Focal Loss for Dense Object Detection", 2017.

    Args:
        gamma: focusing exponent, at least 0.
        weight: one factor for each class, or None.
        ignore_index: targets of this value count for nothing.
        reduction: "mean" (over targets that count, by weight), "sum" or "none".

    Shapes: logits (N, C) or (N, C, ...), target (N) or (N, ...) with class indices.
    """

    def __init__(self, gamma=2.0, weight=None, ignore_index=-100, reduction="mean"):
        super().__init__()
        if gamma < 0:
            raise ValueError(f"gamma must not be negative, got {gamma}")
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"unknown reduction: {reduction}")
        self.gamma = gamma
        self.ignore_index = ignore_index
        self.reduction = reduction
        self.register_buffer("weight", None if weight is None else torch.as_tensor(weight))

    def forward(self, logits, target):
        if logits.dim() < 2 or logits.shape[:1] + logits.shape[2:] != target.shape:
            raise ValueError(f"logits {tuple(logits.shape)} and target {tuple(target.shape)} do not fit: expected (N, C, ...) and (N, ...)")
        if target.is_floating_point():
            raise TypeError("target must hold class indices")
        counts = target != self.ignore_index
        index = target.where(counts, torch.zeros_like(target))
        log_p = F.log_softmax(logits, dim=1).gather(1, index.unsqueeze(1)).squeeze(1)
        missing = (-torch.expm1(log_p)).clamp(min=torch.finfo(log_p.dtype).tiny)
        loss = -missing.pow(self.gamma) * log_p
        share = counts.to(loss.dtype)
        if self.weight is not None:
            if self.weight.numel() != logits.shape[1]:
                raise ValueError(f"{self.weight.numel()} weights for {logits.shape[1]} classes")
            share = share * self.weight.to(loss)[index]
        loss = loss * share
        if self.reduction == "none":
            return loss
        if self.reduction == "sum":
            return loss.sum()
        return loss.sum() / share.sum().clamp(min=torch.finfo(loss.dtype).eps)
