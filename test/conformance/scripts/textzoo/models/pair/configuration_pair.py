from typing import Any, Dict

from ...configuration_utils import PretrainedConfig
from ...utils import logging
from ..auto import CONFIG_MAPPING, AutoConfig

logger = logging.get_logger(__name__)


class PairVisionConfig(PretrainedConfig):
    model_type = "pair_vision_model"
    base_config_key = "vision_config"

    def __init__(self, hidden_size=96, image_size=32, patch_size=8, num_channels=3, **kwargs):
        super().__init__(**kwargs)
        self.hidden_size = hidden_size
        self.image_size = image_size
        self.patch_size = patch_size
        self.num_channels = num_channels


class PairTextConfig(PretrainedConfig):
    model_type = "pair_text_model"
    base_config_key = "text_config"

    def __init__(self, hidden_size=64, vocab_size=500, **kwargs):
        super().__init__(**kwargs)
        self.hidden_size = hidden_size
        self.vocab_size = vocab_size


class PairConfig(PretrainedConfig):
    model_type = "pair"
    sub_configs = {"text_config": PairTextConfig, "vision_config": PairVisionConfig, "tower_config": AutoConfig}
    is_composition = True

    def __init__(self, text_config=None, vision_config=None, tower_config=None, projection_dim=48, logit_scale_init_value=2.6592, **kwargs):
        super().__init__(**kwargs)
        if text_config is None:
            text_config = {}
            logger.info("`text_config` is None.")
        if vision_config is None:
            vision_config = {}
        self.text_config = text_config if isinstance(text_config, PretrainedConfig) else PairTextConfig(**text_config)
        self.vision_config = PairVisionConfig(**vision_config)
        if isinstance(tower_config, dict):
            tower_config["model_type"] = tower_config["model_type"] if "model_type" in tower_config else "encoder"
            tower_config = CONFIG_MAPPING[tower_config["model_type"]](**tower_config)
        elif tower_config is None:
            tower_config = CONFIG_MAPPING["encoder"](hidden_size=self.text_config.hidden_size, num_hidden_layers=1, num_attention_heads=2)
        self.tower_config = tower_config
        self.projection_dim = projection_dim
        self.logit_scale_init_value = logit_scale_init_value

    @classmethod
    def from_text_vision_configs(cls, text_config: PairTextConfig, vision_config: PairVisionConfig, **kwargs):
        return cls(text_config=text_config, vision_config={k: v for k, v in vision_config.__dict__.items() if k in ("hidden_size", "patch_size")}, **kwargs)


__all__ = ["PairConfig", "PairTextConfig", "PairVisionConfig"]
