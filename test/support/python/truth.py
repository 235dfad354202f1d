"""Measures models with the real PyTorch: the numbers that the analyser is tested against.

    python truth.py --update FILE.json...   fills in every entry of conformance or fixture files, in place
    python truth.py                         answers requests (JSON lines on standard input), one line each

A request is {"file", "call", "input": [[...]], "inputDtypes": [...], "path": [...]}: `call` is Python that is run in the
namespace of `file`, an expression or statements of which the last is one; it must give an nn.Module. The answer has

    class      name of the module's class
    params     elements of all parameters, each parameter once
    trainable  those that require a gradient
    buffers    elements of all buffers, non-persistent ones too, each buffer once
    modules    len(list(model.modules()))
    children   parameters of each direct child
    output     shape (list of integers), list of outputs, or object, as the model returns it in eval mode
    macs       multiply-accumulates of the forward: PyTorch's own flop counter divided by 2

Models are built and run on the meta device where their code allows it (no memory, no time), else on the CPU.
"""

import argparse
import ast
import contextlib
import dataclasses
import importlib
import importlib.abc
import importlib.machinery
import io
import json
import os
import socket
import sys
import types

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
LARGEST_ON_CPU = 400_000_000  # parameters; a larger model that needs real tensors is measured without forward

# Imported by training code or data code beside the models and never reached when a model is built. They are not
# installed, so imports of them give an object on which any attribute exists and nothing works.
ABSENT = {
    "accelerate", "adabelief_pytorch", "aim", "cv2", "datasets", "diffq", "dora", "fairscale", "faiss", "gensim", "audiotools", "smart_open", "pkg_resources", "psutil", "resampy", "xxhash", "importlib_resources", "pycocotools", "spacy", "fastparquet", "ray", "dill", "torchmetrics", "fire", "ftfy", "gym",
    "h5py", "huggingface_hub", "hydra", "imageio", "julius", "kornia_moons", "lameenc", "lightning", "librosa", "matplotlib", "mlflow",
    "moviepy", "museval", "musdb", "numba", "onnx", "onnxruntime", "openunmix", "pretty_midi", "progressbar", "pyro",
    "pytorch_fid", "pytorch_lightning", "pytorch_warmup", "retrying", "seaborn", "sentencepiece", "skimage", "soundfile",
    "submitit", "tensorboard", "tensorboardX", "tiktoken", "torch_fidelity", "torchtext", "treetable", "wandb",
    "webdataset", "xformers",
}


class AnyName(type):
    """A class that has every attribute."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return AnyName(name, (AbsentObject,), {})


class AbsentObject(metaclass=AnyName):
    """What an absent module's names stand for. As a decorator, with or without arguments, it changes nothing."""

    def __new__(cls, *args, **kwargs):
        if len(args) == 1 and not kwargs and isinstance(args[0], types.FunctionType):
            return args[0]
        return super().__new__(cls)

    def __init__(self, *args, **kwargs):
        pass

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return AnyName(name, (AbsentObject,), {})

    def __call__(self, *args, **kwargs):
        return args[0] if len(args) == 1 and not kwargs else AbsentObject()


class Absent(types.ModuleType):
    def __getattr__(self, name):
        return getattr(AbsentObject, name)


class AbsentFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, fullname, path=None, target=None):
        if fullname.split(".")[0] in ABSENT:
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec):
        return Absent(spec.name)

    def exec_module(self, module):
        module.__path__ = []


def no_network(*args, **kwargs):
    raise OSError("measuring downloads nothing")


def allow_foreign_libraries():
    """
    Compiled operators of other packages are not installed (see scripts/zoos.mjs): declares those that the import of
    torchvision asks for.
    """
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return library


def import_file(path, root=None):
    """Imports a file under the name that its package, or its path below `root`, gives it: relative imports work."""
    path = os.path.abspath(path)
    folder, base = os.path.split(path)
    if base.endswith(".ipynb"):
        return import_notebook(path)
    parts = [] if base == "__init__.py" else [os.path.splitext(base)[0]]
    while folder != root if root else os.path.exists(os.path.join(folder, "__init__.py")):
        folder, name = os.path.split(folder)
        parts.insert(0, name)
    forget_others(folder)
    sys.path.insert(0, folder)
    return importlib.import_module(".".join(parts))


