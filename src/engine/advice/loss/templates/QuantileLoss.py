import torch
import torch.nn.functional as F
from torch import nn


class QuantileLoss(nn.Module):
    """Quantile (pinball) loss: its minimum is the q-quantile of the target instead of the mean.

    With the error e = target - prediction:  loss = max(q * e, (q - 1) * e).
    Gradient by the prediction:  -q where the prediction is too small, 1 - q where it is too large.
    q = 0.5 is half the absolute error.

    Source: Koenker, Bassett, "Regression Quantiles", 1978.

    Args:
        quantile: q, strictly between 0 and 1.
        reduction: "mean", "sum" or "none".

    Shapes: prediction and target of the same shape.
    """

    def __init__(self, quantile=0.5, reduction="mean"):
        super().__init__()
        if not 0 < quantile < 1:
            raise ValueError(f"quantile must be between 0 and 1, got {quantile}")
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"unknown reduction: {reduction}")
        self.quantile = quantile
        self.reduction = reduction

    def forward(self, prediction, target):
        if prediction.shape != target.shape:
            raise ValueError(f"prediction {tuple(prediction.shape)} and target {tuple(target.shape)} differ in shape")
        error = target - prediction
        loss = torch.maximum(self.quantile * error, (self.quantile - 1) * error)
        if self.reduction == "none":
            return loss
        return loss.sum() if self.reduction == "sum" else loss.sum() / max(loss.numel(), 1)
