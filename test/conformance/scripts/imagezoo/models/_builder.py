import logging
from copy import deepcopy
from typing import Any, Callable, Dict, Optional, Tuple, Type, TypeVar, Union

from torch import nn as nn

from ._config import Config
from ._features import FeatureDictNet, FeatureGetterNet, FeatureHookNet, FeatureListNet
from ._registry import _configs

_logger = logging.getLogger(__name__)

ModelT = TypeVar("ModelT", bound=nn.Module)


def resolve_config(variant: str, pretrained_cfg: Optional[Union[str, Dict[str, Any]]] = None) -> Config:
    model_with_tag = variant
    pretrained_tag = None
    if pretrained_cfg:
        if isinstance(pretrained_cfg, dict):
            pretrained_cfg = Config(**pretrained_cfg)
        elif isinstance(pretrained_cfg, str):
            pretrained_tag = pretrained_cfg
            pretrained_cfg = None
    if not pretrained_cfg:
        if pretrained_tag:
            model_with_tag = ".".join([variant, pretrained_tag])
        pretrained_cfg = deepcopy(_configs.get(model_with_tag)) if model_with_tag in _configs else None
    if not pretrained_cfg:
        _logger.warning(f"No configuration specified for {model_with_tag}. Using a default.")
        pretrained_cfg = Config()
    return pretrained_cfg


def _filter_kwargs(kwargs: Dict[str, Any], names):
    if not kwargs or not names:
        return
    for n in names:
        kwargs.pop(n, None)


def _update_default_kwargs(cfg: Config, kwargs: Dict[str, Any], kwargs_filter: Optional[Tuple[str, ...]]):
    default_names = ("num_classes", "global_pool", "in_chans")
    if getattr(cfg, "fixed_input_size", False):
        default_names += ("img_size",)
    for n in default_names:
        if n == "img_size":
            input_size = cfg.input_size
            if input_size is not None:
                assert len(input_size) == 3
                kwargs.setdefault(n, input_size[-2:])
        elif n == "in_chans":
            kwargs.setdefault(n, cfg.input_size[0])
        elif n == "num_classes":
            default_val = getattr(cfg, n, None)
            if default_val is not None and default_val >= 0:
                kwargs.setdefault(n, default_val)
        else:
            default_val = getattr(cfg, n, None)
            if default_val is not None:
                kwargs.setdefault(n, default_val)
    _filter_kwargs(kwargs, names=kwargs_filter)


def build_model_with_cfg(
    model_cls: Union[Type[ModelT], Callable[..., ModelT]],
    variant: str,
    pretrained: bool,
    pretrained_cfg: Optional[Dict] = None,
    model_cfg: Optional[Any] = None,
    feature_cfg: Optional[Dict] = None,
    kwargs_filter: Optional[Tuple[str, ...]] = None,
    **kwargs,
) -> ModelT:
    pruned = kwargs.pop("pruned", False)
    features = False
    feature_cfg = feature_cfg or {}
    cfg = resolve_config(variant, pretrained_cfg=pretrained_cfg)
    cfg_dict = cfg.to_dict()
    _update_default_kwargs(cfg, kwargs, kwargs_filter)

    if kwargs.pop("features_only", False):
        features = True
        feature_cfg.setdefault("out_indices", (0, 1, 2, 3, 4))
        if "out_indices" in kwargs:
            feature_cfg["out_indices"] = kwargs.pop("out_indices")
        if "feature_cls" in kwargs:
            feature_cfg["feature_cls"] = kwargs.pop("feature_cls")

    if model_cfg is None:
        model = model_cls(**kwargs)
    else:
        model = model_cls(cfg=model_cfg, **kwargs)
    model.pretrained_cfg = cfg
    model.default_cfg = cfg_dict

    if features:
        use_getter = False
        if "feature_cls" in feature_cfg:
            feature_cls = feature_cfg.pop("feature_cls")
            if isinstance(feature_cls, str):
                feature_cls = feature_cls.lower()
                if feature_cls not in ("dict", "list", "hook"):
                    feature_cfg.pop("flatten_sequential", None)
                if "hook" in feature_cls:
                    feature_cls = FeatureHookNet
                elif feature_cls == "dict":
                    feature_cls = FeatureDictNet
                elif feature_cls == "getter":
                    use_getter = True
                    feature_cls = FeatureGetterNet
                else:
                    assert False, f"Unknown feature class {feature_cls}"
        else:
            feature_cls = FeatureListNet
        output_fmt = getattr(model, "output_fmt", None)
        if output_fmt is not None and not use_getter:
            feature_cfg.setdefault("output_fmt", output_fmt)
        model = feature_cls(model, **feature_cfg)
        model.pretrained_cfg = cfg
    return model