def forget_others(folder):
    """Two projects may both have a model.py: forgets what was imported from the last project when another one begins."""
    last = import_file.folder
    import_file.folder = folder
    if last in (None, folder):
        return
    sys.path.remove(last)
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(last + os.sep):
            del sys.modules[name]


import_file.folder = None


def import_notebook(path):
    """The definitions of a notebook's cells: imports, constants, functions and classes, but nothing that trains."""
    with open(path, encoding="utf-8") as handle:
        cells = json.load(handle)["cells"]
    lines = [line for cell in cells if cell["cell_type"] == "code" for line in "".join(cell["source"]).splitlines()]
    tree = ast.parse("\n".join(line for line in lines if not line.startswith(("%", "!"))))
    wanted = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)
    tree.body = [
        node
        for node in tree.body
        if isinstance(node, wanted) or (isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant))
    ]
    module = types.ModuleType(os.path.splitext(os.path.basename(path))[0])
    exec(compile(tree, path, "exec"), vars(module))
    return module


def evaluate(code, namespace):
    """Runs statements and returns the value of the last one, which must be an expression."""
    tree = ast.parse(code)
    last = tree.body.pop()
    if not isinstance(last, ast.Expr):
        raise ValueError("the call must end with an expression")
    exec(compile(tree, "<call>", "exec"), namespace)
    return eval(compile(ast.Expression(last.value), "<call>", "eval"), namespace)


def build(request, device):
    path = request["file"] if os.path.isabs(request["file"]) else os.path.join(ROOT, request["file"])
    for extra in request.get("path", []):
        extra = os.path.join(ROOT, extra)
        if extra not in sys.path:
            sys.path.insert(0, extra)
    namespace = dict(vars(import_file(path, request.get("root"))))
    torch.manual_seed(0)
    with torch.device(device):
        model = evaluate(request["call"], namespace)
    if not isinstance(model, torch.nn.Module):
        raise TypeError(f"the call gives a {type(model).__name__}, not an nn.Module")
    return model


def make_input(shape, dtype, device):
    kind = getattr(torch, dtype)
    if kind == torch.bool:
        return torch.ones(shape, dtype=kind, device=device)
    if kind.is_floating_point or kind.is_complex:
        return torch.rand(shape, dtype=kind, device=device) if device != "meta" else torch.empty(shape, dtype=kind, device=device)
    return torch.zeros(shape, dtype=kind, device=device)


