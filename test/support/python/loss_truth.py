"""Holds the losses that we write into users' code against naive references, gradcheck and extreme inputs."""

import importlib.util
import json
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch.autograd import gradcheck

SHARED = "overlap"


def load(folder, name, kind=None):
    path = Path(folder) / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    loss = getattr(module, kind or name)
    # The losses by overlap are given their common method when they are written into code.
    if "self._overlap(" in path.read_text():
        loss._overlap = load(folder, SHARED, "Overlap")._overlap
    return loss


def close(a, b):
    torch.testing.assert_close(torch.as_tensor(a).double(), torch.as_tensor(b).double(), rtol=1e-6, atol=1e-8)


def rand(*shape, scale=1.0):
    return (torch.randn(*shape, dtype=torch.float64) * scale).requires_grad_()


def finite(value, *inputs):
    value.sum().backward()
    assert torch.isfinite(value).all(), value
    for each in inputs:
        assert each.grad is None or torch.isfinite(each.grad).all(), each.grad


def huge(*shape):
    signs = torch.randint(0, 2, shape) * 2 - 1
    return (signs * 1e4).float().requires_grad_()


def check_focal(Loss):
    z, y = rand(6, 4), torch.tensor([0, 3, 1, -100, 2, 2])
    w = torch.tensor([1.0, 2.0, 0.5, 3.0], dtype=torch.float64)
    total, share = 0.0, 0.0
    for row, c in zip(z.detach(), y.tolist()):
        if c >= 0:
            p = torch.softmax(row, 0)[c]
            total, share = total - w[c] * (1 - p) ** 2 * torch.log(p), share + w[c]
    close(Loss(weight=w)(z, y), total / share)
    close(Loss(gamma=0.0)(z, y), F.cross_entropy(z, y))
    close(Loss(gamma=0.0, weight=w, reduction="none")(z, y), F.cross_entropy(z, y, weight=w, reduction="none"))
    assert gradcheck(lambda x: Loss(weight=w)(x, y), z)
    assert gradcheck(lambda x: Loss(gamma=0.5)(x, torch.tensor([[0, 1], [1, -100]])), rand(2, 3, 2))
    for gamma in (0.0, 0.5, 2.0):
        big = huge(6, 4)
        finite(Loss(gamma=gamma)(big, y), big)
        flat = torch.full((6, 4), 1e4, requires_grad=True)
        finite(Loss(gamma=gamma)(flat, y), flat)
    none = rand(3, 4)
    finite(Loss()(none, torch.full((3,), -100)), none)
    empty = rand(0, 4)
    finite(Loss()(empty, torch.zeros(0, dtype=torch.long)), empty)
    refuses(lambda: Loss()(z, y[:2]))
    refuses(lambda: Loss(gamma=-1))


def refuses(action):
    try:
        action()
    except (ValueError, TypeError):
        return
    raise AssertionError("no error")


def check_binary_focal(Loss):
    z, y = rand(5, 3), torch.randint(0, 2, (5, 3)).double()
    p = torch.sigmoid(z.detach())
    naive = -(0.25 * y * (1 - p) ** 2 * p.log() + 0.75 * (1 - y) * p**2 * (1 - p).log())
    close(Loss(alpha=0.25)(z, y), naive.mean())
    close(Loss(gamma=0.0)(z, y), F.binary_cross_entropy_with_logits(z, y))
    assert gradcheck(lambda x: Loss(alpha=0.25)(x, y), z)
    for target in (torch.zeros(4), torch.ones(4)):
        big = huge(4)
        finite(Loss()(big, target), big)
    empty = rand(0)
    finite(Loss()(empty, torch.zeros(0)), empty)
    refuses(lambda: Loss()(z, y[0]))


def overlaps(z, y, classes):
    p = torch.softmax(z, 1)
    for c in range(classes):
        wanted = (y == c).double()
        known = (y != -100).double()
        yield (p[:, c] * wanted).sum(), (p[:, c] * (1 - wanted) * known).sum(), ((1 - p[:, c]) * wanted).sum()


def segmentation(Loss, naive):
    z, y = rand(2, 3, 4, 4), torch.randint(0, 3, (2, 4, 4))
    y[0, 0, 0] = -100
    close(Loss()(z, y), naive(z.detach(), y))
    assert gradcheck(lambda x: Loss()(x, y), z)
    same = torch.randint(0, 2, (2, 1, 3, 3)).double()
    assert gradcheck(lambda x: Loss()(x, same), rand(2, 1, 3, 3))
    for scale in (1.0, -1.0):
        big = (huge(2, 3, 4, 4).detach() * scale).requires_grad_()
        finite(Loss()(big, y), big)
    none = rand(2, 3, 4)
    finite(Loss()(none, torch.full((2, 4), -100)), none)
    empty = rand(0, 3, 4)
    finite(Loss()(empty, torch.zeros(0, 4, dtype=torch.long)), empty)
    refuses(lambda: Loss()(z, y[:, :2]))


