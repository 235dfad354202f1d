# Small parts of torch that change nothing about parameters and sizes.


class Generator:
    def __init__(self, device="cpu"):
        self.device = device

    def manual_seed(self, seed):
        return self

    def seed(self):
        return 0

    def initial_seed(self):
        return 0

    def get_state(self):
        return None

    def set_state(self, state):
        return None


class finfo:
    _table = {
        "torch.float16": (65504.0, 6.103515625e-05, 0.0009765625, 16),
        "torch.bfloat16": (3.3895313892515355e38, 1.1754943508222875e-38, 0.0078125, 16),
        "torch.float32": (3.4028234663852886e38, 1.1754943508222875e-38, 1.1920928955078125e-07, 32),
        "torch.float64": (1.7976931348623157e308, 2.2250738585072014e-308, 2.220446049250313e-16, 64),
        "torch.float8_e4m3fn": (448.0, 0.015625, 0.125, 8),
        "torch.float8_e5m2": (57344.0, 6.103515625e-05, 0.25, 8),
        "torch.float8_e4m3fnuz": (240.0, 0.0078125, 0.125, 8),
        "torch.float8_e5m2fnuz": (57344.0, 3.0517578125e-05, 0.125, 8),
    }
    _real = {"complex32": "float16", "complex64": "float32", "complex128": "float64"}

    def __init__(self, type=None):
        name = str(type if type is not None else get_default_dtype())[6:]
        self.dtype = self._real.get(name, name)
        self.max, self.tiny, self.eps, self.bits = self._table["torch." + self.dtype]
        self.min = -self.max
        self.smallest_normal = self.tiny
        self.resolution = 1e-2 if self.dtype == "bfloat16" else {8: 1.0, 16: 1e-3, 32: 1e-6, 64: 1e-15}[self.bits]


class iinfo:
    def __init__(self, type):
        self.dtype = str(type)[6:]
        self.bits = type.itemsize * 8
        signed = type.is_signed
        self.max = 2 ** (self.bits - 1) - 1 if signed else 2**self.bits - 1
        self.min = -(2 ** (self.bits - 1)) if signed else 0


def compile(model=None, *, fullgraph=False, dynamic=None, backend="inductor", mode=None, options=None, disable=False, **rest):
    if model is None:
        return lambda function: compile(function)
    if isinstance(model, _nn_module()) and not disable:
        return _optimized_module()(model)
    return model


def _nn_module():
    from torch.nn import Module

    return Module


_optimized_classes = []


def _optimized_module():
    """The class of compiled modules: the module itself is its only child, under `_orig_mod`."""
    if _optimized_classes:
        return _optimized_classes[0]
    Module = _nn_module()

    class OptimizedModule(Module):
        def __init__(self, mod):
            super().__init__()
            self.__dict__["_orig_mod_set"] = True
            self._modules["_orig_mod"] = mod
            self.__dict__["training"] = mod.training

        def forward(self, *args, **kwargs):
            return self._modules["_orig_mod"](*args, **kwargs)

        def __getattr__(self, name):
            if name == "_orig_mod":
                return self._modules["_orig_mod"]
            return getattr(self._modules["_orig_mod"], name)

        def __setattr__(self, name, value):
            if "_orig_mod_set" not in self.__dict__ or name == "training":
                super().__setattr__(name, value)
            else:
                setattr(self._modules["_orig_mod"], name, value)

        def __getitem__(self, key):
            return self._modules["_orig_mod"][key]

        def __len__(self):
            return len(self._modules["_orig_mod"])

        def __contains__(self, key):
            return key in self._modules["_orig_mod"]

        def __iter__(self):
            return iter(self._modules["_orig_mod"])

    OptimizedModule.__module__ = "torch._dynamo.eval_frame"
    _optimized_classes.append(OptimizedModule)
    return OptimizedModule


def typename(obj):
    if isinstance(obj, Tensor):
        return obj.type()
    return type(obj).__module__ + "." + type(obj).__qualname__


def cond(pred, true_fn, false_fn, operands=()):
    return true_fn(*operands) if pred else false_fn(*operands)
