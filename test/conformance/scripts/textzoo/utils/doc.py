import functools
import re
import types


def add_start_docstrings(*docstr):
    def docstring_decorator(fn):
        fn.__doc__ = "".join(docstr) + (fn.__doc__ if fn.__doc__ is not None else "")
        return fn

    return docstring_decorator


def add_start_docstrings_to_model_forward(*docstr):
    def docstring_decorator(fn):
        class_name = f"[`{fn.__qualname__.split('.')[0]}`]"
        intro = f"    The {class_name} forward method, overrides the `__call__` special method."
        fn.__doc__ = intro + "".join(docstr) + (fn.__doc__ if fn.__doc__ is not None else "")
        return fn

    return docstring_decorator


def _get_indent(t):
    search = re.search(r"^(\s*)\S", t)
    return "" if search is None else search.groups()[0]


def replace_return_docstrings(output_type=None, config_class=None):
    def docstring_decorator(fn):
        func_doc = fn.__doc__ or "Returns:\n"
        lines = func_doc.split("\n")
        i = 0
        while i < len(lines) and re.search(r"^\s*Returns?:\s*$", lines[i]) is None:
            i += 1
        if i < len(lines):
            indent = len(_get_indent(lines[i]))
            lines[i] = " " * indent + str(output_type)
            func_doc = "\n".join(lines)
        fn.__doc__ = func_doc
        return fn

    return docstring_decorator


def copy_func(f):
    g = types.FunctionType(f.__code__, f.__globals__, name=f.__name__, argdefs=f.__defaults__, closure=f.__closure__)
    g = functools.update_wrapper(g, f)
    g.__kwdefaults__ = f.__kwdefaults__
    return g


def add_code_sample_docstrings(*docstr, processor_class=None, checkpoint=None, output_type=None, config_class=None, **model_kwargs):
    def docstring_decorator(fn):
        model_class = fn.__qualname__.split(".")[0]
        doc_kwargs = {"model_class": model_class, "checkpoint": checkpoint}
        sample = "Example with {model_class} of {checkpoint}"
        fn.__doc__ = (fn.__doc__ or "") + "".join(docstr) + sample.format(**doc_kwargs)
        return fn

    return docstring_decorator


def auto_docstring(obj=None, *, custom_intro=None, custom_args=None, checkpoint=None):
    def auto_docstring_decorator(obj):
        if len(obj.__qualname__.split(".")) > 1:
            obj.__doc__ = f"{custom_intro or ''}{obj.__name__}"
            return obj
        return auto_class(obj, custom_intro)

    if obj:
        return auto_docstring_decorator(obj)
    return auto_docstring_decorator


def auto_class(cls, custom_intro=None):
    import inspect

    is_dataclass = getattr(cls, "__dataclass_fields__", None) is not None
    arguments = [] if is_dataclass else list(inspect.signature(cls.__init__).parameters)
    cls.__doc__ = f"{custom_intro or ''}{cls.__name__}({', '.join(arguments)})\n{inspect.getdoc(cls)}"
    return cls
