import copy
from collections import deque, defaultdict
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Deque, Dict, Optional, Tuple, Union

__all__ = ["Config", "DefaultConfigs", "generate_configs", "get_config", "filter_config"]

_configs: Dict[str, "Config"] = {}


@dataclass
class Config:
    url: Optional[Union[str, Tuple[str, str]]] = None
    hub_id: Optional[str] = None
    architecture: Optional[str] = None
    tag: Optional[str] = None
    custom_load: bool = False

    input_size: Tuple[int, int, int] = (3, 224, 224)
    test_input_size: Optional[Tuple[int, int, int]] = None
    fixed_input_size: bool = False
    crop_pct: float = 0.875
    mean: Tuple[float, ...] = (0.485, 0.456, 0.406)

    num_classes: int = 1000
    label_offset: Optional[int] = None
    pool_size: Optional[Tuple[int, ...]] = None
    first_conv: Optional[str] = None
    classifier: Optional[str] = None
    notes: Dict[str, Any] = field(default_factory=dict)

    @property
    def has_weights(self):
        return self.url or self.hub_id

    def to_dict(self, remove_null=True):
        return filter_config(asdict(self), remove_null=remove_null)


def filter_config(cfg: Dict[str, Any], remove_null: bool = True):
    filtered = {}
    keep_null = {"pool_size", "first_conv", "classifier"}
    for k, v in cfg.items():
        if k in {"url", "custom_load"}:
            continue
        if remove_null and v is None and k not in keep_null:
            continue
        filtered[k] = v
    return filtered


@dataclass
class DefaultConfigs:
    tags: Deque[str] = field(default_factory=deque)
    cfgs: Dict[str, Config] = field(default_factory=dict)
    is_pretrained: bool = False

    @property
    def default(self):
        return self.cfgs[self.tags[0]]

    @property
    def default_with_tag(self):
        tag = self.tags[0]
        return tag, self.cfgs[tag]


def split_model_name_tag(model_name: str, no_tag: str = "") -> Tuple[str, str]:
    model_name, *tag_list = model_name.split(".", 1)
    tag = tag_list[0] if tag_list else no_tag
    return model_name, tag


def generate_configs(cfgs: Dict[str, Union[Dict[str, Any], Config]]):
    out = defaultdict(DefaultConfigs)
    default_set = set()
    for k, v in cfgs.items():
        if isinstance(v, dict):
            v = Config(**v)
        has_weights = v.has_weights
        model, tag = split_model_name_tag(k)
        is_default_set = model in default_set
        priority = (has_weights and not tag) or (tag.endswith("*") and not is_default_set)
        tag = tag.strip("*")
        default_cfg = out[model]
        if priority:
            default_cfg.tags.appendleft(tag)
            default_set.add(model)
        elif has_weights and not default_cfg.is_pretrained:
            default_cfg.tags.appendleft(tag)
        else:
            default_cfg.tags.append(tag)
        if has_weights:
            default_cfg.is_pretrained = True
        default_cfg.cfgs[tag] = replace(v, architecture=model, tag=tag if tag else None)
    return out


def get_config(model_name: str, allow_unregistered: bool = True) -> Optional[Config]:
    if model_name in _configs:
        return copy.deepcopy(_configs[model_name])
    arch_name, tag = split_model_name_tag(model_name)
    if arch_name in _configs:
        raise RuntimeError(f"Invalid tag ({tag}) for {arch_name}.")
    if allow_unregistered:
        return None
    raise RuntimeError(f"Model architecture ({arch_name}) has no configuration.")
