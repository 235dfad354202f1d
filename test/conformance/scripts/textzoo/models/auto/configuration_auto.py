import importlib
import re
from collections import OrderedDict
from typing import List, Union

from ...configuration_utils import PretrainedConfig

CONFIG_MAPPING_NAMES = OrderedDict([("decoder", "DecoderConfig"), ("encoder", "EncoderConfig"), ("mixture", "MixtureConfig"), ("pair", "PairConfig")])
SPECIAL_MODEL_TYPE_TO_MODULE_NAME = OrderedDict([("pair_vision_model", "pair"), ("pair_text_model", "pair")])


def model_type_to_module_name(key):
    if key in SPECIAL_MODEL_TYPE_TO_MODULE_NAME:
        return SPECIAL_MODEL_TYPE_TO_MODULE_NAME[key]
    return key.replace("-", "_")


def config_class_to_model_type(config):
    for key, cls in CONFIG_MAPPING_NAMES.items():
        if cls == config:
            return key
    return None


class _LazyConfigMapping(OrderedDict):
    def __init__(self, mapping):
        self._mapping = mapping
        self._extra_content = {}
        self._modules = {}

    def __getitem__(self, key):
        if key in self._extra_content:
            return self._extra_content[key]
        if key not in self._mapping:
            raise KeyError(key)
        value = self._mapping[key]
        module_name = model_type_to_module_name(key)
        if module_name not in self._modules:
            self._modules[module_name] = importlib.import_module(f".{module_name}", "textzoo.models")
        if hasattr(self._modules[module_name], value):
            return getattr(self._modules[module_name], value)
        transformers_module = importlib.import_module("textzoo")
        return getattr(transformers_module, value)

    def keys(self):
        return list(self._mapping.keys()) + list(self._extra_content.keys())

    def values(self):
        return [self[k] for k in self._mapping.keys()] + list(self._extra_content.values())

    def items(self):
        return [(k, self[k]) for k in self._mapping.keys()] + list(self._extra_content.items())

    def __iter__(self):
        return iter(list(self._mapping.keys()) + list(self._extra_content.keys()))

    def __contains__(self, item):
        return item in self._mapping or item in self._extra_content

    def register(self, key, value, exist_ok=False):
        if key in self._mapping.keys() and not exist_ok:
            raise ValueError(f"'{key}' is already used by a config")
        self._extra_content[key] = value


CONFIG_MAPPING = _LazyConfigMapping(CONFIG_MAPPING_NAMES)


class AutoConfig:
    def __init__(self):
        raise EnvironmentError("AutoConfig is designed to be instantiated using `AutoConfig.for_model`.")

    @classmethod
    def for_model(cls, model_type: str, *args, **kwargs):
        if model_type in CONFIG_MAPPING:
            config_class = CONFIG_MAPPING[model_type]
            return config_class(*args, **kwargs)
        raise ValueError(f"Unrecognized model identifier: {model_type}. Should contain one of {', '.join(CONFIG_MAPPING.keys())}")

    @staticmethod
    def register(model_type, config, exist_ok=False):
        if issubclass(config, PretrainedConfig) and config.model_type != model_type:
            raise ValueError("model types differ")
        CONFIG_MAPPING.register(model_type, config, exist_ok=exist_ok)


__all__ = ["CONFIG_MAPPING", "CONFIG_MAPPING_NAMES", "AutoConfig"]
