import torch
import torch.nn.functional as F
from torch import nn


class BinaryFocalLoss(nn.Module):
    """Focal loss for yes-or-no targets, on logits.

    With p = sigmoid(z):  loss = -a * y * (1 - p)**gamma * log(p) - (1 - a) * (1 - y) * p**gamma * log(1 - p),
    without the factors a and 1 - a if alpha is None.
    Gradient for y = 1 without them:  (1 - p)**gamma * (gamma * p * log(p) - (1 - p)).
    log(p) and log(1 - p) come from logsigmoid, so that it is finite for logits of any size.

    Source: Lin, Goyal, Girshick, He, Dollar, "Focal Loss for Dense Object Detection", 2017.

    Args:
        gamma: focusing exponent, at least 0.
        alpha: weight of the positive class between 0 and 1, or None.
        reduction: "mean", "sum" or "none".

    Shapes: logits and target of the same shape; target between 0 and 1.
    """

    def __init__(self, gamma=2.0, alpha=None, reduction="mean"):
        super().__init__()
        if gamma < 0:
            raise ValueError(f"gamma must not be negative, got {gamma}")
        if alpha is not None and not 0 <= alpha <= 1:
            raise ValueError(f"alpha must be between 0 and 1, got {alpha}")
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"unknown reduction: {reduction}")
        self.gamma = gamma
        self.alpha = alpha
        self.reduction = reduction

    def forward(self, logits, target):
        if logits.shape != target.shape:
            raise ValueError(f"logits {tuple(logits.shape)} and target {tuple(target.shape)} differ in shape")
        target = target.to(logits.dtype)
        log_p = F.logsigmoid(logits)
        log_q = F.logsigmoid(-logits)
        positive = -target * torch.exp(self.gamma * log_q) * log_p
        negative = -(1 - target) * torch.exp(self.gamma * log_p) * log_q
        if self.alpha is not None:
            positive, negative = self.alpha * positive, (1 - self.alpha) * negative
        loss = positive + negative
        if self.reduction == "none":
            return loss
        return loss.sum() if self.reduction == "sum" else loss.sum() / max(loss.numel(), 1)
