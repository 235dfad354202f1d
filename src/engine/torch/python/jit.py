# torch.jit: scripting and tracing give back what they were given.
from torch.nn import Module


def script(obj=None, optimize=None, _frames_up=0, _rcb=None, example_inputs=None):
    return obj


def trace(func=None, example_inputs=None, *args, **kwargs):
    return func


def trace_module(mod, inputs, *args, **kwargs):
    return mod


def script_if_tracing(fn):
    return fn


def script_method(fn, _rcb=None):
    return fn


def export(fn):
    return fn


def unused(fn):
    return fn


def ignore(drop=False, **kwargs):
    if callable(drop):
        return drop
    return lambda fn: fn


def _overload(func):
    return func


def _overload_method(func):
    return func


def interface(obj):
    return obj


def is_scripting():
    return False


def is_tracing():
    return False


def annotate(the_type, the_value):
    return the_value


def isinstance(obj, target_type):
    return _isinstance(obj, target_type)


def freeze(mod, *args, **kwargs):
    return mod


def optimize_for_inference(mod, *args, **kwargs):
    return mod


def fork(func, *args, **kwargs):
    return func(*args, **kwargs)


def wait(future):
    return future


def set_fusion_strategy(strategy):
    return strategy


def save(m, f, _extra_files=None):
    return None


def Attribute(value, type):
    return value


class Final:
    def __class_getitem__(cls, item):
        return item


class ScriptModule(Module):
    pass


class RecursiveScriptModule(ScriptModule):
    pass


class ScriptFunction:
    pass
