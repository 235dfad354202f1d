"""Forecasts a seasonal series: one package, one concern per file."""

from .config import ModelConfig, TrainConfig
from .model import Forecaster

__all__ = ["Forecaster", "ModelConfig", "TrainConfig"]
