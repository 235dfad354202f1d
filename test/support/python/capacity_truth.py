"""Measures receptive fields: which pixels of the input have a gradient for one position of a layer's result, over neighbouring positions.

    python capacity_truth.py FILE.json      fills in every entry's "fields", in place

Weights are positive and activations do nothing, so that no gradient cancels; statistics of normalisation don't count. A field that reaches
the border of the input is left out: there it is cut off.

"ranks" are those of features at initialisation, for dense layers and convolutions that give fewer features than they take, over twice as many random
samples as those need: [layer, rank of what went in, rank of what came out], where rows are samples and positions and columns are features.
"""

import contextlib
import functools
import os

import torch
import torch.nn.functional as F
from torch import nn

import truth

PLAIN = (
    nn.ReLU, nn.ReLU6, nn.LeakyReLU, nn.PReLU, nn.ELU, nn.SiLU, nn.GELU, nn.Tanh, nn.Sigmoid, nn.Hardswish, nn.Hardsigmoid, nn.Softmax,
    nn.Dropout, nn.Dropout2d, nn.BatchNorm1d, nn.BatchNorm2d, nn.LayerNorm, nn.GroupNorm, nn.InstanceNorm2d, nn.LocalResponseNorm,
)
LAYERS = 8
POSITIONS = 8
RANK_BATCH = 8
RANK_ROUNDS = 8
RANK_WIDTH = 256


def tame(model):
    for parent in list(model.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, PLAIN):
                child.forward = lambda x: x
            elif isinstance(child, nn.MaxPool2d):
                child.forward = (lambda pool: lambda x: F.avg_pool2d(x, pool.kernel_size, pool.stride, pool.padding, pool.ceil_mode))(child)
            elif type(child).__name__ == "StochasticDepth":
                child.forward = lambda x: x
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(1.0 / max(1, parameter[0].numel() if parameter.dim() > 1 else 1))


@contextlib.contextmanager
def linear_functions():
    identity = lambda x, *args, **kwargs: x
    names = "relu relu6 leaky_relu gelu silu elu dropout hardswish hardsigmoid layer_norm".split()
    saved = {name: getattr(F, name) for name in names}
    pool, relu = F.max_pool2d, torch.relu
    for name in names:
        setattr(F, name, identity)
    torch.relu = identity
    F.max_pool2d = lambda x, kernel, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False: F.avg_pool2d(
        x, kernel, stride, padding, ceil_mode
    )
    try:
        yield
    finally:
        for name, value in saved.items():
            setattr(F, name, value)
        F.max_pool2d, torch.relu = pool, relu


def hull(gradient, axis):
    seen = gradient.abs().sum([i for i in range(gradient.dim()) if i != axis]).nonzero().flatten()
    return (int(seen[0]), int(seen[-1])) if len(seen) else None


def features_of(tensor, layer):
    """Samples and positions by features."""
    if not isinstance(layer, nn.Linear):
        tensor = tensor.movedim(1, -1)
    return tensor.detach().reshape(-1, tensor.shape[-1])


def measure_ranks(model, shape):
    narrow = {
        name: module
        for name, module in model.named_modules()
        if (isinstance(module, nn.Linear) and module.out_features < module.in_features <= RANK_WIDTH)
        or (isinstance(module, (nn.Conv1d, nn.Conv2d)) and module.out_channels < module.in_channels <= RANK_WIDTH)
    }
    rows, found = {}, {}

    def look(module, given, result, name):
        rows.setdefault(name, []).append((features_of(given[0], module), features_of(result, module)))

    hooks = [module.register_forward_hook(functools.partial(look, name=name)) for name, module in narrow.items()]
    batch = max(shape[0], RANK_BATCH)
    with torch.no_grad():
        for _ in range(RANK_ROUNDS):
            model(torch.randn([batch, *shape[1:]], dtype=torch.float64))
            for name, pieces in rows.items():
                before, after = (torch.cat(side)[: 2 * RANK_WIDTH] for side in zip(*pieces))
                rows[name] = [(before, after)]
            if all(len(before) >= 2 * before.shape[1] for [(before, _)] in rows.values()):
                break
    for hook in hooks:
        hook.remove()
    for name, [(before, after)] in rows.items():
        if len(before) >= 2 * before.shape[1]:
            found[name] = [int(torch.linalg.matrix_rank(side)) for side in (before, after)]
    return [[name, *pair] for name, pair in found.items()]


def measure(entry):
    request = {**entry, "file": os.path.join(entry["folder"], entry["file"])}
    request["path"] = [os.path.join(entry["folder"], path) for path in entry.get("path", [])]
    if entry["folder"] == ".cache/zoos":
        request["path"].append(entry["folder"])
        request["root"] = os.path.join(truth.ROOT, entry["folder"])
    torch.manual_seed(0)
    model = truth.build(request, "cpu").double().train()
    [shape] = entry["input"]
    ranks = measure_ranks(model, shape)
    tame(model)
    x = torch.ones(shape, dtype=torch.float64, requires_grad=True)
    results = {}
    kinds = (nn.Conv1d, nn.Conv2d, nn.ConvTranspose2d, nn.ConvTranspose1d, nn.MaxPool2d, nn.AvgPool2d, nn.Upsample)
    for name, module in model.named_modules():
        if isinstance(module, kinds):
            module.register_forward_hook(lambda m, a, out, name=name: results.setdefault(name, out))
    with linear_functions():
        model(x)
    names = [name for name, out in results.items() if out.dim() == len(shape) and out.shape[0] == shape[0] and out.requires_grad]
    names = names[:: max(1, len(names) // LAYERS)]
    axes = list(range(2, len(shape)))
    fields = []
    for name in names:
        out = results[name]
        middle = [size // 2 for size in out.shape[2:]]
        best = [0 for _ in axes]
        cut = [False for _ in axes]
        steps = min(POSITIONS if any(isinstance(m, (nn.ConvTranspose2d, nn.Upsample)) for m in model.modules()) else 1, *out.shape[2:])
        for step in range(steps):
            at = [min(size - 1, place + step - steps // 2) for size, place in zip(out.shape[2:], middle)]
            unit = out[(0, slice(None), *at)].sum()
            (gradient,) = torch.autograd.grad(unit, x, retain_graph=True)
            for i, axis in enumerate(axes):
                found = hull(gradient, axis)
                if found is None:
                    continue
                cut[i] |= found[0] == 0 or found[1] == shape[axis] - 1
                best[i] = max(best[i], found[1] - found[0] + 1)
        fields.append([name, [None if cut[i] else best[i] for i in range(len(axes))]])
    return {"fields": fields, "ranks": ranks}


if __name__ == "__main__":
    truth.fill_in(measure)
