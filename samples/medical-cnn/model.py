"""A residual CNN for grey-scale scans."""

import torch
import torch.nn as nn


class ConvBlock(nn.Module):
    """Convolution, normalisation, activation."""

    def __init__(self, in_channels, out_channels, stride=1):
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size=3, stride=stride, padding=1)
        self.norm = nn.BatchNorm2d(out_channels)
        self.act = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.act(self.norm(self.conv(x)))


class ResidualStage(nn.Module):
    """Halves the resolution, then refines: (B, C, H, W) to (B, C', H/2, W/2)."""

    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.down = ConvBlock(in_channels, out_channels, stride=2)
        self.refine = nn.Sequential(
            ConvBlock(out_channels, out_channels),
            nn.Conv2d(out_channels, out_channels, kernel_size=3, padding=1, bias=False),
            nn.BatchNorm2d(out_channels),
        )

    def forward(self, x):
        x = self.down(x)
        return torch.relu(x + self.refine(x))


class ScanClassifier(nn.Module):
    def __init__(self, num_classes=5, in_channels=1, width=12, image_size=64):
        super().__init__()
        self.stem = ConvBlock(in_channels, width)
        self.stages = nn.Sequential(
            ResidualStage(width, 2 * width),
            ResidualStage(2 * width, 4 * width),
            ResidualStage(4 * width, 8 * width),
        )
        side = image_size // 8
        self.pool = nn.AvgPool2d(2)
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Linear(8 * width * (side // 2) ** 2, 128),
            nn.ReLU(),
            nn.Linear(128, num_classes),
        )

    def forward(self, x):
        # x: (B, 1, 64, 64)
        x = self.stem(x)
        x = self.stages(x)
        return self.classifier(self.pool(x))
