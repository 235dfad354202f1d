"""Checks one module in the Python that runs this file.

The request is one line of JSON on standard input; each answer is one line of JSON on what was standard output when the
program started. The user's own prints go to standard error. Nothing is written to the disk.

Request: file, roots, overlays {path: text}, qualname, call, callFile, inputs [{shape, dtype}], expected {...}, objective,
seconds. Answers: {"type": "start"}, {"type": "check"}, {"type": "error"}, {"type": "done"}; see protocol.ts.
"""

import contextlib
import importlib
import importlib.abc
import importlib.util
import json
import linecache
import math
import os
import platform
import sys
import threading
import time
import traceback

HERE = os.path.abspath(__file__)
SHOWN_NAMES = 5

# The protocol keeps the real standard streams for itself: a print or an input() of the user's must not break it.
_channel = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
_requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
os.dup2(2, 1)
_nothing = os.open(os.devnull, os.O_RDONLY)
os.dup2(_nothing, 0)
os.close(_nothing)


def send(**message):
    _channel.write(json.dumps(message) + "\n")
    _channel.flush()


def check(name, outcome, detail="", expected=None, found=None):
    """Tells the outcome of one check: passed, failed, warning or skipped."""
    send(type="check", id=name, outcome=outcome, detail=detail, expected=expected, found=found)


class Stop(Exception):
    """What was told already ends the run."""


def fail(stage, error):
    """Tells an error of the user's code by its message and the user's own lines, and ends the run."""
    frames = [
        {"file": frame.filename, "line": frame.lineno, "name": frame.name, "text": frame.line or ""}
        for frame in traceback.extract_tb(error.__traceback__)
        if os.path.abspath(frame.filename) != HERE and not frame.filename.startswith("<frozen")
    ]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append({"file": error.filename, "line": error.lineno or 0, "name": "", "text": (error.text or "").strip()})
    text = str(error) if str(error) else "(no message)"
    send(type="error", stage=stage, message=type(error).__name__ + ": " + text, frames=frames[-12:])
    raise Stop()


# --- the user's files, as the editor has them -------------------------------------------------------------------------


class OverlayLoader(importlib.abc.SourceLoader):
    """Takes a module's source from the request instead of the disk, and keeps no compiled code."""

    def __init__(self, path, text):
        self.path = path
        self.text = text

    def get_filename(self, fullname):
        return self.path

    def get_data(self, path):
        return self.text.encode("utf-8")

    def get_source(self, fullname):
        return self.text


class OverlayFinder(importlib.abc.MetaPathFinder):
    """Finds modules whose text the editor has and the disk has not."""

    def __init__(self, texts):
        self.texts = texts

    def find_spec(self, fullname, path, target=None):
        name = fullname.rpartition(".")[2]
        for folder in list(path) if path is not None else sys.path:
            for file, package in ((name + ".py", False), (os.path.join(name, "__init__.py"), True)):
                candidate = os.path.abspath(os.path.join(folder, file))
                if candidate in self.texts:
                    return importlib.util.spec_from_file_location(
                        fullname,
                        candidate,
                        loader=OverlayLoader(candidate, self.texts[candidate]),
                        submodule_search_locations=[os.path.dirname(candidate)] if package else None,
                    )
                if os.path.exists(candidate):
                    return None
        return None


