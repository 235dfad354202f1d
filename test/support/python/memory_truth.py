"""Measures what backward keeps of models: the bytes that PyTorch's saved tensors hold after one forward pass in training mode.

    python memory_truth.py FILE.json      fills in every entry's "kept", in place

"autocast" is the same under autocast to bfloat16, "bfloat16" that of a model whose parameters and inputs have this dtype; null where
PyTorch refuses.

Each allocation counts once however many saved tensors share it; parameters and buffers don't count. On the CPU, as PyTorch runs
there: masks of dropout are floats, attention has its own kernel.
"""

import os

import torch

import truth


def kept(model, inputs):
    model.train()
    own = {tensor.untyped_storage().data_ptr() for tensor in [*model.parameters(), *model.buffers()]}
    alive = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        alive.setdefault(storage.data_ptr(), (storage.nbytes(), tensor))
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        output = model(*inputs)
    del output
    return sum(size for pointer, (size, _) in alive.items() if pointer not in own)


def measure(entry):
    request = {**entry, "file": os.path.join(entry["folder"], entry["file"])}
    request["path"] = [os.path.join(entry["folder"], path) for path in entry.get("path", [])]
    if entry["folder"] == ".cache/zoos":
        request["path"].append(entry["folder"])
        request["root"] = os.path.join(truth.ROOT, entry["folder"])
    dtypes = entry.get("inputDtypes") or ["float32"] * len(entry["input"])

    def run(dtype=torch.float32, autocast=False):
        model = truth.build(request, "cpu").to(dtype)
        torch.manual_seed(0)
        inputs = [truth.make_input(shape, given, "cpu") for shape, given in zip(entry["input"], dtypes)]
        inputs = [tensor.to(dtype) if tensor.is_floating_point() else tensor for tensor in inputs]
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
            return kept(model, inputs)

    def attempt(**options):
        try:
            return run(**options)
        except Exception:  # an operator that has no such kernel
            return None

    return {"kept": run(), "autocast": attempt(autocast=True), "bfloat16": attempt(dtype=torch.bfloat16)}


if __name__ == "__main__":
    truth.fill_in(measure)
