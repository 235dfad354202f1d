from dataclasses import dataclass
from typing import Any, Optional, Tuple

import torch
from torch import nn

from ...modeling_outputs import BaseModelOutputWithPooling
from ...modeling_utils import PreTrainedModel
from ...utils import ModelOutput
from ..auto import AutoModel
from .configuration_pair import PairConfig, PairTextConfig, PairVisionConfig


@dataclass
class PairOutput(ModelOutput):
    logits_per_image: Optional[torch.FloatTensor] = None
    text_embeds: Optional[torch.FloatTensor] = None
    vision_model_output: BaseModelOutputWithPooling = None

    def to_tuple(self) -> Tuple[Any]:
        return tuple(self[k] if k not in ["vision_model_output"] else getattr(self, k).to_tuple() for k in self.keys())


class PairVisionEmbeddings(nn.Module):
    def __init__(self, config: PairVisionConfig):
        super().__init__()
        self.config = config
        self.embed_dim = config.hidden_size
        self.class_embedding = nn.Parameter(torch.randn(self.embed_dim))
        self.patch_embedding = nn.Conv2d(in_channels=config.num_channels, out_channels=self.embed_dim, kernel_size=config.patch_size, stride=config.patch_size, bias=False)
        self.num_patches = (config.image_size // config.patch_size) ** 2
        self.num_positions = self.num_patches + 1
        self.position_embedding = nn.Embedding(self.num_positions, self.embed_dim)
        self.register_buffer("position_ids", torch.arange(self.num_positions).expand((1, -1)), persistent=False)

    def forward(self, pixel_values):
        batch_size = pixel_values.shape[0]
        target_dtype = self.patch_embedding.weight.dtype
        patch_embeds = self.patch_embedding(pixel_values.to(dtype=target_dtype)).flatten(2).transpose(1, 2)
        class_embeds = self.class_embedding.expand(batch_size, 1, -1)
        return torch.cat([class_embeds, patch_embeds], dim=1) + self.position_embedding(self.position_ids)


class PairPreTrainedModel(PreTrainedModel):
    config_class = PairConfig
    base_model_prefix = "pair"

    def _init_weights(self, module):
        factor = 1.0
        if isinstance(module, PairVisionEmbeddings):
            nn.init.normal_(module.class_embedding, mean=0.0, std=module.embed_dim**-0.5 * factor)
        if isinstance(module, nn.Linear) and module.bias is not None:
            module.bias.data.zero_()


class PairVision(PairPreTrainedModel):
    config_class = PairVisionConfig
    main_input_name = "pixel_values"

    def __init__(self, config):
        super().__init__(config)
        self.embeddings = PairVisionEmbeddings(config)
        self.norm = nn.LayerNorm(config.hidden_size)
        self.post_init()

    def forward(self, pixel_values):
        hidden = self.norm(self.embeddings(pixel_values))
        return BaseModelOutputWithPooling(last_hidden_state=hidden, pooler_output=hidden[:, 0])


class PairModel(PairPreTrainedModel):
    def __init__(self, config: PairConfig):
        super().__init__(config)
        if not isinstance(config.text_config, PairTextConfig):
            raise TypeError(f"config.text_config is expected to be of type PairTextConfig but is of type {type(config.text_config)}.")
        self.text_embed = nn.Embedding(config.text_config.vocab_size, config.text_config.hidden_size)
        self.tower = AutoModel.from_config(config.tower_config)
        self.vision_model = PairVision._from_config(config.vision_config)
        self.visual_projection = nn.Linear(config.vision_config.hidden_size, config.projection_dim, bias=False)
        self.text_projection = nn.Linear(config.text_config.hidden_size, config.projection_dim, bias=False)
        self.logit_scale = nn.Parameter(torch.tensor(config.logit_scale_init_value))
        self.post_init()

    def forward(self, input_ids, pixel_values):
        vision_outputs = self.vision_model(pixel_values)
        image_embeds = self.visual_projection(vision_outputs[1])
        tower = self.tower(input_ids)
        text_embeds = self.text_projection(self.text_embed(input_ids).mean(1) + tower.pooler_output)
        image_embeds = image_embeds / image_embeds.norm(p=2, dim=-1, keepdim=True)
        text_embeds = text_embeds / text_embeds.norm(p=2, dim=-1, keepdim=True)
        logits = torch.matmul(text_embeds, image_embeds.t()) * self.logit_scale.exp()
        return PairOutput(logits_per_image=logits.t(), text_embeds=text_embeds, vision_model_output=vision_outputs)


__all__ = ["PairModel", "PairPreTrainedModel"]
