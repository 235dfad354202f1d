from . import logging
from .doc import add_code_sample_docstrings, add_start_docstrings, add_start_docstrings_to_model_forward, auto_docstring, replace_return_docstrings
from .generic import ExplicitEnum, ModelOutput, can_return_tuple, cached_property, check_model_inputs, to_numpy
from .import_utils import (
    OptionalDependencyNotAvailable,
    _LazyModule,
    is_accelerate_available,
    is_flash_attn_available,
    is_tokenizers_available,
    is_torch_available,
    is_torch_greater_or_equal,
    requires_backends,
)

WEIGHTS_NAME = "model.bin"
