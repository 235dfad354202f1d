"""A library of text models that loads its modules when they are asked for."""
__version__ = "0.4.1"

from typing import TYPE_CHECKING

from .utils import OptionalDependencyNotAvailable, _LazyModule, is_tokenizers_available, is_torch_available, logging

logger = logging.get_logger(__name__)

_import_structure = {
    "configuration_utils": ["PretrainedConfig"],
    "models": [],
    "models.auto": ["AutoConfig"],
    "models.decoder": ["DecoderConfig"],
    "models.encoder": ["EncoderConfig"],
    "models.mixture": ["MixtureConfig"],
    "models.pair": ["PairConfig", "PairTextConfig", "PairVisionConfig"],
    "utils": ["is_torch_available", "logging"],
}

try:
    if not is_tokenizers_available():
        raise OptionalDependencyNotAvailable()
except OptionalDependencyNotAvailable:
    from .utils import dummy_objects

    _import_structure["utils.dummy_objects"] = [name for name in dir(dummy_objects) if not name.startswith("_")]
else:
    _import_structure["tokenization_utils_fast"] = ["FastTokenizer"]

try:
    if not is_torch_available():
        raise OptionalDependencyNotAvailable()
except OptionalDependencyNotAvailable:
    pass
else:
    _import_structure["activations"] = ["ACT2FN", "get_activation"]
    _import_structure["modeling_utils"] = ["PreTrainedModel", "prune_linear_layer"]
    _import_structure["models.auto"].extend(["AutoModel", "AutoModelForCausalLM"])
    _import_structure["models.decoder"] += ["DecoderForCausalLM", "DecoderForSequenceClassification", "DecoderModel", "DecoderPreTrainedModel"]
    _import_structure["models.encoder"].extend(["EncoderForMaskedLM", "EncoderForTokenClassification", "EncoderModel"])
    _import_structure["models.mixture"].extend(["MixtureForCausalLM", "MixtureModel"])
    _import_structure["models.pair"].extend(["PairModel"])

if TYPE_CHECKING:
    from .configuration_utils import PretrainedConfig
    from .models.decoder import DecoderConfig, DecoderForCausalLM, DecoderModel
    from .models.encoder import EncoderConfig, EncoderModel
else:
    import sys

    sys.modules[__name__] = _LazyModule(
        __name__,
        globals()["__file__"],
        _import_structure,
        module_spec=__spec__,
        extra_objects={"__version__": __version__},
    )

if not is_torch_available():
    logger.warning_advice("PyTorch was not found.")
