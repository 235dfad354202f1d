"""Networks whose gradients vanish, explode or get through, told by depth, activation, norm and residual paths."""
import math

import torch
import torch.nn as nn


class Stack(nn.Module):
    """Linear layers of one width with an activation between them."""

    def __init__(self, act="ReLU", depth=20, width=64, init=None, norm=False):
        super().__init__()
        layers = []
        for _ in range(depth):
            linear = nn.Linear(width, width)
            if init == "kaiming":
                nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
                nn.init.zeros_(linear.bias)
            elif init == "xavier":
                nn.init.xavier_normal_(linear.weight, gain=5 / 3)
                nn.init.zeros_(linear.bias)
            elif init == "large":
                nn.init.normal_(linear.weight, std=0.5)
            layers += [linear] + ([nn.BatchNorm1d(width)] if norm else []) + [getattr(nn, act)()]
        self.layers = nn.Sequential(*layers)
        self.out = nn.Linear(width, 10)

    def forward(self, x):
        return self.out(self.layers(x))


class Residual(nn.Module):
    def __init__(self, width, norm):
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)
        self.norm1 = nn.BatchNorm2d(width) if norm else nn.Identity()
        self.norm2 = nn.BatchNorm2d(width) if norm else nn.Identity()
        self.act = nn.ReLU()

    def forward(self, x):
        y = self.act(self.norm1(self.conv1(x)))
        return self.act(x + self.norm2(self.conv2(y)))


class ResNet(nn.Module):
    def __init__(self, norm=True, blocks=8, width=16):
        super().__init__()
        self.stem = nn.Conv2d(3, width, 3, padding=1)
        self.blocks = nn.Sequential(*[Residual(width, norm) for _ in range(blocks)])
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.out = nn.Linear(width, 10)

    def forward(self, x):
        return self.out(self.pool(self.blocks(self.stem(x))).flatten(1))


class Plain(nn.Module):
    """Convolutions without a way around."""

    def __init__(self, depth=12, width=16):
        super().__init__()
        self.body = nn.Sequential(*[m for i in range(depth) for m in (nn.Conv2d(3 if i == 0 else width, width, 3, padding=1), nn.ReLU())])
        self.out = nn.Conv2d(width, 10, 1)

    def forward(self, x):
        return self.out(self.body(x))


class Block(nn.Module):
    def __init__(self, width, heads, first):
        super().__init__()
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.up, self.act, self.down = nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        self.first = first

    def forward(self, x):
        if self.first:
            y = self.norm1(x)
            x = x + self.attention(y, y, y, need_weights=False)[0]
            return x + self.down(self.act(self.up(self.norm2(x))))
        x = self.norm1(x + self.attention(x, x, x, need_weights=False)[0])
        return self.norm2(x + self.down(self.act(self.up(x))))


class Transformer(nn.Module):
    def __init__(self, first=True, depth=6, width=64, heads=4):
        super().__init__()
        self.blocks = nn.Sequential(*[Block(width, heads, first) for _ in range(depth)])
        self.out = nn.Linear(width, 10)

    def forward(self, x):
        return self.out(self.blocks(x))


class Steps(nn.Module):
    """A cell without gates over many steps; the gradient comes from the last one."""

    def __init__(self, steps=200, width=8, hidden=32):
        super().__init__()
        self.cell = nn.RNNCell(width, hidden)
        self.out = nn.Linear(hidden, 4)
        self.steps = steps

    def forward(self, x):
        state = x.new_zeros(x.shape[0], 32)
        for step in range(self.steps):
            state = self.cell(x[:, step], state)
        return self.out(state)


class Gated(nn.Module):
    """A recurrent layer between linear ones; the gradient comes from its last step."""

    def __init__(self, kind="LSTM", hidden=32, layers=1, both=False, dropout=0.0):
        super().__init__()
        self.into = nn.Linear(8, 16)
        self.act = nn.Tanh()
        self.run = getattr(nn, kind)(16, hidden, layers, batch_first=True, bidirectional=both, dropout=dropout)
        self.norm = nn.LayerNorm(hidden * (2 if both else 1))
        self.out = nn.Linear(hidden * (2 if both else 1), 4)

    def forward(self, x):
        states, _ = self.run(self.act(self.into(x)))
        return self.out(self.norm(states[:, -1]))


