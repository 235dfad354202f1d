"""What the losses by overlap have in common: a method that each of them gets."""

import torch
import torch.nn.functional as F


class Overlap:
    def _overlap(self, logits, target):
        if logits.shape == target.shape:
            probability, wanted = torch.sigmoid(logits), target.to(logits.dtype)
            counts = torch.ones_like(wanted)
        elif logits.dim() >= 2 and logits.shape[:1] + logits.shape[2:] == target.shape:
            if target.is_floating_point():
                raise TypeError("target must hold class indices")
            probability = F.softmax(logits, dim=1)
            known = target != self.ignore_index
            index = target.where(known, torch.zeros_like(target))
            wanted = F.one_hot(index, logits.shape[1]).movedim(-1, 1).to(logits.dtype)
            counts = known.unsqueeze(1).to(logits.dtype)
        else:
            raise ValueError(f"logits {tuple(logits.shape)} and target {tuple(target.shape)} do not fit: expected (N, C, ...) and (N, ...), or equal shapes")
        axes = [axis for axis in range(logits.dim()) if axis != 1]
        both = (probability * wanted * counts).sum(axes)
        false_positive = (probability * (1 - wanted) * counts).sum(axes)
        false_negative = ((1 - probability) * wanted * counts).sum(axes)
        return both, false_positive, false_negative
