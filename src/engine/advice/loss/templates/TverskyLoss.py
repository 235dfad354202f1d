import torch
import torch.nn.functional as F
from torch import nn


class TverskyLoss(nn.Module):
    """Tversky loss: Dice with a price for each kind of mistake.

    With true positives T, false positives P and false negatives M as sums of probabilities:
    loss = 1 - (T + s) / (T + alpha * P + beta * M + s), averaged over the classes.
    Gradient by a probability p of a wanted pixel:  -(D - N * (1 - beta)) / D**2 with the numerator N and denominator D.
    alpha = beta = 0.5 is Dice; beta > alpha misses less and raises more false alarms.

    Source: Salehi, Erdogmus, Gholipour, "Tversky Loss Function for Image Segmentation", 2017.

    Args:
        alpha: price of false positives, at least 0.
        beta: price of false negatives, at least 0.
        smooth: s, greater than 0.
        ignore_index: class indices of this value count for nothing.

    Shapes: logits (N, C, ...) with target (N, ...) of class indices (softmax over the classes),
    or target of the same shape as the logits (sigmoid).
    """

    def __init__(self, alpha=0.3, beta=0.7, smooth=1.0, ignore_index=-100):
        super().__init__()
        if alpha < 0 or beta < 0:
            raise ValueError(f"alpha and beta must not be negative, got {alpha} and {beta}")
        if smooth <= 0:
            raise ValueError(f"smooth must be positive, got {smooth}")
        self.alpha = alpha
        self.beta = beta
        self.smooth = smooth
        self.ignore_index = ignore_index

    def forward(self, logits, target):
        both, false_positive, false_negative = self._overlap(logits, target)
        missed = self.alpha * false_positive + self.beta * false_negative
        return 1 - ((both + self.smooth) / (both + missed + self.smooth)).mean()
