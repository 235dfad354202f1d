"""Runs the operator calls of a text file with the real PyTorch and records what came out.

    python operator_truth.py CALLS.txt OUT.json

Each line of CALLS is Python: an expression, or statements with the expression last, separated by `;`. `t(2, 3)` makes an
empty float tensor, `i(2, 3)` an int64 one, `b(2, 3)` a bool one; with known values use torch.tensor and the like. What is
recorded for a tensor: shape, dtype and, for lines that begin with `=`, its values; `macs` is PyTorch's flop counter ÷ 2. Lines
that begin with `@` run on the meta device, where the CPU has a fused kernel that the counter doesn't see into.
A call that PyTorch rejects is recorded with its exception.
"""

import ast
import json
import math
import sys
import warnings

import numpy as np
import torch
import torch.nn.functional as F
from torch import _VF
from torch.utils.flop_counter import FlopCounterMode
from torch.nn.attention import SDPBackend, sdpa_kernel

warnings.filterwarnings("ignore")


def describe(value, with_values, depth=0):
    if isinstance(value, torch.Tensor):
        record = {"shape": list(value.shape), "dtype": str(value.dtype)[6:], "grad": value.requires_grad}
        if with_values and not value.is_complex():
            record["values"] = [describe(x, False) for x in value.detach().reshape(-1).tolist()]
        return record
    if isinstance(value, np.ndarray):
        record = {"shape": list(value.shape), "dtype": str(value.dtype)}
        if with_values:
            record["values"] = [describe(x, False) for x in value.reshape(-1).tolist()]
        return record
    if isinstance(value, np.generic):
        return describe(value.item(), with_values)
    if isinstance(value, torch.dtype):
        return str(value)
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return {"float": repr(value)} if math.isfinite(value) else {"float": repr(value)}
    if isinstance(value, (list, tuple)):
        return [describe(x, with_values, depth + 1) for x in value]
    if isinstance(value, dict):
        return {str(k): describe(x, with_values, depth + 1) for k, x in value.items()}
    return type(value).__name__


def run(line, namespace):
    with_values = line.startswith("=")
    tree = ast.parse(line.lstrip("=@").strip().replace(";; ", "\n"))
    last = tree.body.pop()
    scope = dict(namespace)
    device = torch.device("meta" if line.startswith("@") else "cpu")
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH), device:
        exec(compile(tree, "<call>", "exec"), scope)
        value = eval(compile(ast.Expression(last.value), "<call>", "eval"), scope)
    return {"value": describe(value, with_values), "macs": counter.get_total_flops() // 2}


def main(source, target):
    namespace = {
        "torch": torch, "F": F, "np": np, "_VF": _VF, "math": math,
        "t": lambda *s: torch.zeros(*s), "i": lambda *s: torch.zeros(*s, dtype=torch.int64), "b": lambda *s: torch.zeros(*s, dtype=torch.bool),
        "c": lambda *s: torch.zeros(*s, dtype=torch.complex64),
    }
    try:
        import einops
        import einops.layers.torch
        namespace.update(einops=einops, rearrange=einops.rearrange, reduce=einops.reduce, repeat=einops.repeat)
    except ImportError:
        pass
    records = []
    for line in open(source, encoding="utf-8").read().split("\n"):
        if line.strip() == "" or line.startswith("#"):
            continue
        try:
            records.append({"call": line, **run(line, namespace)})
        except Exception as error:  # the point: what PyTorch rejects
            records.append({"call": line, "error": [type(error).__name__, str(error).split("\n")[0]]})
    with open(target, "w", encoding="utf-8") as out:
        out.write("[\n" + ",\n".join(json.dumps(record) for record in records) + "\n]\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
