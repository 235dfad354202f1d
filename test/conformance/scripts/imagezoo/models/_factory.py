import os
from pathlib import Path
from typing import Any, Dict, Optional, Union
from urllib.parse import urlsplit

from imagezoo.layers import set_layer_config

from ._config import Config, split_model_name_tag
from ._registry import is_model, model_entrypoint

__all__ = ["parse_model_name", "safe_model_name", "create_model"]


def parse_model_name(model_name: str):
    parsed = urlsplit(model_name)
    assert parsed.scheme in ("", "hub", "local-dir")
    if parsed.scheme == "hub":
        return parsed.scheme, parsed.path
    model_name = os.path.split(parsed.path)[-1]
    return None, model_name


def safe_model_name(model_name: str, remove_source: bool = True) -> str:
    return "".join(c if c.isalnum() else "_" for c in model_name).rstrip("_")


def create_model(
    model_name: str,
    pretrained: bool = False,
    pretrained_cfg: Optional[Union[str, Dict[str, Any], Config]] = None,
    checkpoint_path: Optional[Union[str, Path]] = None,
    scriptable: Optional[bool] = None,
    **kwargs: Any,
):
    kwargs = {k: v for k, v in kwargs.items() if v is not None}
    source, model_id = parse_model_name(model_name)
    if source:
        assert not pretrained_cfg
        raise RuntimeError("hub models are not here")
    else:
        model_name, pretrained_tag = split_model_name_tag(model_id)
        if pretrained_tag and not pretrained_cfg:
            pretrained_cfg = pretrained_tag
    if not is_model(model_name):
        raise RuntimeError("Unknown model (%s)" % model_name)
    create_fn = model_entrypoint(model_name)
    with set_layer_config(scriptable=scriptable):
        model = create_fn(pretrained=pretrained, pretrained_cfg=pretrained_cfg, **kwargs)
    if checkpoint_path:
        import torch
        model.load_state_dict(torch.load(checkpoint_path))
    return model
