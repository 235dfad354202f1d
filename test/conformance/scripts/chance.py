"""Models that draw: policies, variational autoencoders, masks made by mapped functions, and switches read from the outside."""

import argparse
import json
import os
import random
import time

import torch
import torch.nn.functional as F
from torch import nn
from torch.distributions import Categorical, Independent, Normal, kl_divergence


def options(args=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--latent", type=int, default=8)
    parser.add_argument("--hidden", nargs="+", type=int, default=[64, 32])
    parser.add_argument("--beta", type=float, default=1.0)
    known, _ = parser.parse_known_args(args or [])
    return known


class Logged(nn.Module):
    """Remembers when and where it was made: things that are known at run time only, but no parameters."""

    def __init__(self, **extra):
        super().__init__()
        self.started = time.time()
        self.host = os.environ.get("HOSTNAME", "here")
        self.tag = f"{self.host}-{int(self.started)}"
        self.jitter = random.random() * 0.1
        self.extra = dict(extra)
        path = os.path.join(os.path.dirname(__file__), "no-such-file.json")
        if os.path.exists(path):
            with open(path) as handle:
                self.extra.update(json.load(handle))


class VAE(Logged):
    def __init__(self, size=784, **kwargs):
        opts = options(kwargs.pop("args", None))
        super().__init__(opts=vars(opts))
        widths = [size, *opts.hidden]
        layers = []
        for a, b in zip(widths, widths[1:]):
            layers += [nn.Linear(a, b), nn.ReLU()]
        self.encoder = nn.Sequential(*layers)
        self.mu = nn.Linear(widths[-1], opts.latent)
        self.log_var = nn.Linear(widths[-1], opts.latent)
        self.decoder = nn.Sequential(
            *(m for a, b in zip(reversed(widths), reversed(widths[:-1])) for m in (nn.Linear(a, b), nn.ReLU()))
        )
        self.unlatent = nn.Linear(opts.latent, widths[-1])
        self.prior = Normal(0, 1)
        self.prior.loc = self.prior.loc.clone()
        self.family = torch.distributions.LowRankMultivariateNormal

    def forward(self, x):
        h = self.encoder(x.flatten(1))
        posterior = Normal(self.mu(h), torch.exp(0.5 * self.log_var(h)))
        z = posterior.rsample()
        kl = kl_divergence(posterior, self.prior).sum(-1)
        return torch.sigmoid(self.decoder(self.unlatent(z))).view_as(x), kl


class ActorCritic(nn.Module):
    def __init__(self, observations=8, actions=4, hidden=64, continuous=False):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(observations, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh())
        self.head = nn.Linear(hidden, actions)
        self.value = nn.Linear(hidden, 1)
        self.make = self.gaussian if continuous else Categorical
        if continuous:
            self.log_std = nn.Parameter(torch.zeros(actions))
        self.buffer = []

    def gaussian(self, logits):
        return Independent(Normal(logits, self.log_std.exp().expand_as(logits)), 1)

    def forward(self, state):
        h = self.body(state)
        policy = self.make(self.head(h)) if self.make is not Categorical else self.make(logits=self.head(h))
        action = policy.sample()
        return action, policy.log_prob(action), policy.entropy(), self.value(h).squeeze(-1)


def causal(b, h, q, k):
    return k <= q


def within(window):
    def inner(b, h, q, k):
        return k > q - window

    return inner


def both(*rules):
    def inner(b, h, q, k):
        keep = q.new_ones((), dtype=torch.bool)
        for rule in rules:
            keep = keep & rule(b, h, q, k)
        return keep

    return inner


def mapped(rule):
    for dims in ((None, None, None, 0), (None, None, 0, None), (None, 0, None, None), (0, None, None, None)):
        rule = torch.vmap(rule, in_dims=dims, out_dims=0)
    return rule


class Windowed(nn.Module):
    def __init__(self, dim=32, heads=4, window=3):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(dim, 3 * dim)
        self.out = nn.Linear(dim, dim)
        self.rule = both(causal, within(window)) if window else causal

    def forward(self, x):
        b, n, d = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        places = torch.arange(n, device=x.device)
        keep = mapped(self.rule)(torch.arange(b), torch.arange(1), places, places)
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=keep)
        return self.out(y.transpose(1, 2).reshape(b, n, d))


class Ensemble(nn.Module):
    """One set of weights per member, applied by a mapped function."""

    def __init__(self, members=5, features=6, out=3):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(members, out, features))
        self.bias = nn.Parameter(torch.zeros(members, out))

    def forward(self, x):
        return torch.vmap(F.linear, in_dims=(None, 0, 0))(x, self.weight, self.bias).mean(0)


class Offsets(nn.Module):
    """Attention biases that are shared by pairs of equal offset, counted by plain loops."""

    def __init__(self, side=6, heads=2):
        super().__init__()
        points = [(i, j) for i in range(side) for j in range(side)]
        seen, index = {}, []
        for p in points:
            for q in points:
                offset = (abs(p[0] - q[0]), abs(p[1] - q[1]))
                if offset not in seen:
                    seen[offset] = len(seen)
                index.append(seen[offset])
        self.biases = nn.Parameter(torch.zeros(heads, len(seen)))
        self.register_buffer("index", torch.LongTensor(index).view(len(points), len(points)), persistent=False)

    def forward(self, scores):
        return scores + self.biases[:, self.index]


def compiled(**kwargs):
    model = torch.compile(Windowed(**kwargs), dynamic=True)
    model.note = "compiled"
    return model
