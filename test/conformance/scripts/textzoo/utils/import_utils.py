import importlib.metadata
import importlib.util
import operator
import os
import sys
from collections import OrderedDict
from functools import lru_cache
from itertools import chain
from types import ModuleType
from typing import Any, Tuple, Union

from packaging import version

from . import logging

logger = logging.get_logger(__name__)


def _is_package_available(pkg_name: str, return_version: bool = False) -> Union[Tuple[bool, str], bool]:
    package_exists = importlib.util.find_spec(pkg_name) is not None
    package_version = "N/A"
    if package_exists:
        try:
            package_version = importlib.metadata.version(pkg_name)
        except importlib.metadata.PackageNotFoundError:
            if pkg_name == "torch":
                try:
                    package = importlib.import_module(pkg_name)
                    temp_version = getattr(package, "__version__", "N/A")
                    if "dev" in temp_version:
                        package_version = temp_version
                        package_exists = True
                    else:
                        package_exists = False
                except ImportError:
                    package_exists = False
            else:
                package_exists = False
        logger.debug(f"Detected {pkg_name} version: {package_version}")
    if return_version:
        return package_exists, package_version
    return package_exists


ENV_VARS_TRUE_VALUES = {"1", "ON", "YES", "TRUE"}
ENV_VARS_TRUE_AND_AUTO_VALUES = ENV_VARS_TRUE_VALUES.union({"AUTO"})
USE_TF = os.environ.get("USE_TF", "AUTO").upper()
USE_TORCH = os.environ.get("USE_TORCH", "AUTO").upper()

_accelerate_available, _accelerate_version = _is_package_available("accelerate_not_there", return_version=True)
_tokenizers_available = _is_package_available("tokenizers_not_there")
_flash_available = _is_package_available("flash_attn_not_there")
_bs4_available = importlib.util.find_spec("bs4_not_there") is not None
_torch_version = "N/A"
_torch_available = False
if USE_TORCH in ENV_VARS_TRUE_AND_AUTO_VALUES and USE_TF not in ENV_VARS_TRUE_VALUES:
    _torch_available, _torch_version = _is_package_available("torch", return_version=True)
else:
    logger.info("Disabling PyTorch because USE_TF is set")
    _torch_available = False


def is_torch_available():
    return _torch_available


def is_accelerate_available(min_version: str = "0.26.0"):
    return _accelerate_available and version.parse(_accelerate_version) >= version.parse(min_version)


def is_tokenizers_available():
    return _tokenizers_available


def is_flash_attn_available():
    if not is_torch_available():
        return False
    if not _flash_available:
        return False
    import torch

    return torch.cuda.is_available()


@lru_cache()
def is_torch_greater_or_equal(library_version: str, accept_dev: bool = False):
    if not _is_package_available("torch"):
        return False
    return version.parse(version.parse(importlib.metadata.version("torch")).base_version) >= version.parse(library_version)


BACKENDS_MAPPING = OrderedDict([("tokenizers", (is_tokenizers_available, "{0} needs tokenizers")), ("torch", (is_torch_available, "{0} needs torch"))])


def requires_backends(obj, backends):
    if not isinstance(backends, (list, tuple)):
        backends = [backends]
    name = obj.__name__ if hasattr(obj, "__name__") else obj.__class__.__name__
    checks = (BACKENDS_MAPPING[backend] for backend in backends)
    failed = [msg.format(name) for available, msg in checks if not available()]
    if failed:
        raise ImportError("".join(failed))


class DummyObject(type):
    def __getattribute__(cls, key):
        if key.startswith("_") and key != "_from_config":
            return super().__getattribute__(key)
        requires_backends(cls, cls._backends)


class OptionalDependencyNotAvailable(BaseException):
    """An optional dependency is missing."""


class _LazyModule(ModuleType):
    def __init__(self, name, module_file, import_structure, module_spec=None, extra_objects=None):
        super().__init__(name)
        self._modules = set(import_structure.keys())
        self._class_to_module = {}
        for key, values in import_structure.items():
            for value in values:
                self._class_to_module[value] = key
        self.__all__ = list(import_structure.keys()) + list(chain(*import_structure.values()))
        self.__file__ = module_file
        self.__spec__ = module_spec
        self.__path__ = [os.path.dirname(module_file)]
        self._objects = {} if extra_objects is None else extra_objects
        self._name = name
        self._import_structure = import_structure

    def __dir__(self):
        result = super().__dir__()
        for attr in self.__all__:
            if attr not in result:
                result.append(attr)
        return result

    def __getattr__(self, name: str) -> Any:
        if name in self._objects:
            return self._objects[name]
        if name in self._modules:
            value = self._get_module(name)
        elif name in self._class_to_module.keys():
            module = self._get_module(self._class_to_module[name])
            value = getattr(module, name)
        else:
            raise AttributeError(f"module {self.__name__} has no attribute {name}")
        setattr(self, name, value)
        return value

    def _get_module(self, module_name: str):
        try:
            return importlib.import_module("." + module_name, self.__name__)
        except Exception as e:
            raise RuntimeError(f"Failed to import {self.__name__}.{module_name}: {e}") from e

    def __reduce__(self):
        return (self.__class__, (self._name, self.__file__, self._import_structure))


@lru_cache()
def define_import_structure(module_path: str):
    import_structure = {}
    directory = os.path.dirname(module_path)
    for name in sorted(os.listdir(directory)):
        if not name.endswith(".py") or name == "__init__.py":
            continue
        with open(os.path.join(directory, name), encoding="utf-8") as f:
            text = f.read()
        exported = []
        if "__all__" in text:
            rest = text.split("__all__ = [")[1]
            exported = [item.strip().strip("\"'") for item in rest[: rest.index("]")].split(",") if item.strip()]
        import_structure[name[: -len(".py")]] = exported
    return import_structure
