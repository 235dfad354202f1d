import torch
import torch.nn.functional as F
from torch import nn


class HingeGANLoss(nn.Module):
    """Hinge loss of a generative adversarial network, on the discriminator's raw scores.

    Discriminator:  mean(max(0, 1 - D(real))) + mean(max(0, 1 + D(fake))).
    Generator:  -mean(D(fake)), with the constant gradient -1 / N by each score.
    Scores beyond the margin cost nothing, so the discriminator stops growing where it is sure.

    Source: Lim, Ye, "Geometric GAN", 2017.

    Shapes: scores of any shape; the result is a scalar.
    """

    def discriminator(self, real, fake):
        return self._mean(F.relu(1 - real)) + self._mean(F.relu(1 + fake))

    def generator(self, fake):
        return -self._mean(fake)

    def forward(self, real, fake):
        return self.discriminator(real, fake)

    def _mean(self, scores):
        if not scores.is_floating_point():
            raise TypeError("scores must be floating-point numbers")
        return scores.sum() / max(scores.numel(), 1)
