from dataclasses import dataclass, field


@dataclass
class ModelConfig:
    in_features: int = 3
    horizon: int = 12
    hidden_dim: int = 48
    num_blocks: int = 4
    kernel_size: int = 3
    dilation_base: int = 2
    dropout: float = 0.1

    @property
    def receptive_field(self) -> int:
        """Steps of the past that the last output sees."""
        return 1 + sum(2 * (self.kernel_size - 1) * d for d in self.dilations)

    @property
    def dilations(self) -> list[int]:
        return [self.dilation_base**i for i in range(self.num_blocks)]


@dataclass
class TrainConfig:
    history: int = 72
    batch_size: int = 64
    epochs: int = 6
    lr: float = 2e-3
    seed: int = 0
    model: ModelConfig = field(default_factory=ModelConfig)
