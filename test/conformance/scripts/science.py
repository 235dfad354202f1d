"""Networks for points, graphs, fields, tables and series."""
from __future__ import annotations

import itertools
import math

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class DeepSets(nn.Module):
    def __init__(self, d=3, h=32, out=5, pool="max"):
        super().__init__()
        self.phi = nn.Sequential(nn.Linear(d, h), nn.ReLU(), nn.Linear(h, h))
        self.rho = nn.Sequential(nn.Linear(h, h), nn.ReLU(), nn.Linear(h, out))
        self.pool = {"max": lambda z: z.max(dim=1)[0], "mean": lambda z: z.mean(1), "sum": lambda z: z.sum(1)}[pool]

    def forward(self, x):
        return self.rho(self.pool(self.phi(x)))


class TNet(nn.Module):
    def __init__(self, k):
        super().__init__()
        widths = [k, 16, 32, 64]
        self.convs = nn.ModuleList(nn.Conv1d(a, b, 1) for a, b in itertools.pairwise(widths))
        self.fc = nn.Linear(64, k * k)
        self.register_buffer("identity", torch.from_numpy(np.eye(k, dtype=np.float32)).flatten())
        self.k = k

    def forward(self, x):
        for conv in self.convs:
            x = F.relu(conv(x))
        x = torch.max(x, 2, keepdim=True)[0].view(-1, 64)
        return (self.fc(x) + self.identity).view(-1, self.k, self.k)


class PointNet(nn.Module):
    def __init__(self, classes=4):
        super().__init__()
        self.stn = TNet(3)
        self.conv = nn.Conv1d(3, 24, 1)
        self.head = nn.Linear(24, classes)

    def forward(self, points):
        points = torch.bmm(points.transpose(2, 1), self.stn(points)).transpose(2, 1)
        return self.head(self.conv(points).amax(dim=-1)), points


class DenseGCN(nn.Module):
    def __init__(self, n_feat, n_hid, n_class, layers=2):
        super().__init__()
        dims = [n_feat] + [n_hid] * (layers - 1) + [n_class]
        self.weights = nn.ParameterList([nn.Parameter(torch.randn(i, o) / math.sqrt(o)) for i, o in zip(dims, dims[1:])])
        self.bias = nn.ParameterDict({str(i): nn.Parameter(torch.zeros(o)) for i, o in enumerate(dims[1:])})

    def forward(self, x, adj):
        degree = adj.sum(1, keepdim=True).clamp(min=1)
        for i, w in enumerate(self.weights):
            x = (adj @ (x @ w)) / degree + self.bias[str(i)]
            if i + 1 < len(self.weights):
                x = F.dropout(F.relu(x), 0.5, training=self.training)
        return x.log_softmax(1)


