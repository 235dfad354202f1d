from ..decoder.configuration_decoder import DecoderConfig


class MixtureConfig(DecoderConfig):
    model_type = "mixture"
    attribute_map = {**DecoderConfig.attribute_map, "num_experts": "num_local_experts"}

    def __init__(self, num_local_experts=4, num_experts_per_tok=2, shared_size=None, dense_layers=(0,), **super_kwargs):
        super().__init__(**super_kwargs)
        self.num_local_experts = num_local_experts
        self.num_experts_per_tok = num_experts_per_tok
        self.shared_size = shared_size
        self.layer_types = ["dense" if i in dense_layers else "sparse" for i in range(self.num_hidden_layers)]


__all__ = ["MixtureConfig"]