def naive_dice(z, y):
    parts = [1 - (2 * t + 1) / (2 * t + fp + fn + 1) for t, fp, fn in overlaps(z, y, 3)]
    return sum(parts) / 3


def naive_dice_entropy(z, y):
    return 0.5 * naive_dice(z, y) + 0.5 * F.cross_entropy(z, y)


def naive_tversky(z, y):
    parts = [1 - (t + 1) / (t + 0.3 * fp + 0.7 * fn + 1) for t, fp, fn in overlaps(z, y, 3)]
    return sum(parts) / 3


def check_quantile(Loss):
    a, b = rand(7), torch.randn(7, dtype=torch.float64)
    e = b - a.detach()
    close(Loss(0.9)(a, b), torch.where(e > 0, 0.9 * e, -0.1 * e).mean())
    assert gradcheck(lambda x: Loss(0.2)(x, b), a)
    big, empty = huge(5), rand(0)
    finite(Loss()(big, -big.detach()), big)
    finite(Loss()(empty, torch.zeros(0)), empty)
    refuses(lambda: Loss(1.5))


def check_info_nce(Loss):
    a, b = rand(5, 3), rand(5, 3)
    s = F.cosine_similarity(a[:, None], b[None], dim=2).detach() / 0.5
    rows = sum(-torch.log(torch.exp(s[i, i]) / torch.exp(s[i]).sum()) for i in range(5)) / 5
    columns = sum(-torch.log(torch.exp(s[i, i]) / torch.exp(s[:, i]).sum()) for i in range(5)) / 5
    close(Loss(0.5)(a, b), (rows + columns) / 2)
    assert gradcheck(lambda x, y: Loss(0.5)(x, y), (a, b))
    big, other = huge(4, 3), huge(4, 3)
    finite(Loss()(big, other), big, other)
    empty = rand(0, 3)
    finite(Loss()(empty, rand(0, 3)), empty)
    refuses(lambda: Loss()(a, b[:2]))


def check_batch_hard(Loss):
    a, b = rand(6, 3), rand(6, 3)
    d = torch.cdist(a.detach(), b.detach())
    naive = [max(0.0, d[i, i] - min(d[i, j] for j in range(6) if j != i) + 0.3) for i in range(6)]
    close(Loss(0.3)(a, b), sum(naive) / 6)
    close(Loss(0.3, reduction="sum")(a, b), sum(naive))
    close(Loss(0.3, reduction="none")(a, b), torch.stack([torch.as_tensor(each) for each in naive]))
    nearest = b.detach()[[min((j for j in range(6) if j != i), key=lambda j: d[i, j]) for i in range(6)]]
    close(Loss(0.3)(a, b), F.triplet_margin_loss(a, b, nearest, margin=0.3, eps=0.0))
    assert gradcheck(lambda x, y: Loss(5.0)(x, y), (a, b))
    big, other = huge(4, 3), huge(4, 3)
    finite(Loss()(big, other), big, other)
    for count in (0, 1):
        few = rand(count, 3)
        value = Loss()(few, rand(count, 3))
        close(value, 0.0)
        finite(value, few)
    equal = torch.zeros(4, 3, requires_grad=True)
    finite(Loss()(equal, equal), equal)
    refuses(lambda: Loss()(a, b[:2]))
    refuses(lambda: Loss(0.0))


def check_contrastive(Loss):
    a, b, same = rand(6, 3), rand(6, 3), torch.tensor([1, 0, 1, 0, 0, 1])
    d = (a - b).detach().norm(dim=1)
    naive = torch.where(same == 1, d**2, (3 - d).clamp(min=0) ** 2).mean()
    close(Loss(3.0)(a, b, same), naive)
    assert gradcheck(lambda x, y: Loss(3.0)(x, y, same), (a, b))
    big = huge(6, 3)
    finite(Loss()(big, -big.detach(), same), big)
    equal = torch.zeros(6, 3, requires_grad=True)
    finite(Loss()(equal, torch.zeros(6, 3), same), equal)
    empty = rand(0, 3)
    finite(Loss()(empty, rand(0, 3), torch.zeros(0)), empty)