def import_file(file, texts):
    """The module of a file under its dotted name, its packages first."""
    file = os.path.abspath(file)
    name = os.path.splitext(os.path.basename(file))[0]
    folder = os.path.dirname(file)
    parts = [] if name == "__init__" else [name]
    while os.path.exists(os.path.join(folder, "__init__.py")):
        parts.insert(0, os.path.basename(folder))
        folder = os.path.dirname(folder)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    dotted = ".".join(parts)
    for end in range(1, len(parts)):
        importlib.import_module(".".join(parts[:end]))
    present = sys.modules.get(dotted)
    if present is not None and os.path.abspath(getattr(present, "__file__", None) or "") == file:
        return present
    loader = OverlayLoader(file, texts[file]) if file in texts else None
    spec = importlib.util.spec_from_file_location(dotted, file, loader=loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[dotted] = module
    spec.loader.exec_module(module)
    return module


def construct(request, texts):
    """Imports the file and makes the module in its namespace, or in that of the file which makes it."""
    try:
        module = import_file(request["file"], texts)
    except Exception as error:
        fail("import", error)
    check("import", "passed")
    call = request["call"]
    try:
        try:
            return module, eval(compile(call, "<call>", "eval"), vars(module))
        except NameError:
            other = request.get("callFile")
            if not other:
                raise
            namespace = dict(vars(import_file(other, texts)))
            for name, value in vars(module).items():
                namespace.setdefault(name, value)
            return module, eval(compile(call, "<call>", "eval"), namespace)
    except Exception as error:
        fail("construct", error)


# --- numbers ----------------------------------------------------------------------------------------------------------


def compare(name, expected, found):
    """A static number against the real one; what the analyser doesn't know is only told."""
    if expected is None:
        check(name, "skipped", "the analyser does not know it", None, found)
    else:
        check(name, "passed" if expected == found else "failed", "", expected, found)


def check_counts(model, expected):
    parameters = list(model.parameters())
    compare("parameters", expected.get("parameters"), sum(p.numel() for p in parameters))
    compare("trainable", expected.get("trainable"), sum(p.numel() for p in parameters if p.requires_grad))
    compare("buffers", expected.get("buffers"), sum(b.numel() for b in model.buffers()))
    compare("modules", expected.get("modules"), sum(1 for _ in model.modules()))


def shape_of(value, torch):
    if isinstance(value, torch.Tensor):
        return list(value.shape)
    if isinstance(value, dict):
        return {str(key): shape_of(item, torch) for key, item in value.items()}
    if hasattr(value, "__dataclass_fields__"):
        return {key: shape_of(getattr(value, key), torch) for key in value.__dataclass_fields__}
    if isinstance(value, (list, tuple)):
        return [shape_of(item, torch) for item in value]
    return None


def floats_of(value, torch):
    """All floating-point tensors of an output that a gradient can flow through."""
    if isinstance(value, torch.Tensor):
        return [value] if value.is_floating_point() else []
    if isinstance(value, dict):
        return [item for each in value.values() for item in floats_of(each, torch)]
    if hasattr(value, "__dataclass_fields__"):
        return [item for key in value.__dataclass_fields__ for item in floats_of(getattr(value, key), torch)]
    if isinstance(value, (list, tuple)):
        return [item for each in value for item in floats_of(each, torch)]
    return []


# --- inputs -----------------------------------------------------------------------------------------------------------


def make_inputs(specs, model, torch, flag):
    """Random inputs of the shapes that the analyser has. Whole numbers stay below the smallest embedding; `flag`: what masks hold."""
    tables = [m.num_embeddings for m in model.modules() if isinstance(m, (torch.nn.Embedding, torch.nn.EmbeddingBag))]
    limit = max(2, min(tables)) if tables else 2
    first = next(model.parameters(), None)
    device = first.device if first is not None else "cpu"
    inputs = []
    for spec in specs:
        dtype = getattr(torch, spec["dtype"])
        shape = spec["shape"]
        if dtype == torch.bool:
            value = torch.full(shape, flag, dtype=dtype)
        elif dtype.is_floating_point or dtype.is_complex:
            value = torch.randn(shape, dtype=dtype)
        else:
            value = torch.randint(0, limit, shape, dtype=dtype)
        inputs.append(value.to(device))
    return inputs


def larger(specs, times):
    """The same inputs with more examples: the first size is taken for the batch."""
    return [{**spec, "shape": [spec["shape"][0] * times, *spec["shape"][1:]] if spec["shape"] else []} for spec in specs]


def all_finite(tensors, torch):
    return all(bool(torch.isfinite(tensor).all()) for tensor in tensors)


def check_forward(model, request, torch):
    """The forward pass in eval mode, its output's shape and its multiply-accumulates. Returns the inputs and what masks hold."""
    model.eval()
    problem = None
    for flag in (False, True):
        inputs = make_inputs(request["inputs"], model, torch, flag)
        try:
            with torch.no_grad():
                output = model(*inputs)
        except Exception as error:
            problem = error
            continue
        if all_finite(floats_of(output, torch), torch) or not any(spec["dtype"] == "bool" for spec in request["inputs"]):
            problem = None
            break
    if problem is not None:
        fail("forward", problem)
    finite = all_finite(floats_of(output, torch), torch)
    check("forward", "passed" if finite else "failed", "" if finite else "the output holds NaN or infinity")
    compare("output", request["expected"].get("output"), shape_of(output, torch))
    check_macs(model, inputs, request["expected"].get("macs"), torch)
    return inputs, flag


def check_macs(model, inputs, expected, torch):
    try:
        from torch.utils.flop_counter import FlopCounterMode
    except ImportError:
        check("macs", "skipped", "this PyTorch has no flop counter")
        return
    try:
        with torch.no_grad(), counted_as_written(torch), FlopCounterMode(display=False) as counter:
            model(*inputs)
    except Exception as error:
        check("macs", "skipped", "PyTorch's flop counter can't follow it: %s" % error)
        return
    compare("macs", expected, counter.get_total_flops() // 2)


@contextlib.contextmanager
def counted_as_written(torch):
    """Attention and recurrence as products of matrices: fused kernels hide them from PyTorch's counter."""
    with contextlib.ExitStack() as stack:
        if hasattr(torch.backends, "mha"):
            fast = torch.backends.mha.get_fastpath_enabled()
            torch.backends.mha.set_fastpath_enabled(False)
            stack.callback(torch.backends.mha.set_fastpath_enabled, fast)
        attention = getattr(torch.nn, "attention", None)
        if attention is not None and hasattr(attention, "sdpa_kernel"):
            stack.enter_context(attention.sdpa_kernel(attention.SDPBackend.MATH))
        stack.enter_context(torch.backends.mkldnn.flags(enabled=False))
        yield


# --- gradients --------------------------------------------------------------------------------------------------------


def named(names):
    more = len(names) - SHOWN_NAMES
    return ", ".join(names[:SHOWN_NAMES]) + (" and %d more" % more if more > 0 else "")


def projection(output, torch):
    """One number in which every output has its own weight: sums of probabilities or of normalised values would have no gradient."""
    total = None
    generator = torch.Generator().manual_seed(1)
    for tensor in floats_of(output, torch):
        weights = torch.randn(tensor.shape, generator=generator, dtype=torch.float64).to(tensor)
        part = (tensor * weights).sum()
        total = part if total is None else total + part
    return total


def training_inputs(model, specs, flag, torch):
    """Inputs that the model takes in training mode: batch normalisation needs more than one example."""
    model.train()
    problem = None
    single = any(spec["shape"][:1] == [1] for spec in specs)
    for times in (4, 1) if single else (1, 4):
        batch = make_inputs(larger(specs, times), model, torch, flag)
        try:
            model(*batch)
            return batch
        except Exception as error:
            problem = problem or error
    fail("backward", problem)


def check_gradients(model, specs, flag, torch):
    """Backward in training mode: every trainable parameter gets a finite gradient. Returns inputs that fit training, or None."""
    trainable = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    recorder = FunctionRecorder(torch)
    with recorder:
        batch = training_inputs(model, specs, flag, torch)
        if not trainable:
            batch = [x.requires_grad_() if x.is_floating_point() else x for x in batch]
        model.zero_grad(set_to_none=True)
        try:
            value = projection(model(*batch), torch)
            if value is None or not value.requires_grad:
                check("backward", "skipped", "no output depends on anything that is trained")
                return None, recorder
            value.backward()
        except Exception as error:
            fail("backward", error)
    check("backward", "passed")
    if not trainable:
        check("gradients", "skipped", "it has no trainable parameters")
        return None, recorder
    missing = [name for name, p in trainable if p.grad is None]
    broken = [name for name, p in trainable if p.grad is not None and not all_finite([p.grad], torch)]
    zero = [name for name, p in trainable if p.grad is not None and not bool(p.grad.ne(0).any())]
    said = []
    if missing:
        said.append("no gradient: " + named(missing))
    if broken:
        said.append("NaN or infinite gradient: " + named(broken))
    if zero:
        said.append("gradient of zero: " + named(zero))
    outcome = "failed" if missing or broken else "warning" if zero else "passed"
    good = len(trainable) - len(missing) - len(broken)
    check("gradients", outcome, "; ".join(said), len(trainable), good)
    return batch, recorder


class FunctionRecorder:
    """Notes with what the user's own autograd.Function classes are called."""

    def __init__(self, torch):
        self.torch = torch
        self.calls = {}

    def __enter__(self):
        self.replaced = []
        pending = list(self.torch.autograd.Function.__subclasses__())
        while pending:
            cls = pending.pop()
            pending.extend(cls.__subclasses__())
            if cls.__module__.partition(".")[0] in ("torch", "torchvision", "functorch") or "apply" in vars(cls):
                continue
            self.replaced.append(cls)
            cls.apply = self.noting(cls, cls.apply)
        return self

    def noting(self, cls, apply):
        def noted(*args, **kwargs):
            if cls not in self.calls and not kwargs:
                self.calls[cls] = [a.detach().clone() if isinstance(a, self.torch.Tensor) else a for a in args]
            return apply(*args, **kwargs)

        return noted

    def __exit__(self, *_):
        for cls in self.replaced:
            del cls.apply


def as_double(value, torch):
    if isinstance(value, torch.Tensor) and value.is_floating_point():
        return value.double()
    return value


def check_functions(recorder, torch):
    """The user's own backward passes against numbers, in double precision."""
    for cls, args in recorder.calls.items():
        args = [as_double(a, torch) for a in args]
        args = [a.requires_grad_() if isinstance(a, torch.Tensor) and a.is_floating_point() else a for a in args]
        name = "gradcheck of " + cls.__name__
        try:
            torch.autograd.gradcheck(cls.apply, tuple(args), fast_mode=True, raise_exception=True)
        except Exception as error:
            lines = str(error).strip().splitlines() or [type(error).__name__]
            check(name, "failed", "its backward is not the derivative of its forward: " + lines[0])
        else:
            check(name, "passed")


def check_derivative(model, inputs, torch):
    """The gradient of the whole model along one direction against a difference quotient, in double precision, in eval mode."""
    import copy

    try:
        model = copy.deepcopy(model).double().eval()
        inputs = [as_double(x.detach(), torch).clone() for x in inputs]
        torch.manual_seed(2)
        leaves = [p for p in model.parameters() if p.requires_grad]
        if not leaves:
            leaves = [x.requires_grad_() for x in inputs if x.is_floating_point()]
        value = projection(model(*inputs), torch)
        if value is None or not value.requires_grad:
            check("derivative", "skipped", "no output depends on anything that is trained")
            return
        grads = torch.autograd.grad(value, leaves, allow_unused=True)
        step = 1e-6
        directions = [torch.randn_like(leaf) for leaf in leaves]
        length = math.sqrt(sum(float(d.square().sum()) for d in directions)) or 1.0
        directions = [d / length for d in directions]
        analytic = sum(float((g * d).sum()) for g, d in zip(grads, directions) if g is not None)

        def moved(by):
            with torch.no_grad():
                for leaf, direction in zip(leaves, directions):
                    leaf.add_(direction, alpha=by)
                result = float(projection(model(*inputs), torch))
                for leaf, direction in zip(leaves, directions):
                    leaf.sub_(direction, alpha=by)
            return result

        again = float(projection(model(*inputs), torch).detach())
        if abs(again - float(value.detach())) > 1e-9 * max(1.0, abs(again)):
            check("derivative", "skipped", "two calls with the same input differ: there is chance in forward even in eval mode")
            return
        numeric = (moved(step) - moved(-step)) / (2 * step)
    except Exception as error:
        check("derivative", "skipped", "it does not run in double precision: %s: %s" % (type(error).__name__, error))
        return
    scale = max(abs(analytic), abs(numeric), 1e-6)
    good = abs(analytic - numeric) <= 1e-3 * scale
    detail = "" if good else "detach(), rounding, a straight-through estimator or a wrong backward in the path does that"
    check("derivative", "passed" if good else "warning", detail, "%.6g" % numeric, "%.6g" % analytic)


# --- one batch --------------------------------------------------------------------------------------------------------


def objective_of(kind, output, torch):
    """A loss on one fixed batch that a working model can bring down; None if there is nothing to fit."""
    outputs = floats_of(output, torch)
    if not outputs:
        return None
    main = outputs[0].detach()
    functional = torch.nn.functional
    generator = torch.Generator().manual_seed(3)
    if kind == "cross_entropy" and main.dim() >= 2 and main.shape[1] > 1:
        shape = [main.shape[0]] + list(main.shape[2:])
        target = torch.randint(0, main.shape[1], shape, generator=generator).to(main.device)
        return "cross entropy on random labels", lambda out: functional.cross_entropy(floats_of(out, torch)[0], target)
    if kind == "binary_cross_entropy_with_logits":
        target = torch.randint(0, 2, main.shape, generator=generator).to(main)
        return (
            "binary cross entropy on random labels",
            lambda out: functional.binary_cross_entropy_with_logits(floats_of(out, torch)[0], target),
        )
    if main.dim() == 0:
        return None
    # Outputs of other examples are targets that the model's last layer can reach, whatever its range.
    targets = [tensor.detach().roll(1, 0) if tensor.dim() > 0 else tensor.detach() for tensor in outputs]
    if all(bool((tensor.detach() - target).abs().max() < 1e-12) for tensor, target in zip(outputs, targets)):
        return None
    return (
        "mean squared distance to the outputs of other examples",
        lambda out: sum(functional.mse_loss(o, t) for o, t in zip(floats_of(out, torch), targets)),
    )


def check_overfit(model, inputs, kind, seconds, torch):
    """Whether the model can learn one batch by heart. Dropout is off: it is there to prevent that."""
    import copy

    trainable = [p for p in model.parameters() if p.requires_grad]
    if not trainable:
        return
    start = copy.deepcopy(model.state_dict())
    until = time.monotonic() + seconds
    best = None
    name = ""
    for rate in (3e-3, 3e-4, 3e-2):
        model.load_state_dict(start)
        model.train()
        for module in model.modules():
            if "Dropout" in type(module).__name__:
                module.eval()
        optimizer = torch.optim.Adam(trainable, lr=rate)
        objective = None
        first = last = None
        for step in range(300):
            output = model(*inputs)
            if objective is None:
                objective = objective_of(kind, output, torch)
                if objective is None:
                    check("overfit", "skipped", "there is no output that could be fitted to a target")
                    return
                name = objective[0]
            loss = objective[1](output)
            last = float(loss.detach())
            first = last if first is None else first
            if not math.isfinite(last) or last <= 0.1 * first or time.monotonic() > until:
                break
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        ratio = last / first if first and math.isfinite(last) else math.inf
        if best is None or ratio < best[0]:
            best = (ratio, first, last, rate, step)
        if ratio <= 0.1 or time.monotonic() > until:
            break
    model.load_state_dict(start)
    ratio, first, last, rate, step = best
    detail = "%s, Adam with learning rate %g, %d steps" % (name, rate, step)
    found = "%.4g → %.4g" % (first, last)
    if ratio <= 0.1:
        check("overfit", "passed", detail, "a tenth of the first loss", found)
    elif time.monotonic() > until:
        check("overfit", "warning", detail + "; the time for it was over", "a tenth of the first loss", found)
    else:
        check("overfit", "failed" if ratio > 0.9 else "warning", detail, "a tenth of the first loss", found)


# --- all of it --------------------------------------------------------------------------------------------------------


def run(request):
    try:
        import torch
    except ImportError as error:
        if getattr(error, "name", None) == "torch":
            send(type="error", stage="torch", message="PyTorch is not installed for this Python.", frames=[])
        else:
            send(type="error", stage="torch", message="PyTorch does not import: %s" % error, frames=[])
        return
    send(type="start", python=platform.python_version(), torch=str(torch.__version__))
    torch.manual_seed(0)
    texts = {os.path.abspath(path): text for path, text in request.get("overlays", {}).items()}
    for path, text in texts.items():
        # Errors show the lines that ran, not those on the disk.
        linecache.cache[path] = (len(text), None, text.splitlines(True), path)
    sys.meta_path.insert(0, OverlayFinder(texts))
    for folder in reversed(request.get("roots", [])):
        if folder not in sys.path:
            sys.path.insert(0, folder)
    _module, model = construct(request, texts)
    if not isinstance(model, torch.nn.Module):
        send(type="error", stage="construct", message="%s is a %s, not an nn.Module." % (request["call"], type(model).__name__), frames=[])
        return
    check("construct", "passed", "", None, type(model).__name__)
    check_counts(model, request["expected"])
    if request["inputs"] is None:
        check("forward", "skipped", request.get("noInputs") or "the sizes of its inputs are not known")
        return
    inputs, flag = check_forward(model, request, torch)
    batch, recorder = check_gradients(model, request["inputs"], flag, torch)
    check_functions(recorder, torch)
    check_derivative(model, inputs, torch)
    if batch is not None:
        try:
            check_overfit(model, batch, request.get("objective"), request["seconds"], torch)
        except Exception as error:
            check("overfit", "failed", "%s: %s" % (type(error).__name__, error))


def end_with_parent():
    """Ends this program when the one that started it is gone."""
    while _requests.readline():
        pass
    os._exit(1)


def main():
    request = json.loads(_requests.readline())
    threading.Thread(target=end_with_parent, daemon=True).start()
    # Modules are the user's, not what lies beside this file.
    sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder or ".") != os.path.dirname(HERE)]
    # The user's program may look at its arguments: it has none.
    sys.argv = [request["file"]]
    try:
        run(request)
    except Stop:
        pass
    except SystemExit as error:
        send(type="error", stage="import", message="The code ended the program (exit %s)." % error.code, frames=[])
    send(type="done")
    _channel.flush()
    # Threads of the user's must not keep it alive.
    os._exit(0)


if __name__ == "__main__":
    main()
