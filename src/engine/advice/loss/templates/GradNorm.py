import torch
import torch.nn.functional as F
from torch import nn


class GradNorm(nn.Module):
    """Weights of several losses, moved so that every task pulls at the shared layer with the gradient that is due to it.

    With weights w_i and G_i = |w_i * grad loss_i| by the shared parameters:  L = sum_i |G_i - mean(G) * r_i**alpha|,
    where r_i is how slowly task i learns (loss by its first value) compared with the others. The target is a constant.
    Gradient by w_i:  |grad loss_i| times the sign of the difference. The weights always sum to the number of tasks.

    Use: total = balance(losses); balance.step(losses, shared) before total.backward(); then optimizer.step().

    Source: Chen, Badrinarayanan, Lee, Rabinovich, "GradNorm", 2018.

    Args:
        tasks: number of losses, at least 1.
        alpha: how strongly slow tasks are favoured, at least 0.
        rate: learning rate of the weights, greater than 0.

    Shapes: losses is a sequence of that many scalars; the result is a scalar.
    """

    def __init__(self, tasks, alpha=1.5, rate=0.025):
        super().__init__()
        if tasks < 1:
            raise ValueError(f"tasks must be at least 1, got {tasks}")
        if alpha < 0 or rate <= 0:
            raise ValueError(f"alpha must not be negative and rate must be positive, got {alpha} and {rate}")
        self.alpha = alpha
        self.rate = rate
        self.register_buffer("weights", torch.ones(tasks))
        self.register_buffer("first", torch.zeros(tasks))

    def forward(self, losses):
        return (self.weights * self._stack(losses)).sum()

    def step(self, losses, shared):
        """Moves the weights; shared: a parameter that all tasks depend on."""
        values = self._stack(losses)
        tiny = torch.finfo(values.dtype).eps
        norms = torch.stack([torch.autograd.grad(value, shared, retain_graph=True)[0].norm() for value in values])
        with torch.no_grad():
            if not self.first.any():
                self.first.copy_(values.clamp(min=tiny))
            pulls = self.weights * norms
            pace = values / self.first.clamp(min=tiny)
            due = pulls.mean() * (pace / pace.mean().clamp(min=tiny)).clamp(min=0).pow(self.alpha)
            moved = (self.weights - self.rate * norms * (pulls - due).sign()).clamp(min=tiny)
            self.weights.copy_(moved * len(moved) / moved.sum())

    def _stack(self, losses):
        if len(losses) != len(self.weights):
            raise ValueError(f"{len(losses)} losses for {len(self.weights)} tasks")
        return torch.stack([loss.reshape(()) for loss in losses])
