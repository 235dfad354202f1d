import torch
import torch.nn.functional as F
from torch import nn


class InfoNCELoss(nn.Module):
    """InfoNCE: each anchor has to tell its own partner from those of the others in the batch.

    With cosine similarities s:  loss_i = -log(exp(s_ii / t) / sum_j exp(s_ij / t)), cross-entropy over the batch.
    Gradient by s_ij:  (p_ij - [i = j]) / t with the softmax p. A batch of n starts near ln(n).
    Both directions are averaged. Computed by cross_entropy, finite for embeddings of any length.

    Source: van den Oord, Li, Vinyals, "Contrastive Predictive Coding", 2018.

    Args:
        temperature: t, greater than 0.
        reduction: "mean", "sum" or "none" over the pairs.

    Shapes: anchor and partner (N, D); row i of one belongs to row i of the other.
    """

    def __init__(self, temperature=0.1, reduction="mean"):
        super().__init__()
        if temperature <= 0:
            raise ValueError(f"temperature must be positive, got {temperature}")
        if reduction not in ("mean", "sum", "none"):
            raise ValueError(f"unknown reduction: {reduction}")
        self.temperature = temperature
        self.reduction = reduction

    def forward(self, anchor, partner):
        if anchor.dim() != 2 or anchor.shape != partner.shape:
            raise ValueError(f"expected two equal shapes (N, D), got {tuple(anchor.shape)} and {tuple(partner.shape)}")
        similarity = F.normalize(anchor, dim=1) @ F.normalize(partner, dim=1).t() / self.temperature
        index = torch.arange(anchor.shape[0], device=anchor.device)
        rows = F.cross_entropy(similarity, index, reduction="none")
        columns = F.cross_entropy(similarity.t(), index, reduction="none")
        loss = (rows + columns) / 2
        if self.reduction == "none":
            return loss
        return loss.sum() if self.reduction == "sum" else loss.sum() / max(loss.numel(), 1)