def shape_of(value):
    if isinstance(value, torch.Tensor):
        return list(value.shape)
    if isinstance(value, (list, tuple)):
        return [shape_of(item) for item in value]
    if isinstance(value, dict):
        return {str(key): shape_of(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: shape_of(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return None


def run(model, request, device):
    """One forward in eval mode. Fused attention and recurrent kernels are switched off: the counter sees their products."""
    shapes = request["input"]
    dtypes = request.get("inputDtypes") or ["float32"] * len(shapes)
    inputs = [make_input(shape, dtype, device) for shape, dtype in zip(shapes, dtypes)]
    model.eval()
    for parameter in model.parameters():
        parameter.requires_grad_(False)  # the counter's hooks can't follow views of parameters that ask for a gradient
    torch.backends.mha.set_fastpath_enabled(False)
    torch.manual_seed(0)
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), torch.backends.mkldnn.flags(enabled=False):
        counter = FlopCounterMode(display=False)
        with counter, torch.device(device):
            output = model(*inputs)
    flops = counter.get_total_flops()
    if flops % 2:
        raise ValueError(f"an odd number of flops: {flops}")
    return {"output": shape_of(output), "macs": flops // 2}


def count(model):
    parameters = list(model.parameters())
    if any(isinstance(p, torch.nn.parameter.UninitializedParameter) for p in parameters):
        raise ValueError("the model has lazy parameters: its numbers depend on an input")
    return {
        "class": type(model).__name__,
        "params": sum(p.numel() for p in parameters),
        "trainable": sum(p.numel() for p in parameters if p.requires_grad),
        "buffers": sum(b.numel() for b in model.buffers()),
        "modules": sum(1 for _ in model.modules()),
        "children": {name: sum(p.numel() for p in child.parameters()) for name, child in model.named_children()},
    }


def first_line(error):
    text = str(error).strip()
    return f"{type(error).__name__}: {text.splitlines()[0][:200] if text else ''}"


def measure(request):
    """Returns the numbers for one request, or {"error"} if the model can't be built."""
    problem = None
    for built, moved in (("meta", "meta"), ("cpu", "meta"), ("cpu", "cpu")):
        try:
            model = build(request, built)
            numbers = count(model)
            if "input" not in request:
                return numbers
            if moved == "cpu" and numbers["params"] > LARGEST_ON_CPU:
                return {**numbers, "forward": "too large to run on the CPU"}
            return {**numbers, **run(model.to(moved), request, moved)}
        except Exception as error:  # foreign code may raise anything
            problem = error
    try:
        return {**count(build(request, "cpu")), "forward": first_line(problem)}
    except Exception as error:
        return {"error": first_line(error)}


ASKED = ("file", "call", "input", "inputDtypes", "path")


def update(path):
    with open(path, encoding="utf-8") as handle:
        document = json.load(handle)
    base = document["folder"]
    document["torch"] = torch.__version__.split("+")[0]
    for index, entry in enumerate(document["entries"]):
        asked = {key: entry[key] for key in ASKED if key in entry}
        request = {**asked, "file": os.path.join(base, asked["file"]), "path": [os.path.join(base, p) for p in asked.get("path", [])]}
        if base == ".cache/zoos":
            request["path"].append(base)
            request["root"] = os.path.join(ROOT, base)
        with contextlib.redirect_stdout(io.StringIO()):
            numbers = measure(request)
        note = numbers.get("error") or numbers.get("forward")
        if note:
            print(f"{asked['file']}  {asked['call']}: {note}", file=sys.stderr)
        document["entries"][index] = {**asked, **numbers}
    with open(path, "w", encoding="utf-8") as handle:
        handle.write(to_text(document))


def to_text(document):
    """JSON with one entry a line, so that a changed number is a changed line."""
    head = {key: value for key, value in document.items() if key != "entries"}
    lines = ",\n".join("  " + json.dumps(entry) for entry in document["entries"])
    return json.dumps(head, indent=1)[:-2] + f',\n "entries": [\n{lines}\n ]\n}}\n'


def fill_in(measure_entry):
    """
    Adds what `measure_entry` tells of every entry, in place, to the files that the command line names. An entry that can't be measured stays as
    it was, and is named with what it raised.
    """
    sys.dont_write_bytecode = True
    torch.set_num_threads(1)
    sys.meta_path.append(AbsentFinder())
    library = allow_foreign_libraries()
    socket.getaddrinfo = no_network
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as handle:
            document = json.load(handle)
        document["torch"] = torch.__version__.split("+")[0]
        for index, entry in enumerate(document["entries"]):
            print(entry["call"], file=sys.stderr)
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    document["entries"][index] = {**entry, **measure_entry(entry)}
            except Exception as error:  # foreign code may raise anything
                print(f"{entry['file']} {entry['call']}: {first_line(error)}", file=sys.stderr)
        with open(path, "w", encoding="utf-8") as handle:
            handle.write(to_text(document))
    del library


def main():
    parser = argparse.ArgumentParser(description="Measure PyTorch models.")
    parser.add_argument("--update", nargs="+", metavar="FILE")
    parser.add_argument("--path", action="append", default=[], help="folder that imports are looked up in")
    options = parser.parse_args()
    torch.set_num_threads(1)
    sys.dont_write_bytecode = True
    sys.path[:0] = options.path
    sys.meta_path.append(AbsentFinder())
    keep = allow_foreign_libraries()
    socket.getaddrinfo = no_network
    if options.update:
        for path in options.update:
            update(path)
    else:
        for line in sys.stdin:
            print(json.dumps(measure(json.loads(line))), flush=True)
    del keep


if __name__ == "__main__":
    main()
