"""Modules that are frozen, shared, replaced, wrapped, hidden in lists or deleted after they were built."""
import copy

import torch
import torch.nn as nn
import torch.nn.functional as F


class Backbone(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.layer1 = self._make_layer(width, width, 2)
        self.layer2 = self._make_layer(width, 2 * width, 2, stride=2)
        self.fc = nn.Linear(2 * width, 100)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")

    @staticmethod
    def _make_layer(a, b, n, stride=1):
        return nn.Sequential(*[nn.Sequential(nn.Conv2d(a if i == 0 else b, b, 3, stride if i == 0 else 1, 1), nn.BatchNorm2d(b), nn.ReLU(True)) for i in range(n)])

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer2(self.layer1(x))
        return self.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))


def transfer(num_classes=4, freeze=True):
    net = Backbone()
    if freeze:
        for param in net.parameters():
            param.requires_grad = False
    net.fc = nn.Linear(net.fc.in_features, num_classes)
    return net


class Headless(nn.Module):
    def __init__(self, backbone, dim):
        super().__init__()
        backbone.fc = nn.Identity()
        self.features = nn.Sequential(*list(backbone.children())[:-1])
        del backbone.layer1
        self.trunk = nn.Sequential(backbone.conv1, backbone.bn1)
        self.proj = nn.Linear(dim, 8)

    def forward(self, x):
        return self.proj(self.features(x).mean(dim=(-2, -1))), self.trunk(x)


class LoRALinear(nn.Module):
    def __init__(self, base: nn.Linear, r=4, alpha=8):
        super().__init__()
        self.base = base
        for p in self.base.parameters():
            p.requires_grad_(False)
        self.A = nn.Parameter(torch.zeros(r, base.in_features))
        self.B = nn.Parameter(torch.zeros(base.out_features, r))
        self.scaling = alpha / r

    def forward(self, x):
        return self.base(x) + (x @ self.A.T @ self.B.T) * self.scaling


def add_lora(model, r=4):
    for name, module in list(model.named_modules()):
        if isinstance(module, nn.Linear):
            parent_name, _, child = name.rpartition(".")
            setattr(model.get_submodule(parent_name) if parent_name else model, child, LoRALinear(module, r))
    return model


class MLP(nn.Module):
    def __init__(self, d=12, n=3):
        super().__init__()
        self.blocks = nn.Sequential(*(nn.Sequential(nn.Linear(d, d), nn.ReLU()) for _ in range(n)))
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        return self.out(self.blocks(x))


class Hidden(nn.Module):
    """Two of its layers are in a plain list: PyTorch does not know them."""

    def __init__(self):
        super().__init__()
        self.seen = nn.Linear(4, 4)
        self.hidden = [nn.Linear(4, 4), nn.Linear(4, 4)]
        self.scale = torch.ones(4)

    def forward(self, x):
        for layer in self.hidden:
            x = layer(x)
        return self.seen(x) * self.scale


class Tied(nn.Module):
    def __init__(self, vocab=40, dim=10, depth=3):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        shared = nn.Linear(dim, dim)
        self.stack = nn.ModuleList([shared] * depth)
        self.again = shared
        self.decode = nn.Linear(dim, vocab)
        self.decode.weight = self.embed.weight

    def forward(self, ids):
        x = self.embed(ids)
        for layer in self.stack:
            x = torch.tanh(layer(x))
        return self.decode(self.again(x))


class Teacher(nn.Module):
    """Keeps an averaged copy of its student that has no gradient."""

    def __init__(self, student, momentum=0.99):
        super().__init__()
        self.student = student
        self.teacher = copy.deepcopy(student)
        self.teacher.requires_grad_(False)
        self.register_buffer("momentum", torch.tensor(momentum))
        self.register_buffer("queue", torch.randn(8, 16), persistent=False)

    def forward(self, x):
        with torch.no_grad():
            target = self.teacher(x)
        return self.student(x), target


class OnlyLast(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.utils.parametrizations.weight_norm(nn.Conv1d(6, 6, 3, padding=1))
        self.old = nn.utils.weight_norm(nn.Linear(6, 6), dim=None)
        self.unused = nn.Bilinear(3, 4, 5)
        self.register_parameter("maybe", None)
        self.register_module("named", nn.LayerNorm(6, elementwise_affine=False))

    def forward(self, x):
        return self.named(self.old(self.norm(x).transpose(1, 2)))
