import math

import torch
from torch.utils.data import Dataset


class SeasonalSeries(Dataset):
    """Windows over a noisy series with a day and a week, and a few outliers that no model can foresee."""

    def __init__(self, length, history, horizon, seed):
        generator = torch.Generator().manual_seed(seed)
        t = torch.arange(length).float()
        day, week = 2 * math.pi * t / 24, 2 * math.pi * t / 168
        value = torch.sin(day) + 0.5 * torch.sin(week) + 0.1 * torch.randn(length, generator=generator)
        outlier = torch.rand(length, generator=generator) < 0.01
        value = value + 6 * outlier * torch.randn(length, generator=generator)
        self.features = torch.stack([value, torch.sin(day), torch.cos(day)], dim=1)
        self.history, self.horizon = history, horizon

    def __len__(self):
        return len(self.features) - self.history - self.horizon

    def __getitem__(self, start):
        end = start + self.history
        return self.features[start:end], self.features[end : end + self.horizon, 0]
