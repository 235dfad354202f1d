"""Models that let few features through: autoencoders, low-rank factors, adapters, gates."""
import torch
import torch.nn.functional as F
from torch import nn


class Autoencoder(nn.Module):
    def __init__(self, size=200, hidden=64, code=6):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(size, hidden), nn.ReLU(), nn.Linear(hidden, code))
        self.decoder = nn.Sequential(nn.Linear(code, hidden), nn.ReLU(), nn.Linear(hidden, size))

    def forward(self, x):
        return self.decoder(self.encoder(x))


class Factored(nn.Module):
    """A dense layer as the product of two thin ones, once scaled and once not."""

    def __init__(self, width=96, rank=5):
        super().__init__()
        self.embed = nn.Linear(48, width)
        self.down, self.up = nn.Linear(width, rank, bias=False), nn.Linear(rank, width, bias=False)
        self.inner, self.outer = nn.Linear(width, 2 * rank, bias=False), nn.Linear(2 * rank, width)
        self.scale = nn.Parameter(torch.ones(2 * rank))
        self.head = nn.Linear(width, 10)

    def forward(self, x):
        h = torch.tanh(self.embed(x))
        h = torch.tanh(self.up(self.down(h)))
        return self.head(torch.tanh(self.outer(self.inner(h) * self.scale * 2.0)))


class Adapted(nn.Module):
    """Adapters beside a path of full width, and one that everything must pass."""

    def __init__(self, width=40):
        super().__init__()
        self.embed = nn.Linear(30, width)
        self.down, self.up = nn.Linear(width, 4), nn.Linear(4, width)
        self.norm = nn.LayerNorm(width)
        self.neck, self.wide = nn.Linear(width, 12), nn.Linear(12, width)

    def forward(self, x):
        h = self.embed(x)
        h = self.norm(h + self.up(F.gelu(self.down(h))))
        return F.relu(self.wide(self.neck(h)))


class Squeezed(nn.Module):
    """Convolutions of one position that squeeze the channels before wide ones."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 3, padding=1)
        self.squeeze, self.expand = nn.Conv2d(32, 6, 1), nn.Conv2d(6, 48, 3, padding=1)
        self.norm = nn.BatchNorm2d(48)
        self.project, self.out = nn.Conv2d(48, 10, 1), nn.Conv2d(10, 24, 1)

    def forward(self, x):
        x = F.relu(self.stem(x))
        x = F.relu(self.norm(self.expand(F.relu(self.squeeze(x)))))
        return self.out(self.project(x))


class Chained(nn.Module):
    """Narrow maps of one width after another."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(50, 50), nn.Tanh(), nn.Linear(50, 7), nn.Tanh(), nn.Linear(7, 7), nn.Tanh(), nn.Linear(7, 50), nn.Tanh(), nn.Linear(50, 3)
        )

    def forward(self, x):
        return self.layers(x)
