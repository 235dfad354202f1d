"""Synthetic scans: tissue texture with a finding whose shape is the class. Some findings are rare."""

import math

import torch
import torch.nn.functional as F
from torch.utils.data import Dataset

IMAGE_SIZE = 64
CLASS_NAMES = ["normal", "nodule", "effusion", "fibrosis", "fracture"]
CLASS_COUNTS = {"normal": 620, "nodule": 180, "effusion": 120, "fibrosis": 50, "fracture": 30}


def tissue(generator):
    """Smooth noise between 0 and 1, shape (IMAGE_SIZE, IMAGE_SIZE)."""
    coarse = torch.rand(1, 1, 8, 8, generator=generator)
    smooth = F.interpolate(coarse, size=IMAGE_SIZE, mode="bilinear", align_corners=False)[0, 0]
    return 0.35 + 0.3 * smooth + 0.08 * torch.randn(IMAGE_SIZE, IMAGE_SIZE, generator=generator)


def draw_scan(name, generator):
    """Returns one scan, float32 (1, IMAGE_SIZE, IMAGE_SIZE)."""
    image = tissue(generator)
    y, x = torch.meshgrid(torch.arange(IMAGE_SIZE), torch.arange(IMAGE_SIZE), indexing="ij")
    cx, cy = (12 + 40 * torch.rand(2, generator=generator)).tolist()
    angle = math.pi * torch.rand(1, generator=generator).item()
    distance = ((x - cx) ** 2 + (y - cy) ** 2).float().sqrt()
    along = (x - cx) * math.cos(angle) + (y - cy) * math.sin(angle)
    across = (y - cy) * math.cos(angle) - (x - cx) * math.sin(angle)
    if name == "nodule":
        image = image + 0.3 * (distance < 5)
    elif name == "effusion":
        image = image + 0.22 * (y > 40 + cy / 4)
    elif name == "fibrosis":
        image = image + 0.15 * ((across % 6 < 2) & (distance < 18))
    elif name == "fracture":
        image = image - 0.3 * ((across.abs() < 1.2) & (along.abs() < 14))
    return image.clamp(0, 1).unsqueeze(0)


class ScanDataset(Dataset):
    def __init__(self, counts, seed):
        generator = torch.Generator().manual_seed(seed)
        images, labels = [], []
        for label, name in enumerate(CLASS_NAMES):
            for _ in range(counts[name]):
                images.append(draw_scan(name, generator))
                labels.append(label)
        self.images = torch.stack(images)
        self.labels = torch.tensor(labels)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        return self.images[index], self.labels[index]
