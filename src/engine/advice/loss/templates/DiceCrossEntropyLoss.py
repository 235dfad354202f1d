import torch
import torch.nn.functional as F
from torch import nn


class DiceCrossEntropyLoss(nn.Module):
    """Dice loss and cross-entropy together: the overlap of each class, and a gradient at every pixel.

    loss = dice_weight * dice + (1 - dice_weight) * cross_entropy, with
    dice = 1 - (2 * sum(p * y) + s) / (sum(p) + sum(y) + s) averaged over the classes.
    The gradient of cross-entropy by the logits is p - y: it does not vanish where the overlap is still 0.

    Source: Milletari, Navab, Ahmadi, "V-Net", 2016, for the Dice part.

    Args:
        dice_weight: share of the Dice part, between 0 and 1.
        smooth: s, greater than 0.
        ignore_index: class indices of this value count for nothing.

    Shapes: logits (N, C, ...) with target (N, ...) of class indices (softmax over the classes),
    or target of the same shape as the logits (sigmoid).
    """

    def __init__(self, dice_weight=0.5, smooth=1.0, ignore_index=-100):
        super().__init__()
        if not 0 <= dice_weight <= 1:
            raise ValueError(f"dice_weight must be between 0 and 1, got {dice_weight}")
        if smooth <= 0:
            raise ValueError(f"smooth must be positive, got {smooth}")
        self.dice_weight = dice_weight
        self.smooth = smooth
        self.ignore_index = ignore_index

    def forward(self, logits, target):
        both, false_positive, false_negative = self._overlap(logits, target)
        overlap = (2 * both + self.smooth) / (2 * both + false_positive + false_negative + self.smooth)
        if logits.shape == target.shape:
            entropy = F.binary_cross_entropy_with_logits(logits, target.to(logits.dtype), reduction="sum")
            counted = target.numel()
        else:
            entropy = F.cross_entropy(logits, target, ignore_index=self.ignore_index, reduction="sum")
            counted = (target != self.ignore_index).sum()
        entropy = entropy / torch.as_tensor(counted, device=logits.device).clamp(min=1)
        return self.dice_weight * (1 - overlap.mean()) + (1 - self.dice_weight) * entropy
