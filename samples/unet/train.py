"""Segments bright cells on a noisy background. Few pixels belong to a cell."""

import torch
import torch.nn as nn
from torch.utils.data import DataLoader, Dataset

from unet import UNet

SIZE = 64


class CellDataset(Dataset):
    """Pairs of image and mask, both float32 (1, SIZE, SIZE)."""

    def __init__(self, count, seed):
        generator = torch.Generator().manual_seed(seed)
        y, x = torch.meshgrid(torch.arange(SIZE), torch.arange(SIZE), indexing="ij")
        images, masks = [], []
        for _ in range(count):
            mask = torch.zeros(SIZE, SIZE, dtype=torch.bool)
            for _ in range(int(torch.randint(1, 5, (1,), generator=generator))):
                cx, cy = (SIZE * torch.rand(2, generator=generator)).tolist()
                a, b = (2 + 5 * torch.rand(2, generator=generator)).tolist()
                mask |= ((x - cx) / a) ** 2 + ((y - cy) / b) ** 2 < 1
            image = 0.3 * mask + 0.25 * torch.randn(SIZE, SIZE, generator=generator)
            images.append(image.unsqueeze(0))
            masks.append(mask.float().unsqueeze(0))
        self.images, self.masks = torch.stack(images), torch.stack(masks)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.images[index], self.masks[index]


def dice_score(probability, mask, threshold=0.5):
    """2|A∩B| / (|A| + |B|), averaged over the batch."""
    predicted = (probability > threshold).float()
    overlap = (predicted * mask).sum(dim=(1, 2, 3))
    size = predicted.sum(dim=(1, 2, 3)) + mask.sum(dim=(1, 2, 3))
    return ((2 * overlap + 1) / (size + 1)).mean().item()


def main():
    torch.manual_seed(0)
    train_loader = DataLoader(CellDataset(120, seed=1), batch_size=8, shuffle=True)
    val_loader = DataLoader(CellDataset(40, seed=2), batch_size=8)
    model = UNet(in_channels=1, out_channels=1, width=8, depth=3)
    criterion = nn.MSELoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

    for epoch in range(6):
        model.train()
        total_loss = 0.0
        for image, mask in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(image), mask)
            loss.backward()
            optimizer.step()
            total_loss += loss.item()
        model.eval()
        with torch.no_grad():
            scores = [dice_score(model(image), mask) for image, mask in val_loader]
        print(f"epoch {epoch + 1}  loss {total_loss / len(train_loader):.4f}  dice {sum(scores) / len(scores):.3f}")


if __name__ == "__main__":
    main()
