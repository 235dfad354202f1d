import torch
import torch.nn.functional as F
from torch import nn


class NonSaturatingGANLoss(nn.Module):
    """Non-saturating loss of a generative adversarial network, on the discriminator's raw scores (logits).

    Discriminator:  mean(softplus(-D(real))) + mean(softplus(D(fake))), binary cross-entropy for real and fake.
    Generator:  mean(softplus(-D(fake))) = -mean(log(sigmoid(D(fake)))).
    Its gradient by a score z is -sigmoid(-z) / N: near -1 / N where the discriminator is sure that it is fake,
    while that of log(1 - sigmoid(z)) vanishes there.

    Source: Goodfellow et al., "Generative Adversarial Networks", 2014.

    Shapes: scores of any shape; the result is a scalar.
    """

    def discriminator(self, real, fake):
        return self._mean(F.softplus(-real)) + self._mean(F.softplus(fake))

    def generator(self, fake):
        return self._mean(F.softplus(-fake))

    def forward(self, real, fake):
        return self.discriminator(real, fake)

    def _mean(self, scores):
        if not scores.is_floating_point():
            raise TypeError("scores must be floating-point numbers")
        return scores.sum() / max(scores.numel(), 1)
