"""Measures the signal of models at initialisation: variance of each layer's result and norm of the gradient there, over 20 seeds.

    python signal_truth.py FILE.json      fills in every entry's "layers", in place

Layers are the calls of modules that call no other, in forward order: [path, variance, gradient norm], geometric means over the seeds.
Inputs are standard normal; the gradient at the output is random with norm 1.
"""

import math
import os

import torch

import truth

SEEDS = 20


def one(entry, seed):
    namespace = dict(vars(truth.import_file(os.path.join(truth.ROOT, entry["folder"], entry["file"]))))
    torch.manual_seed(seed)
    model = truth.evaluate(entry["call"], namespace)
    model.train()
    names = {module: name for name, module in model.named_modules()}
    calls, stack = [], []

    def enter(module, _):
        for outer in stack:
            outer["leaf"] = False
        stack.append({"path": names.get(module, ""), "leaf": True, "output": None})
        calls.append(stack[-1])

    def leave(module, _, output):
        record = stack.pop()
        first = output[0] if isinstance(output, tuple) else output
        record["output"] = first
        if first.requires_grad:
            first.retain_grad()

    for module in model.modules():
        module.register_forward_pre_hook(enter)
        module.register_forward_hook(leave)
    inputs = [torch.randn(shape) for shape in entry["input"]]
    output = model(*inputs)
    direction = torch.randn_like(output)
    output.backward(direction / direction.norm())
    return [
        (call["path"], call["output"].var().item(), call["output"].grad.norm().item())
        for call in calls
        if call["leaf"] and call["output"].requires_grad
    ]


def mean(values):
    return math.exp(sum(math.log(max(value, 1e-30)) for value in values) / len(values))


def measure(entry):
    runs = [one(entry, seed) for seed in range(SEEDS)]
    return {
        "layers": [
            [layers[0][0], *(float(f"{mean([layer[i] for layer in layers]):.4g}") for i in (1, 2))] for layers in zip(*runs)
        ]
    }


if __name__ == "__main__":
    truth.fill_in(measure)
