from .convfamily import *
from .hierarchical import *
from .hybrid import *
from .mobile import *
from .residual import *
from .transformer import *

from ._builder import build_model_with_cfg as build_model_with_cfg
from ._config import get_config as get_config
from ._factory import create_model as create_model
from ._manipulate import checkpoint_seq as checkpoint_seq, group_parameters as group_parameters, named_apply as named_apply
from ._registry import (
    is_model as is_model,
    list_models as list_models,
    list_modules as list_modules,
    model_entrypoint as model_entrypoint,
    register_model as register_model,
)
