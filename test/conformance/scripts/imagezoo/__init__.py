"""An image library in the style of large ones: a registry, default configurations, builders, swappable layers."""
from .version import __version__ as __version__
from .layers import is_scriptable as is_scriptable, set_layer_config as set_layer_config
from .models import (
    create_model as create_model,
    get_config as get_config,
    is_model as is_model,
    list_models as list_models,
    list_modules as list_modules,
    model_entrypoint as model_entrypoint,
)
