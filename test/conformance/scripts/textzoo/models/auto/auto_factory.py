import copy
import importlib
from collections import OrderedDict

from .configuration_auto import config_class_to_model_type, model_type_to_module_name

__all__ = ["_BaseAutoModelClass", "_LazyAutoMapping", "auto_class_update"]


def getattribute_from_module(module, attr):
    if attr is None:
        return None
    if isinstance(attr, tuple):
        return tuple(getattribute_from_module(module, a) for a in attr)
    if hasattr(module, attr):
        return getattr(module, attr)
    library = importlib.import_module("textzoo")
    if module != library:
        return getattribute_from_module(library, attr)
    raise ValueError(f"Could not find {attr} in {library}!")


class _LazyAutoMapping(OrderedDict):
    def __init__(self, config_mapping, model_mapping):
        self._config_mapping = config_mapping
        self._reverse_config_mapping = {v: k for k, v in config_mapping.items()}
        self._model_mapping = model_mapping
        self._extra_content = {}
        self._modules = {}

    def __len__(self):
        common_keys = set(self._config_mapping.keys()).intersection(self._model_mapping.keys())
        return len(common_keys) + len(self._extra_content)

    def __getitem__(self, key):
        if key in self._extra_content:
            return self._extra_content[key]
        model_type = self._reverse_config_mapping[key.__name__]
        if model_type in self._model_mapping:
            model_name = self._model_mapping[model_type]
            return self._load_attr_from_module(model_type, model_name)
        raise KeyError(key)

    def _load_attr_from_module(self, model_type, attr):
        module_name = model_type_to_module_name(model_type)
        if module_name not in self._modules:
            self._modules[module_name] = importlib.import_module(f".{module_name}", "textzoo.models")
        return getattribute_from_module(self._modules[module_name], attr)

    def keys(self):
        mapping_keys = [self._load_attr_from_module(key, name) for key, name in self._config_mapping.items() if key in self._model_mapping.keys()]
        return mapping_keys + list(self._extra_content.keys())

    def __contains__(self, item):
        if item in self._extra_content:
            return True
        if not hasattr(item, "__name__") or item.__name__ not in self._reverse_config_mapping:
            return False
        return self._reverse_config_mapping[item.__name__] in self._model_mapping


class _BaseAutoModelClass:
    _model_mapping = None

    def __init__(self, *args, **kwargs) -> None:
        raise EnvironmentError(f"{self.__class__.__name__} is designed to be instantiated using `from_config(config)`.")

    @classmethod
    def from_config(cls, config, **kwargs):
        if type(config) in cls._model_mapping:
            model_class = cls._model_mapping[type(config)]
            if isinstance(model_class, (list, tuple)):
                model_class = model_class[0]
            return model_class._from_config(config, **kwargs)
        raise ValueError(f"Unrecognized configuration class {config.__class__} for this kind of AutoModel: {cls.__name__}.\nModel type should be one of {', '.join(c.__name__ for c in cls._model_mapping.keys())}.")


def copy_func(f):
    import types, functools
    g = types.FunctionType(f.__code__, f.__globals__, name=f.__name__, argdefs=f.__defaults__, closure=f.__closure__)
    g = functools.update_wrapper(g, f)
    g.__kwdefaults__ = f.__kwdefaults__
    return g


def auto_class_update(cls, head_doc=""):
    model_mapping = cls._model_mapping
    name = cls.__name__
    from_config = copy_func(_BaseAutoModelClass.from_config)
    from_config.__doc__ = f"{head_doc}{name}"
    cls.from_config = classmethod(from_config)
    return cls
