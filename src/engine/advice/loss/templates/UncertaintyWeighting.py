import torch
import torch.nn.functional as F
from torch import nn


class UncertaintyWeighting(nn.Module):
    """Sum of several losses, balanced by a learned uncertainty of each.

    With s_i = log(variance of task i):  loss = sum_i exp(-s_i) * loss_i + s_i.
    Gradient by s_i:  1 - exp(-s_i) * loss_i, zero where exp(s_i) = loss_i: every task is brought to the same scale.
    Its parameters belong into the optimizer, best without weight decay.

    Source: Kendall, Gal, Cipolla, "Multi-Task Learning Using Uncertainty to Weigh Losses", 2018.

    Args:
        tasks: number of losses, at least 1.

    Shapes: losses is a sequence of that many scalars; the result is a scalar.
    """

    def __init__(self, tasks):
        super().__init__()
        if tasks < 1:
            raise ValueError(f"tasks must be at least 1, got {tasks}")
        self.log_variance = nn.Parameter(torch.zeros(tasks))

    def forward(self, losses):
        if len(losses) != len(self.log_variance):
            raise ValueError(f"{len(losses)} losses for {len(self.log_variance)} tasks")
        total = torch.stack([loss.reshape(()) for loss in losses])
        return (torch.exp(-self.log_variance) * total + self.log_variance).sum()
