"""Models as people write them in single files, each in another hand."""
import argparse
import copy
import math
import random
from collections import deque, namedtuple

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.manual_seed(3407)
np.random.seed(0)
text = "the quick brown fox jumps over the lazy dog"
chars = sorted(list(set(text)))
stoi = {ch: i for i, ch in enumerate(chars)}
vocab_size = len(chars)
Transition = namedtuple("Transition", ("state", "action", "next_state", "reward"))


# ---- character model, reads globals
n_embd, block_size, dropout = 24, 16, 0.1


class Head(nn.Module):
    def __init__(self, head_size):
        super().__init__()
        self.key = nn.Linear(n_embd, head_size, bias=False)
        self.query = nn.Linear(n_embd, head_size, bias=False)
        self.value = nn.Linear(n_embd, head_size, bias=False)
        self.register_buffer("tril", torch.tril(torch.ones(block_size, block_size)))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        B, T, C = x.shape
        k, q = self.key(x), self.query(x)
        wei = q @ k.transpose(-2, -1) * C**-0.5
        wei = wei.masked_fill(self.tril[:T, :T] == 0, float("-inf"))
        return self.dropout(F.softmax(wei, dim=-1)) @ self.value(x)


class Bigram(nn.Module):
    def __init__(self, n_head=3):
        super().__init__()
        self.token_embedding_table = nn.Embedding(vocab_size, n_embd)
        self.position_embedding_table = nn.Embedding(block_size, n_embd)
        self.heads = nn.ModuleList([Head(n_embd // n_head) for _ in range(n_head)])
        self.lm_head = nn.Linear(n_embd, vocab_size)

    def forward(self, idx, targets=None):
        B, T = idx.shape
        x = self.token_embedding_table(idx) + self.position_embedding_table(torch.arange(T, device=idx.device))
        x = torch.cat([h(x) for h in self.heads], dim=-1)
        logits = self.lm_head(x)
        if targets is None:
            return logits, None
        return logits, F.cross_entropy(logits.view(B * T, -1), targets.view(B * T))


# ---- reinforcement learning
class ReplayMemory(object):
    def __init__(self, capacity):
        self.memory = deque([], maxlen=capacity)

    def push(self, *args):
        self.memory.append(Transition(*args))

    def sample(self, batch_size):
        return random.sample(self.memory, batch_size)


class DQN(nn.Module):
    def __init__(self, h, w, outputs):
        super(DQN, self).__init__()
        self.conv1 = nn.Conv2d(3, 16, kernel_size=5, stride=2)
        self.bn1 = nn.BatchNorm2d(16)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=5, stride=2)
        self.bn2 = nn.BatchNorm2d(32)

        def conv2d_size_out(size, kernel_size=5, stride=2):
            return (size - (kernel_size - 1) - 1) // stride + 1

        convw = conv2d_size_out(conv2d_size_out(w))
        convh = conv2d_size_out(conv2d_size_out(h))
        self.head = nn.Linear(convw * convh * 32, outputs)

    def forward(self, x):
        x = x.to(device)
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.relu(self.bn2(self.conv2(x)))
        return self.head(x.view(x.size(0), -1))


class NoisyLinear(nn.Linear):
    def __init__(self, in_features, out_features, sigma_init=0.017, bias=True):
        super().__init__(in_features, out_features, bias=bias)
        self.sigma_weight = nn.Parameter(torch.full((out_features, in_features), sigma_init))
        self.register_buffer("epsilon_weight", torch.zeros(out_features, in_features))
        if bias:
            self.sigma_bias = nn.Parameter(torch.full((out_features,), sigma_init))
            self.register_buffer("epsilon_bias", torch.zeros(out_features))
        self.reset_parameters()

    def reset_parameters(self):
        std = math.sqrt(3 / self.in_features)
        self.weight.data.uniform_(-std, std)
        self.bias.data.uniform_(-std, std)

    def forward(self, input):
        self.epsilon_weight.normal_()
        bias = self.bias
        if bias is not None:
            self.epsilon_bias.normal_()
            bias = bias + self.sigma_bias * self.epsilon_bias.data
        return F.linear(input, self.weight + self.sigma_weight * self.epsilon_weight.data, bias)


class Dueling(nn.Module):
    def __init__(self, obs=6, act=4, atoms=11, v=(-10.0, 10.0)):
        super().__init__()
        self.act, self.atoms = act, atoms
        self.feature = nn.Sequential(nn.Linear(obs, 32), nn.ReLU())
        self.advantage = NoisyLinear(32, act * atoms)
        self.value = NoisyLinear(32, atoms)
        self.register_buffer("supports", torch.arange(v[0], v[1] + 1e-6, (v[1] - v[0]) / (atoms - 1)))

    def forward(self, x):
        f = self.feature(x)
        a = self.advantage(f).view(-1, self.act, self.atoms)
        value = self.value(f).view(-1, 1, self.atoms)
        prob = F.softmax(value + a - a.mean(1, keepdim=True), dim=2)
        return (prob * self.supports).sum(2)


# ---- pictures
class STN(nn.Module):
    def __init__(self):
        super().__init__()
        self.localization = nn.Sequential(
            nn.Conv2d(1, 8, kernel_size=7), nn.MaxPool2d(2, stride=2), nn.ReLU(True),
            nn.Conv2d(8, 10, kernel_size=5), nn.MaxPool2d(2, stride=2), nn.ReLU(True),
        )  # fmt: skip
        self.fc_loc = nn.Sequential(nn.Linear(10 * 3 * 3, 32), nn.ReLU(True), nn.Linear(32, 3 * 2))
        self.fc_loc[2].weight.data.zero_()
        self.fc_loc[2].bias.data.copy_(torch.tensor([1, 0, 0, 0, 1, 0], dtype=torch.float))

    def forward(self, x):
        xs = self.localization(x).view(-1, 10 * 3 * 3)
        theta = self.fc_loc(xs).view(-1, 2, 3)
        return F.grid_sample(x, F.affine_grid(theta, x.size(), align_corners=False), align_corners=False)


class YOLOHead(nn.Module):
    """Cells, boxes and classes of one scale; anchors as buffers."""

    def __init__(self, ch, anchors=((10, 13), (16, 30), (33, 23)), nc=3):
        super().__init__()
        self.na, self.no = len(anchors), nc + 5
        self.register_buffer("anchors", torch.tensor(anchors).float().view(1, -1, 1, 1, 2))
        self.m = nn.Conv2d(ch, self.no * self.na, 1)
        with torch.no_grad():
            b = self.m.bias.view(self.na, -1)
            b[:, 4] += math.log(8 / (640 / 32) ** 2)
            self.m.bias = torch.nn.Parameter(b.view(-1), requires_grad=True)

    def forward(self, x):
        bs, _, ny, nx = x.shape
        x = self.m(x).view(bs, self.na, self.no, ny, nx).permute(0, 1, 3, 4, 2).contiguous()
        yv, xv = torch.meshgrid([torch.arange(ny), torch.arange(nx)], indexing="ij")
        grid = torch.stack((xv, yv), 2).view(1, 1, ny, nx, 2).float()
        y = x.sigmoid()
        y[..., 0:2] = (y[..., 0:2] * 2.0 - 0.5 + grid) * 32
        y[..., 2:4] = (y[..., 2:4] * 2) ** 2 * self.anchors
        return y.view(bs, -1, self.no), x


class UNetTiny(nn.Module):
    def __init__(self, chs=(3, 8, 16, 32), n_class=2):
        super().__init__()
        pairs = list(zip(chs[:-1], chs[1:]))
        self.enc = nn.ModuleList([self.block(i, o) for i, o in pairs])
        self.up = nn.ModuleList([nn.ConvTranspose2d(o, i, 2, 2) for i, o in reversed(pairs[1:])])
        self.dec = nn.ModuleList([self.block(2 * i, i) for i, o in reversed(pairs[1:])])
        self.out = nn.Conv2d(chs[1], n_class, 1)

    @staticmethod
    def block(i, o):
        return nn.Sequential(*(m for c in (i, o) for m in (nn.Conv2d(c, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU())))

    def forward(self, x):
        skips = []
        for n, block in enumerate(self.enc):
            x = block(x)
            if n < len(self.enc) - 1:
                skips.append(x)
                x = F.max_pool2d(x, 2)
        for up, block in zip(self.up, self.dec):
            skip = skips.pop()
            x = up(x)
            dy, dx = skip.size(2) - x.size(2), skip.size(3) - x.size(3)
            x = block(torch.cat([skip, F.pad(x, [dx // 2, dx - dx // 2, dy // 2, dy - dy // 2])], 1))
        return self.out(x)


# ---- sequences
class SelectiveSSM(nn.Module):
    def __init__(self, d_model=16, d_state=4, expand=2, d_conv=3):
        super().__init__()
        d_inner = int(expand * d_model)
        self.dt_rank = math.ceil(d_model / 16)
        self.in_proj = nn.Linear(d_model, 2 * d_inner, bias=False)
        self.conv1d = nn.Conv1d(d_inner, d_inner, d_conv, groups=d_inner, padding=d_conv - 1)
        self.x_proj = nn.Linear(d_inner, self.dt_rank + d_state * 2, bias=False)
        self.dt_proj = nn.Linear(self.dt_rank, d_inner)
        A = torch.arange(1, d_state + 1, dtype=torch.float32).repeat(d_inner, 1)
        self.A_log = nn.Parameter(torch.log(A))
        self.D = nn.Parameter(torch.ones(d_inner))
        self.out_proj = nn.Linear(d_inner, d_model, bias=False)

    def forward(self, x):
        (b, l, d) = x.shape
        x, res = self.in_proj(x).chunk(2, dim=-1)
        x = F.silu(self.conv1d(x.mT)[..., :l].mT)
        n = self.A_log.shape[1]
        A = -torch.exp(self.A_log.float())
        delta, B, C = self.x_proj(x).split([self.dt_rank, n, n], dim=-1)
        delta = F.softplus(self.dt_proj(delta))
        deltaA = torch.exp(torch.einsum("bld,dn->bldn", delta, A))
        deltaBu = torch.einsum("bld,bln,bld->bldn", delta, B, x)
        h, ys = torch.zeros_like(deltaA[:, 0]), []
        for i in range(l):
            h = deltaA[:, i] * h + deltaBu[:, i]
            ys.append(torch.einsum("bdn,bn->bd", h, C[:, i, :]))
        y = torch.stack(ys, dim=1) + x * self.D
        return self.out_proj(y * F.silu(res))


class Forecaster(nn.Module):
    """Series split into trend and season, one linear map per channel when asked."""

    def __init__(self, window=24, horizon=6, channels=3, individual=False, kernel=5):
        super().__init__()
        self.pool = nn.AvgPool1d(kernel, stride=1, padding=0)
        self.kernel, self.individual = kernel, individual
        make = lambda: nn.Linear(window, horizon)
        self.season = nn.ModuleList(make() for _ in range(channels)) if individual else make()
        self.trend = copy.deepcopy(self.season)

    def apply_each(self, maps, x):
        return torch.stack([m(x[:, i]) for i, m in enumerate(maps)], 1) if self.individual else maps(x)

    def forward(self, x):
        front, end = (x[:, k, :].unsqueeze(1).repeat(1, r, 1) for k, r in ((0, (self.kernel - 1) // 2), (-1, self.kernel // 2)))
        trend = self.pool(torch.cat([front, x, end], 1).permute(0, 2, 1))
        season = x.permute(0, 2, 1) - trend
        return (self.apply_each(self.season, season) + self.apply_each(self.trend, trend)).permute(0, 2, 1)


class SkipGram(nn.Module):
    def __init__(self, words=50, dim=8, sparse=False):
        super().__init__()
        self.u = nn.Embedding(words, dim, sparse=sparse)
        self.v = nn.Embedding(words, dim, sparse=sparse)
        initrange = 0.5 / dim
        self.u.weight.data.uniform_(-initrange, initrange)
        self.v.weight.data.uniform_(-0, 0)

    def forward(self, pos_u, pos_v, neg_v):
        u, v = self.u(pos_u), self.v(pos_v)
        score = F.logsigmoid(torch.mul(u, v).squeeze().sum(dim=1))
        neg = torch.bmm(self.v(neg_v), u.unsqueeze(2)).squeeze()
        return -1 * (torch.sum(score) + torch.sum(F.logsigmoid(-1 * neg)))


# ---- science
class KANLayer(nn.Module):
    def __init__(self, n_in, n_out, grid=5, k=3, span=(-1, 1)):
        super().__init__()
        h = (span[1] - span[0]) / grid
        knots = (torch.arange(-k, grid + k + 1) * h + span[0]).expand(n_in, -1).contiguous()
        self.k = k
        self.register_buffer("knots", knots)
        self.base = nn.Parameter(torch.empty(n_out, n_in))
        self.spline = nn.Parameter(torch.empty(n_out, n_in, grid + k))
        nn.init.kaiming_uniform_(self.base, a=math.sqrt(5))

    def bases(self, x):
        x = x.unsqueeze(-1)
        b = ((x >= self.knots[:, :-1]) & (x < self.knots[:, 1:])).to(x.dtype)
        for k in range(1, self.k + 1):
            left = (x - self.knots[:, : -(k + 1)]) / (self.knots[:, k:-1] - self.knots[:, : -(k + 1)])
            right = (self.knots[:, k + 1 :] - x) / (self.knots[:, k + 1 :] - self.knots[:, 1:-k])
            b = left * b[:, :, :-1] + right * b[:, :, 1:]
        return b.contiguous()

    def forward(self, x):
        return F.linear(F.silu(x), self.base) + F.linear(self.bases(x).flatten(1), self.spline.flatten(1))


class KAN(nn.Sequential):
    def __init__(self, *widths, **kwargs):
        super().__init__(*[KANLayer(a, b, **kwargs) for a, b in zip(widths, widths[1:])])


class PINN(nn.Module):
    def __init__(self, layers=[2] + [20] * 3 + [1], lb=np.array([-1.0, 0.0]), ub=np.array([1.0, 0.99])):
        super().__init__()
        self.register_buffer("lb", torch.from_numpy(lb).float())
        self.register_buffer("ub", torch.tensor(ub, dtype=torch.float32))
        self.net = nn.Sequential()
        for n, (i, o) in enumerate(zip(layers[:-1], layers[1:])):
            self.net.add_module("layer_%d" % n, nn.Linear(i, o))
            if n != len(layers) - 2:
                self.net.add_module(f"act_{n}", nn.Tanh())
        self.nu = nn.Parameter(torch.tensor([0.01 / np.pi]))
        self.apply(self.init)

    @staticmethod
    def init(m):
        if type(m) == nn.Linear:
            nn.init.xavier_normal_(m.weight)
            m.bias.data.fill_(0.0)

    def forward(self, x):
        return self.net(2.0 * (x - self.lb) / (self.ub - self.lb) - 1.0)


class MAF(nn.Module):
    """Masks from degrees; buffers hold them."""

    class Masked(nn.Linear):
        def __init__(self, i, o):
            super().__init__(i, o)
            self.register_buffer("mask", torch.ones(o, i))

        def forward(self, x):
            return F.linear(x, self.mask * self.weight, self.bias)

    def __init__(self, dim=4, hidden=[16, 16]):
        super().__init__()
        rng = np.random.RandomState(1)
        m = {-1: np.arange(dim)}
        for l, h in enumerate(hidden):
            m[l] = rng.randint(m[l - 1].min(), dim - 1, size=h)
        masks = [m[l - 1][:, None] <= m[l][None, :] for l in range(len(hidden))]
        masks.append(m[len(hidden) - 1][:, None] < m[-1][None, :])
        masks[-1] = np.hstack([masks[-1]] * 2)
        sizes = [dim, *hidden, 2 * dim]
        self.layers = nn.ModuleList(self.Masked(a, b) for a, b in zip(sizes, sizes[1:]))
        for layer, mask in zip(self.layers, masks):
            layer.mask.data.copy_(torch.from_numpy(mask.astype(np.uint8).T))

    def forward(self, x):
        h = x
        for i, layer in enumerate(self.layers):
            h = layer(h if i == 0 else F.relu(h))
        shift, log_scale = h.chunk(2, -1)
        return (x - shift) * (-log_scale).exp(), -log_scale.sum(-1)


class GAT(nn.Module):
    def __init__(self, nfeat=7, nhid=4, nclass=3, nheads=2, alpha=0.2):
        super().__init__()
        self.W = nn.Parameter(torch.empty(size=(nheads, nfeat, nhid)))
        self.a = nn.Parameter(torch.empty(size=(nheads, 2 * nhid, 1)))
        for p in self.parameters():
            nn.init.xavier_uniform_(p.data, gain=1.414)
        self.leakyrelu = nn.LeakyReLU(alpha)
        self.out = nn.Linear(nheads * nhid, nclass)

    def forward(self, h, adj):
        Wh = torch.einsum("ni,hio->hno", h, self.W)
        f = Wh.shape[-1]
        e = self.leakyrelu(Wh @ self.a[:, :f] + (Wh @ self.a[:, f:]).mT)
        attention = torch.where(adj > 0, e, -9e15 * torch.ones_like(e))
        h = torch.softmax(attention, -1) @ Wh
        return F.log_softmax(self.out(F.elu(h.permute(1, 0, 2).flatten(1))), dim=1)


class Doubling(Dataset):
    def __init__(self, n=64):
        self.x = torch.linspace(-1, 1, n)[:, None]

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        return self.x[i], self.x[i] * 2


def main():
    parser = argparse.ArgumentParser(description="fits a small KAN")
    parser.add_argument("--hidden", type=int, nargs="+", default=[3, 2])
    parser.add_argument("--lr", type=float, default=1e-2)
    args, _ = parser.parse_known_args()
    model = KAN(1, *args.hidden, 1, grid=4).to(device)
    optimizer = torch.optim.LBFGS(model.parameters(), lr=args.lr)
    for epoch in range(2):
        for x, y in DataLoader(Doubling(), batch_size=16, shuffle=True):

            def closure():
                optimizer.zero_grad()
                loss = F.mse_loss(model(x), y)
                loss.backward()
                return loss

            print(epoch, float(optimizer.step(closure)))
    return model


if __name__ == "__main__":
    main()
