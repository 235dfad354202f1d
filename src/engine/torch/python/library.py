# torch.library: operators that Python code defines. What is known of one is what it says for tensors without data (its fake or
# meta form), or a composite form, which is made of operators that are known. Kernels are not run: PyTorch's counter doesn't see into them.

_forms = {}


class _Operator:
    def __init__(self, name):
        self._name = name
        self.__name__ = name.split("::")[-1].split(".")[0]

    @property
    def default(self):
        return self

    def __call__(self, *args, **kwargs):
        form = _forms.get(self._name)
        if form is None:
            return _unknown(f"nothing says what the operator '{self._name}' gives for tensors without data")
        return form(*args, **kwargs)

    def register_fake(self, fn=None, /):
        return register_fake(self._name, fn)

    def register_kernel(self, device_types=None, fn=None, /):
        return fn if fn is not None else lambda function: function

    def register_autograd(self, backward, /, *, setup_context=None):
        pass

    def register_vmap(self, func=None):
        return func if func is not None else lambda function: function

    def register_torch_dispatch(self, torch_dispatch_class, fn=None, /):
        return fn if fn is not None else lambda function: function


def _plain(name):
    return name if isinstance(name, str) else name._name


def _register(name, fn):
    if fn is None:
        return lambda function: _register(name, function)
    _forms[_plain(name)] = fn
    return fn


def custom_op(name, fn=None, /, *, mutates_args=(), device_types=None, schema=None, tags=None):
    if fn is None:
        return lambda function: _Operator(name)
    return _Operator(name)


triton_op = custom_op


def register_fake(op, func=None, /, *, lib=None, _stacklevel=1, allow_override=False):
    return _register(op, func)


impl_abstract = register_fake


def register_kernel(op, device_types, func=None, /, *, lib=None):
    return func if func is not None else lambda function: function


def register_autograd(op, backward, /, *, setup_context=None, lib=None):
    pass


def register_autocast(op, device_type, cast_inputs, /, *, lib=None):
    pass


def register_vmap(op, func=None, /, *, lib=None):
    return func if func is not None else lambda function: function


def register_torch_dispatch(op, torch_dispatch_class, func=None, /, *, lib=None):
    return func if func is not None else lambda function: function


def define(qualname, schema, *, lib=None, tags=()):
    pass


def _stands_for(keys):
    keys = (keys,) if isinstance(keys, str) else tuple(keys)
    return any(str(key).lower() in ("meta", "compositeimplicitautograd", "default") for key in keys)


def impl(qualname, types, func=None, *, lib=None):
    if func is None:
        return lambda function: impl(qualname, types, function)
    if _stands_for(types) and (qualname not in _forms or types != "default"):
        _forms[qualname] = func


def wrap_triton(kernel, /):
    return kernel


def fallthrough_kernel():
    pass


class Library:
    def __init__(self, ns, kind, dispatch_key=""):
        self.ns = ns
        self.kind = kind
        self.dispatch_key = dispatch_key

    def define(self, schema, alias_analysis="", *, tags=()):
        return schema.split("(")[0].strip()

    def impl(self, op_name, fn, dispatch_key="", *, with_keyset=False, allow_override=False):
        name = op_name if isinstance(op_name, str) else op_name._name
        if _stands_for(dispatch_key or self.dispatch_key):
            _forms[name if "::" in name else f"{self.ns}::{name}"] = fn

    def _register_fake(self, op_name, fn, _stacklevel=1):
        _register(f"{self.ns}::{op_name}", fn)

    def fallback(self, fn, dispatch_key="", *, with_keyset=False):
        pass


class _Namespace:
    def __init__(self, name):
        self._of = name

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Operator(f"{self._of}::{name}")


def _namespace(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _Namespace(name)
