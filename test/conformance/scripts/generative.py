"""Autoencoders, flows and adversarial networks in short."""
from collections import OrderedDict, namedtuple
from functools import partial

import torch
import torch.nn as nn
import torch.nn.functional as F

VAEOutput = namedtuple("VAEOutput", ["reconstruction", "mu", "logvar"])


class VAE(nn.Module):
    def __init__(self, image_size=784, h_dim=400, z_dim=20):
        super().__init__()
        self.fc1 = nn.Linear(image_size, h_dim)
        self.fc21, self.fc22 = nn.Linear(h_dim, z_dim), nn.Linear(h_dim, z_dim)
        self.decoder = nn.Sequential(
            OrderedDict([("fc3", nn.Linear(z_dim, h_dim)), ("act", nn.ReLU()), ("fc4", nn.Linear(h_dim, image_size)), ("out", nn.Sigmoid())])
        )

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def forward(self, x):
        h = F.relu(self.fc1(x.view(-1, 784)))
        mu, logvar = self.fc21(h), self.fc22(h)
        return VAEOutput(self.decoder(self.reparameterize(mu, logvar)), mu, logvar)


conv = partial(nn.Conv2d, kernel_size=4, stride=2, padding=1, bias=False)


def disc_block(n_in, n_out, norm=True):
    block = [conv(n_in, n_out)]
    if norm:
        block.append(nn.InstanceNorm2d(n_out, affine=True))
    return block + [nn.LeakyReLU(0.2, inplace=True)]


class PatchDiscriminator(nn.Module):
    def __init__(self, channels=3, spectral=False):
        super().__init__()
        wrap = nn.utils.parametrizations.spectral_norm if spectral else (lambda m: m)
        self.model = nn.Sequential(
            *disc_block(2 * channels, 64, norm=False), *disc_block(64, 128), *disc_block(128, 256), nn.ZeroPad2d((1, 0, 1, 0)), wrap(nn.Conv2d(256, 1, 4, padding=1))
        )

    def forward(self, a, b):
        return self.model(torch.cat((a, b), 1))


class Coupling(nn.Module):
    def __init__(self, dim, hidden, flip):
        super().__init__()
        self.flip = flip
        half = dim // 2
        self.net = nn.Sequential(nn.Linear(dim - half if flip else half, hidden), nn.Tanh(), nn.Linear(hidden, 2 * (half if flip else dim - half)))

    def forward(self, x):
        a, b = x.chunk(2, dim=-1)
        if self.flip:
            a, b = b, a
        s, t = self.net(a).chunk(2, dim=-1)
        b = b * s.tanh().exp() + t
        return torch.cat([b, a] if self.flip else [a, b], dim=-1), s.sum(-1)


class RealNVP(nn.Module):
    def __init__(self, dim=6, hidden=32, n=4):
        super().__init__()
        self.layers = nn.ModuleList([Coupling(dim, hidden, flip=bool(i % 2)) for i in range(n)])
        self.register_buffer("loc", torch.zeros(dim))
        self.register_buffer("scale", torch.ones(dim))

    def forward(self, x):
        total = x.new_zeros(x.size(0))
        for layer in self.layers:
            x, logdet = layer(x)
            total += logdet
        return x, total


class StyleBlock(nn.Module):
    """Modulated convolution: each sample has its own weights, by a grouped convolution."""

    def __init__(self, n_in, n_out, style_dim, k=3):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(n_out, n_in, k, k))
        nn.init.kaiming_normal_(self.weight, a=0, mode="fan_in", nonlinearity="leaky_relu")
        self.to_style = nn.Linear(style_dim, n_in)
        self.k = k

    def forward(self, x, style):
        b, c, h, w = x.shape
        weights = self.weight[None] * (self.to_style(style)[:, None, :, None, None] + 1)
        weights = weights * torch.rsqrt((weights**2).sum(dim=(2, 3, 4), keepdim=True) + 1e-8)
        x = F.conv2d(x.reshape(1, -1, h, w), weights.reshape(-1, c, self.k, self.k), padding=self.k // 2, groups=b)
        return F.leaky_relu(x.reshape(b, -1, h, w), 0.2)


class TimeUNet(nn.Module):
    """A small denoiser that knows the time step by a sinusoidal embedding."""

    def __init__(self, dim=16, mults=(1, 2, 4)):
        super().__init__()
        dims = [dim * m for m in mults]
        self.dim = dim
        self.time = nn.Sequential(nn.Linear(dim, 4 * dim), nn.SiLU(), nn.Linear(4 * dim, dim))
        self.stem = nn.Conv2d(1, dim, 3, padding=1)
        self.down = nn.ModuleList(nn.ModuleList([nn.Conv2d(a, b, 3, 2, 1), nn.GroupNorm(4, b), nn.Linear(dim, b)]) for a, b in zip(dims[:-1], dims[1:]))
        self.up = nn.ModuleList(nn.ConvTranspose2d(2 * b if i else b, a, 2, 2) for i, (a, b) in enumerate(reversed(list(zip(dims[:-1], dims[1:])))))
        self.out = nn.Conv2d(2 * dim, 1, 1)

    def embed(self, t):
        half = self.dim // 2
        freqs = torch.exp(-torch.arange(half, dtype=torch.float32, device=t.device) * (9.21 / half))
        args = t[:, None].float() * freqs[None]
        return self.time(torch.cat([args.sin(), args.cos()], dim=-1))

    def forward(self, x, t):
        emb = self.embed(t)
        x = self.stem(x)
        skips = []
        for conv_, norm, shift in self.down:
            skips.append(x)
            x = F.silu(norm(conv_(x)) + shift(emb)[..., None, None])
        for up in self.up:
            x = torch.cat([up(x), skips.pop()], dim=1)
        return self.out(x)