class Cells(nn.Module):
    """A gated cell in a loop."""

    def __init__(self, kind="LSTMCell", steps=200, hidden=32):
        super().__init__()
        self.cell = getattr(nn, kind)(8, hidden)
        self.out = nn.Linear(hidden, 4)
        self.steps = steps

    def forward(self, x):
        state = None
        for step in range(self.steps):
            state = self.cell(x[:, step], state)
        return self.out(state[0] if isinstance(state, tuple) else state)


class RootMeanSquare(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6))


class ByHand(nn.Module):
    """Causal attention written out, a gated feed-forward part, and norms without a mean."""

    def __init__(self, width, heads):
        super().__init__()
        self.norm1, self.norm2 = RootMeanSquare(width), RootMeanSquare(width)
        self.q, self.k, self.v = (nn.Linear(width, width, bias=False) for _ in range(3))
        self.merge = nn.Linear(width, width, bias=False)
        self.gate = nn.Linear(width, 2 * width, bias=False)
        self.up = nn.Linear(width, 2 * width, bias=False)
        self.down = nn.Linear(2 * width, width, bias=False)
        self.heads = heads

    def forward(self, x):
        b, t, _ = x.shape
        y = self.norm1(x)
        q, k, v = (part(y).view(b, t, self.heads, -1) for part in (self.q, self.k, self.v))
        scores = torch.einsum("bqhd,bkhd->bhqk", q, k) / q.shape[-1] ** 0.5
        scores = scores.masked_fill(torch.ones(t, t).triu(1).bool(), float("-inf"))
        y = torch.einsum("bhqk,bkhd->bqhd", scores.softmax(-1), v).reshape(b, t, -1)
        x = x + self.merge(y)
        y = self.norm2(x)
        return x + self.down(nn.functional.silu(self.gate(y)) * self.up(y))


class Decoder(nn.Module):
    def __init__(self, depth=4, width=64):
        super().__init__()
        self.places = nn.Parameter(torch.randn(1, 16, width) * 0.02)
        self.blocks = nn.Sequential(*[ByHand(width, 4) for _ in range(depth)])
        self.out = nn.Linear(width, 10)

    def forward(self, x):
        return self.out(self.blocks(x + self.places))


class Sampler(nn.Module):
    """An autoencoder that draws its code."""

    def __init__(self, width=64, code=16):
        super().__init__()
        self.encode = nn.Linear(width, 128)
        self.mean, self.spread = nn.Linear(128, code), nn.Linear(128, code)
        self.decode = nn.Linear(code, 128)
        self.out = nn.Linear(128, width)

    def forward(self, x):
        x = torch.tanh(self.encode(x))
        mean, spread = self.mean(x), self.spread(x)
        x = mean + torch.exp(0.5 * spread) * torch.randn_like(spread)
        return self.out(torch.tanh(self.decode(x)))


class Largest(nn.Module):
    """Convolutions over time, their largest answers, and a cosine to each class."""

    def __init__(self, depth=4, width=32):
        super().__init__()
        self.body = nn.Sequential(*[layer for _ in range(depth) for layer in (nn.Conv1d(width, width, 3, padding=1), nn.PReLU())])
        self.classes = nn.Linear(width, 10, bias=False)

    def forward(self, x):
        x = self.body(x).amax(dim=2)
        return 16 * self.classes(nn.functional.normalize(x, dim=1))


class Filled(nn.Module):
    """Weights that are filled in other ways than by a function of nn.init."""

    def __init__(self, how, depth=6, width=64):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        low = (1 + math.erf(-1.5 / math.sqrt(2))) / 2
        for layer in self.layers:
            with torch.no_grad():
                if how == "truncated":
                    layer.weight.uniform_(2 * low - 1, 1 - 2 * low).erfinv_().mul_(0.2 * math.sqrt(2)).clamp_(-0.25, 0.25)
                elif how == "drawn":
                    layer.weight = nn.Parameter(0.1 * torch.randn(width, width) / 2)
                elif how == "uniform":
                    layer.weight.data.uniform_(-0.3, 0.3)
                elif how == "nearby":
                    nn.init.trunc_normal_(layer.weight, std=0.2, a=-0.2, b=0.2)

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(layer(x))
        return x
