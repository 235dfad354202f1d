from collections import OrderedDict

from .auto_factory import _BaseAutoModelClass, _LazyAutoMapping, auto_class_update
from .configuration_auto import CONFIG_MAPPING_NAMES

MODEL_MAPPING_NAMES = OrderedDict([("decoder", "DecoderModel"), ("encoder", "EncoderModel"), ("mixture", ("MixtureModel", "MixtureForCausalLM")), ("pair", "PairModel")])
MODEL_FOR_CAUSAL_LM_MAPPING_NAMES = OrderedDict([("decoder", "DecoderForCausalLM"), ("mixture", "MixtureForCausalLM")])

MODEL_MAPPING = _LazyAutoMapping(CONFIG_MAPPING_NAMES, MODEL_MAPPING_NAMES)
MODEL_FOR_CAUSAL_LM_MAPPING = _LazyAutoMapping(CONFIG_MAPPING_NAMES, MODEL_FOR_CAUSAL_LM_MAPPING_NAMES)


class AutoModel(_BaseAutoModelClass):
    _model_mapping = MODEL_MAPPING


AutoModel = auto_class_update(AutoModel)


class AutoModelForCausalLM(_BaseAutoModelClass):
    _model_mapping = MODEL_FOR_CAUSAL_LM_MAPPING


AutoModelForCausalLM = auto_class_update(AutoModelForCausalLM, head_doc="causal language modeling")

__all__ = ["AutoModel", "AutoModelForCausalLM", "MODEL_MAPPING"]
