import torch
import torch.nn.functional as F
from torch import nn


class WassersteinGPLoss(nn.Module):
    """Wasserstein loss with gradient penalty, for a critic that gives raw scores.

    Critic:  mean(D(fake)) - mean(D(real)) + weight * mean((|grad D(x)| - 1)**2),
    x drawn between real and fake examples. Generator:  -mean(D(fake)).
    The penalty holds the critic near slope 1, where its scores measure a distance between the distributions.
    No batch normalisation in the critic: the penalty is on the gradient of each example by itself.

    Source: Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville, "Improved Training of Wasserstein GANs", 2017.

    Args:
        weight: weight of the penalty, at least 0.

    Shapes: real and fake examples (N, ...) of the same shape; the result is a scalar.
    """

    def __init__(self, weight=10.0):
        super().__init__()
        if weight < 0:
            raise ValueError(f"weight must not be negative, got {weight}")
        self.weight = weight

    def forward(self, critic, real, fake):
        if real.shape != fake.shape:
            raise ValueError(f"real {tuple(real.shape)} and fake {tuple(fake.shape)} differ in shape")
        if real.shape[0] == 0:
            return real.sum() + fake.sum()
        distance = critic(fake).mean() - critic(real).mean()
        return distance + self.weight * self.penalty(critic, real, fake)

    def generator(self, scores):
        return -scores.sum() / max(scores.numel(), 1)

    def penalty(self, critic, real, fake):
        share = torch.rand([real.shape[0]] + [1] * (real.dim() - 1), device=real.device, dtype=real.dtype)
        between = (share * real.detach() + (1 - share) * fake.detach()).requires_grad_()
        (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
        length = (slope.flatten(1).pow(2).sum(dim=1) + torch.finfo(slope.dtype).eps).sqrt()
        return (length - 1).pow(2).mean()