class NeRF(nn.Module):
    def __init__(self, depth=8, width=64, l_xyz=10, l_dir=4, skips=(4,)):
        super().__init__()
        self.l_xyz, self.l_dir, self.skips = l_xyz, l_dir, set(skips)
        in_xyz, in_dir = 3 + 6 * l_xyz, 3 + 6 * l_dir
        for i in range(depth):
            n_in = in_xyz if i == 0 else width + in_xyz if i in self.skips else width
            setattr(self, f"xyz_{i + 1}", nn.Sequential(nn.Linear(n_in, width), nn.ReLU(True)))
        self.depth = depth
        self.sigma = nn.Linear(width, 1)
        self.final = nn.Linear(width, width)
        self.rgb = nn.Sequential(nn.Linear(width + in_dir, width // 2), nn.ReLU(True), nn.Linear(width // 2, 3), nn.Sigmoid())

    @staticmethod
    def encode(x, n):
        out = [x]
        for freq in 2.0 ** np.arange(n):
            out += [torch.sin(float(freq) * x), torch.cos(float(freq) * x)]
        return torch.cat(out, -1)

    def forward(self, xyz, direction):
        encoded = self.encode(xyz, self.l_xyz)
        h = encoded
        for i in range(self.depth):
            if i in self.skips:
                h = torch.cat([encoded, h], -1)
            h = getattr(self, f"xyz_{i + 1}")(h)
        return torch.cat([self.rgb(torch.cat([self.final(h), self.encode(direction, self.l_dir)], -1)), self.sigma(h)], -1)


class Siren(nn.Module):
    class Sine(nn.Module):
        def __init__(self, n_in, n_out, w0=30.0, first=False):
            super().__init__()
            self.w0 = w0
            self.linear = nn.Linear(n_in, n_out)
            bound = 1 / n_in if first else (6 / n_in) ** 0.5 / w0
            with torch.no_grad():
                self.linear.weight.uniform_(-bound, bound)

        def forward(self, x):
            return torch.sin(self.w0 * self.linear(x))

    def __init__(self, n=2, hidden=48, layers=3):
        super().__init__()
        self.net = nn.Sequential(self.Sine(n, hidden, first=True), *[Siren.Sine(hidden, hidden) for _ in range(layers - 1)], nn.Linear(hidden, 1))

    def forward(self, coords):
        return self.net(coords)


class SpectralConv1d(nn.Module):
    """Multiplies the lowest modes in Fourier space."""

    def __init__(self, channels, modes):
        super().__init__()
        self.modes = modes
        self.weights = nn.Parameter(torch.rand(channels, channels, modes, dtype=torch.cfloat) / channels**2)

    def forward(self, x):
        ft = torch.fft.rfft(x)
        out = torch.zeros_like(ft)
        out[:, :, : self.modes] = torch.einsum("bix,iox->box", ft[:, :, : self.modes], self.weights)
        return torch.fft.irfft(out, n=x.size(-1))


class Tabular(nn.Module):
    def __init__(self, cardinalities: list[int], n_cont: int, out: int = 1, layers=(64, 32), p=0.1):
        super().__init__()
        sizes = [(c, min(50, (c + 1) // 2)) for c in cardinalities]
        self.embeds = nn.ModuleList([nn.Embedding(ni, nf) for ni, nf in sizes])
        n_emb = sum(e.embedding_dim for e in self.embeds)
        self.bn_cont = nn.BatchNorm1d(n_cont)
        widths = [n_emb + n_cont, *layers, out]
        self.layers = nn.Sequential(*itertools.chain.from_iterable(self.block(a, b, p, last=i == len(layers)) for i, (a, b) in enumerate(zip(widths, widths[1:]))))

    def block(self, a, b, p, last):
        yield nn.BatchNorm1d(a)
        if p:
            yield nn.Dropout(p)
        yield nn.Linear(a, b)
        if not last:
            yield nn.ReLU(inplace=True)

    def forward(self, cat, cont):
        x = torch.cat([e(cat[:, i]) for i, e in enumerate(self.embeds)] + [self.bn_cont(cont)], 1)
        return self.layers(x)


class WaveNet(nn.Module):
    def __init__(self, channels=16, skip=32, layers=4, blocks=2, classes=64):
        super().__init__()
        self.start = nn.Conv1d(classes, channels, 1)
        self.dilations = [2**i for _ in range(blocks) for i in range(layers)]
        self.filters, self.gates, self.residuals, self.skips = (nn.ModuleList() for _ in range(4))
        for d in self.dilations:
            self.filters.append(nn.Conv1d(channels, channels, 2, dilation=d))
            self.gates.append(nn.Conv1d(channels, channels, 2, dilation=d))
            self.residuals.append(nn.Conv1d(channels, channels, 1))
            self.skips.append(nn.Conv1d(channels, skip, 1))
        self.end = nn.Sequential(nn.ReLU(), nn.Conv1d(skip, skip, 1), nn.ReLU(), nn.Conv1d(skip, classes, 1))

    @property
    def receptive_field(self):
        return 1 + sum(self.dilations)

    def forward(self, x):
        x, total = self.start(x), 0
        for d, f, g, r, s in zip(self.dilations, self.filters, self.gates, self.residuals, self.skips):
            padded = F.pad(x, (d, 0))
            z = torch.tanh(f(padded)) * torch.sigmoid(g(padded))
            total = total + s(z)
            x = x + r(z)
        return self.end(total)


class Recursive(nn.Module):
    """A U-Net that holds a smaller one of itself."""

    def __init__(self, depth, width=8):
        super().__init__()
        self.enc = nn.Conv3d(width, width, 3, padding=1)
        self.inner = Recursive(depth - 1, width) if depth else None
        self.dec = nn.Conv3d(width * (2 if self.inner is not None else 1), width, 1)

    def forward(self, x):
        y = F.leaky_relu(self.enc(x))
        if self.inner:
            z = self.inner(F.avg_pool3d(y, 2))
            y = torch.cat([y, F.interpolate(z, scale_factor=2, mode="trilinear")], 1)
        return self.dec(y)