def check_distillation(Loss):
    s, t, y = rand(4, 5), torch.randn(4, 5, dtype=torch.float64), torch.tensor([0, 1, 4, 2])
    p, q = torch.softmax(t / 2, 1), torch.softmax(s.detach() / 2, 1)
    naive = 0.7 * F.cross_entropy(s.detach(), y) + 0.3 * 4 * (p * (p / q).log()).sum(1).mean()
    close(Loss(2.0, 0.3)(s, t, y), naive)
    assert gradcheck(lambda x: Loss(2.0, 0.3)(x, t, y), s)
    big = huge(4, 5)
    finite(Loss()(big, -big.detach(), y), big)
    empty = rand(0, 5)
    finite(Loss()(empty, empty.detach(), torch.zeros(0, dtype=torch.long)), empty)


def check_uncertainty(Loss):
    balance = Loss(2).double()
    with torch.no_grad():
        balance.log_variance.copy_(torch.tensor([0.5, -1.0]))
    a, b = rand(()), rand(())
    close(balance([a, b]), a * torch.exp(torch.tensor(-0.5).double()) + 0.5 + b * torch.exp(torch.tensor(1.0).double()) - 1)
    assert gradcheck(lambda x, y: balance([x, y]), (a, b))
    big = torch.tensor(1e4, requires_grad=True)
    finite(balance([big, big]), big)
    refuses(lambda: balance([a]))


def check_gan(Loss, real, fake, generator):
    loss = Loss()
    a, b = rand(6), rand(6)
    close(loss.discriminator(a, b), real(a.detach()).mean() + fake(b.detach()).mean())
    close(loss.generator(b), generator(b.detach()).mean())
    assert gradcheck(loss.discriminator, (a, b)) and gradcheck(loss.generator, b)
    big = huge(6)
    finite(loss.discriminator(big, -big) + loss.generator(big), big)
    finite(loss.discriminator(rand(0), rand(0)) + loss.generator(rand(0)))


def check_wasserstein(Loss):
    w = rand(3)
    critic = lambda x: x @ w
    a, b = torch.randn(5, 3).double(), torch.randn(5, 3).double()
    naive = critic(b).mean() - critic(a).mean() + 10 * (w.norm() - 1) ** 2
    close(Loss()(critic, a, b).detach(), naive.detach())
    assert gradcheck(lambda v: Loss()(lambda x: x @ v, a, b), w)
    flat = Loss()(lambda x: (x * 0).sum(1), a, b)
    assert torch.isfinite(flat)
    big = (huge(5, 3).detach()).double()
    assert torch.isfinite(Loss()(critic, big, -big))
    assert torch.isfinite(Loss()(critic, a[:0], b[:0]))


def check_grad_norm(Loss):
    balance = Loss(2, alpha=0.0, rate=0.1).double()
    shared = rand(3, scale=0.1)
    losses = lambda: [10 * (shared**2).sum(), (shared**2).sum() + 1]
    close(balance(losses()).detach(), sum(losses()).detach())
    for _ in range(30):
        balance.step(losses(), shared)
    assert balance.weights[0] < balance.weights[1] and abs(balance.weights.sum().item() - 2) < 1e-6
    assert gradcheck(lambda x, y: balance([x, y]), (rand(()), rand(())))
    refuses(lambda: balance([rand(())]))


CHECKS = {
    "FocalLoss": check_focal,
    "BinaryFocalLoss": check_binary_focal,
    "DiceLoss": lambda loss: segmentation(loss, naive_dice),
    "DiceCrossEntropyLoss": lambda loss: segmentation(loss, naive_dice_entropy),
    "TverskyLoss": lambda loss: segmentation(loss, naive_tversky),
    "QuantileLoss": check_quantile,
    "InfoNCELoss": check_info_nce,
    "BatchHardTripletLoss": check_batch_hard,
    "ContrastiveLoss": check_contrastive,
    "DistillationLoss": check_distillation,
    "UncertaintyWeighting": check_uncertainty,
    "HingeGANLoss": lambda loss: check_gan(loss, lambda x: F.relu(1 - x), lambda x: F.relu(1 + x), lambda x: -x),
    "NonSaturatingGANLoss": lambda loss: check_gan(
        loss, lambda x: -torch.sigmoid(x).log(), lambda x: -(1 - torch.sigmoid(x)).log(), lambda x: -torch.sigmoid(x).log()
    ),
    "WassersteinGPLoss": check_wasserstein,
    "GradNorm": check_grad_norm,
}

results = {}
for file in sorted(Path(sys.argv[1]).glob("*.py")):
    if file.stem == SHARED:
        continue
    try:
        torch.manual_seed(0)
        CHECKS[file.stem](load(sys.argv[1], file.stem))
        results[file.stem] = "ok"
    except Exception as error:
        results[file.stem] = f"{type(error).__name__}: {error}"
print(json.dumps(results))
