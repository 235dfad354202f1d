import fnmatch
import re
import sys
from collections import defaultdict
from copy import deepcopy
from dataclasses import replace
from typing import Any, Callable, Dict, List, Set

from ._config import Config, _configs, split_model_name_tag

__all__ = ["list_models", "list_modules", "is_model", "model_entrypoint", "register_model", "model_class_name"]

_module_to_models: Dict[str, Set[str]] = defaultdict(set)
_model_to_module: Dict[str, str] = {}
_entrypoints: Dict[str, Callable[..., Any]] = {}
_has_weights: Set[str] = set()
_default_tags: Dict[str, str] = {}


def register_model(fn: Callable[..., Any]) -> Callable[..., Any]:
    mod = sys.modules[fn.__module__]
    module_name_split = fn.__module__.split(".")
    module_name = module_name_split[-1] if len(module_name_split) else ""

    model_name = fn.__name__
    if hasattr(mod, "__all__"):
        mod.__all__.append(model_name)
    else:
        mod.__all__ = [model_name]

    if model_name in _entrypoints:
        raise RuntimeError(f"{model_name} is registered twice")
    _entrypoints[model_name] = fn
    _model_to_module[model_name] = module_name
    _module_to_models[module_name].add(model_name)
    if hasattr(mod, "default_configs") and model_name in mod.default_configs:
        default_cfg = mod.default_configs[model_name]
        for tag_idx, tag in enumerate(default_cfg.tags):
            is_default = tag_idx == 0
            cfg = default_cfg.cfgs[tag]
            model_name_tag = ".".join([model_name, tag]) if tag else model_name
            replace_items = dict(architecture=model_name, tag=tag if tag else None)
            if cfg.hub_id and cfg.hub_id == "imagezoo/":
                replace_items["hub_id"] = cfg.hub_id + model_name_tag
            cfg = replace(cfg, **replace_items)
            if is_default:
                _configs[model_name] = cfg
                if cfg.has_weights:
                    _has_weights.add(model_name)
            if tag:
                _configs[model_name_tag] = cfg
                if cfg.has_weights:
                    _has_weights.add(model_name_tag)
        _default_tags[model_name] = default_cfg.default_with_tag[0]
    return fn


def _natural_key(string_: str):
    return [int(s) if s.isdigit() else s for s in re.split(r"(\d+)", string_.lower())]


def list_models(filter: str = "", module: str = "", exclude_filters: str = "") -> List[str]:
    all_models = _module_to_models[module] if module else _entrypoints.keys()
    models = []
    include_filters = [filter] if isinstance(filter, str) and filter else filter or []
    if include_filters:
        for f in include_filters:
            models.extend(fnmatch.filter(all_models, f))
    else:
        models = list(all_models)
    return sorted(set(models), key=_natural_key)


def list_modules() -> List[str]:
    return sorted(_module_to_models)


def is_model(model_name: str) -> bool:
    return split_model_name_tag(model_name)[0] in _entrypoints


def model_entrypoint(model_name: str, module_filter: str = None) -> Callable[..., Any]:
    arch_name = split_model_name_tag(model_name)[0]
    if module_filter and arch_name not in _module_to_models.get(module_filter, {}):
        raise RuntimeError(f"Model ({model_name}) not found in module {module_filter}.")
    return _entrypoints[arch_name]


def model_class_name(model_name):
    return deepcopy(_model_to_module[model_name]).title()
