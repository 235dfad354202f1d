from collections import OrderedDict
from typing import Mapping

from ...configuration_utils import PretrainedConfig


class EncoderConfig(PretrainedConfig):
    model_type = "encoder"

    def __init__(self, vocab_size=1000, hidden_size=128, num_hidden_layers=2, num_attention_heads=4, intermediate_size=512, hidden_act="gelu", hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1, max_position_embeddings=64, type_vocab_size=2, layer_norm_eps=1e-12, pad_token_id=0, position_embedding_type="absolute", classifier_dropout=None, **kwargs):
        super().__init__(pad_token_id=pad_token_id, **kwargs)
        for name, value in list(locals().items()):
            if name not in ("self", "kwargs", "__class__", "pad_token_id"):
                setattr(self, name, value)

    @property
    def inputs(self) -> Mapping[str, Mapping[int, str]]:
        return OrderedDict([("input_ids", {0: "batch", 1: "sequence"})])


__all__ = ["EncoderConfig"]
