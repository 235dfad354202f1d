import inspect
from collections import OrderedDict, UserDict
from collections.abc import MutableMapping
from contextlib import ExitStack, contextmanager
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import partial, wraps
from typing import Any, Callable, ContextManager, Iterable, List, Optional, Tuple

from .import_utils import is_torch_available

if is_torch_available():
    import torch


class cached_property(property):
    """Remembers its value under a private name."""

    def __get__(self, obj, objtype=None):
        if obj is None:
            return self
        if self.fget is None:
            raise AttributeError("unreadable attribute")
        attr = "__cached_" + self.fget.__name__
        cached = getattr(obj, attr, None)
        if cached is None:
            cached = self.fget(obj)
            setattr(obj, attr, cached)
        return cached


def is_tensor(x):
    if is_torch_available() and isinstance(x, torch.Tensor):
        return True
    return False


def to_numpy(obj):
    framework_to_numpy = {"pt": lambda o: o.detach().cpu().numpy()}
    return framework_to_numpy["pt"](obj)


class ExplicitEnum(str, Enum):
    @classmethod
    def _missing_(cls, value):
        raise ValueError(f"{value} is not a valid {cls.__name__}, please select one of {list(cls._value2member_map_.keys())}")


class ModelOutput(OrderedDict):
    def __init_subclass__(cls) -> None:
        if is_torch_available():
            from torch.utils._pytree import register_pytree_node

            register_pytree_node(cls, lambda x: (list(x.values()), list(x.keys())), partial(lambda cls, v, c: cls(**dict(zip(c, v))), cls), serialized_type_name=f"{cls.__module__}.{cls.__name__}")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        is_modeloutput_subclass = self.__class__ != ModelOutput
        if is_modeloutput_subclass and not is_dataclass(self):
            raise TypeError("not a dataclass")

    def __post_init__(self):
        class_fields = fields(self)
        if not len(class_fields):
            raise ValueError(f"{self.__class__.__name__} has no fields.")
        if not all(field.default is None for field in class_fields[1:]):
            raise ValueError(f"{self.__class__.__name__} should not have more than one required field.")
        first_field = getattr(self, class_fields[0].name)
        other_fields_are_none = all(getattr(self, field.name) is None for field in class_fields[1:])
        if other_fields_are_none and not is_tensor(first_field):
            if isinstance(first_field, dict):
                iterator = first_field.items()
                first_field_iterator = True
            else:
                try:
                    iterator = iter(first_field)
                    first_field_iterator = True
                except TypeError:
                    first_field_iterator = False
            if first_field_iterator:
                for idx, element in enumerate(iterator):
                    if not isinstance(element, (list, tuple)) or len(element) != 2 or not isinstance(element[0], str):
                        if idx == 0:
                            self[class_fields[0].name] = first_field
                        break
                    setattr(self, element[0], element[1])
                    if element[1] is not None:
                        self[element[0]] = element[1]
            elif first_field is not None:
                self[class_fields[0].name] = first_field
        else:
            for field in class_fields:
                v = getattr(self, field.name)
                if v is not None:
                    self[field.name] = v

    def __delitem__(self, *args, **kwargs):
        raise Exception(f"You cannot use ``__delitem__`` on a {self.__class__.__name__} instance.")

    def __getitem__(self, k):
        if isinstance(k, str):
            inner_dict = dict(self.items())
            return inner_dict[k]
        else:
            return self.to_tuple()[k]

    def __setattr__(self, name, value):
        if name in self.keys() and value is not None:
            super().__setitem__(name, value)
        super().__setattr__(name, value)

    def __setitem__(self, key, value):
        super().__setitem__(key, value)
        super().__setattr__(key, value)

    def to_tuple(self) -> Tuple[Any]:
        return tuple(self[k] for k in self.keys())


def can_return_tuple(func):
    @wraps(func)
    def wrapper(self, *args, **kwargs):
        return_dict = self.config.return_dict if hasattr(self, "config") else True
        return_dict_passed = kwargs.pop("return_dict", return_dict)
        if return_dict_passed is not None:
            return_dict = return_dict_passed
        output = func(self, *args, **kwargs)
        if not return_dict and not isinstance(output, tuple):
            output = output.to_tuple()
        return output

    return wrapper


def check_model_inputs(func):
    @wraps(func)
    def wrapper(self, *args, **kwargs):
        use_cache = kwargs.get("use_cache")
        if use_cache is None:
            use_cache = getattr(self.config, "use_cache", False)
        all_args = kwargs.copy()
        bound = inspect.signature(func).bind_partial(self, *args)
        for name, value in bound.arguments.items():
            if name not in ("self", "kwargs"):
                all_args[name] = value
        if use_cache and getattr(self, "gradient_checkpointing", False) and self.training:
            kwargs["use_cache"] = False
        recorded = {k: kwargs.get(k, getattr(self.config, k, False)) for k in ("output_hidden_states", "output_attentions")}
        collected = []
        hooks = []
        if recorded["output_hidden_states"]:
            for name, module in self.named_modules():
                if type(module).__name__.endswith("Layer"):
                    hooks.append(module.register_forward_hook(lambda m, i, o: collected.append(o[0] if isinstance(o, tuple) else o)))
        outputs = func(self, *args, **kwargs)
        for hook in hooks:
            hook.remove()
        if collected:
            outputs["hidden_states"] = tuple(collected)
        return outputs

    return wrapper
