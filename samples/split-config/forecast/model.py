import torch.nn as nn

from .config import ModelConfig
from .layers import TemporalBlock


class Forecaster(nn.Module):
    """History (B, T, in_features) to the next `horizon` values of the first feature, (B, horizon)."""

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.config = config
        channels = [config.in_features] + [config.hidden_dim] * config.num_blocks
        self.encoder = nn.Sequential(
            *(
                TemporalBlock(channels[i], channels[i + 1], config.kernel_size, dilation, config.dropout)
                for i, dilation in enumerate(config.dilations)
            )
        )
        self.head = nn.Linear(config.hidden_dim, config.horizon)

    def forward(self, history):
        x = self.encoder(history.transpose(1, 2))
        return self.head(x[:, :, -1])
