import torch
import torch.nn.functional as F
from torch import nn


class DiceLoss(nn.Module):
    """Soft Dice loss for segmentation: one minus the overlap, each class counting the same whatever its area.

    With probabilities p and targets y of one class:  loss = 1 - (2 * sum(p * y) + s) / (sum(p) + sum(y) + s),
    averaged over the classes; the sums run over the batch and all pixels.
    Gradient by p:  -(2 * y * D - N) / D**2 with the numerator N and the denominator D.
    The smoothing s keeps it finite, and 0 where a class is neither there nor predicted.

    Source: Milletari, Navab, Ahmadi, "V-Net", 2016.

    Args:
        smooth: s, greater than 0.
        ignore_index: class indices of this value count for nothing.

    Shapes: logits (N, C, ...) with target (N, ...) of class indices (softmax over the classes),
    or target of the same shape as the logits (sigmoid).
    """

    def __init__(self, smooth=1.0, ignore_index=-100):
        super().__init__()
        if smooth <= 0:
            raise ValueError(f"smooth must be positive, got {smooth}")
        self.smooth = smooth
        self.ignore_index = ignore_index

    def forward(self, logits, target):
        both, false_positive, false_negative = self._overlap(logits, target)
        overlap = (2 * both + self.smooth) / (2 * both + false_positive + false_negative + self.smooth)
        return 1 - overlap.mean()
