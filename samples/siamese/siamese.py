"""A siamese network: two drawings by the same hand should land close together (Hadsell et al., 2006)."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, Dataset

NUM_WRITERS = 20
STROKE_POINTS = 48


class ContrastiveLoss(nn.Module):
    """Pulls pairs of the same writer together and pushes others apart up to a margin."""

    def __init__(self, margin=1.0):
        super().__init__()
        self.margin = margin

    def forward(self, a, b, same):
        distance = torch.sqrt(((a - b) ** 2).sum(dim=1))
        positive = same * distance**2
        negative = (1 - same) * F.relu(self.margin - distance) ** 2
        return 0.5 * (positive + negative).mean()


class StrokeEncoder(nn.Module):
    """A stroke of points (B, 2, 48) to an embedding (B, embedding_dim)."""

    def __init__(self, embedding_dim=32):
        super().__init__()
        self.conv1 = nn.Conv1d(2, 32, kernel_size=5, padding=2)
        self.conv2 = nn.Conv1d(32, 64, kernel_size=5, stride=2, padding=2)
        self.conv3 = nn.Conv1d(64, 64, kernel_size=5, stride=2, padding=2)
        self.fc = nn.Linear(64 * STROKE_POINTS // 4, embedding_dim)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = F.relu(self.conv3(x))
        return self.fc(x.flatten(1))


class SiameseNet(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, left, right):
        return self.encoder(left), self.encoder(right)


class StrokePairs(Dataset):
    """Pairs of strokes (2, 48) with 1.0 if they are by the same writer. A writer has a wobble and a slant."""

    def __init__(self, count, seed):
        generator = torch.Generator().manual_seed(seed)
        hands = torch.Generator().manual_seed(7)
        self.wobble = 0.2 + 0.8 * torch.rand(NUM_WRITERS, generator=hands)
        self.frequency = 2 + 8 * torch.rand(NUM_WRITERS, generator=hands)
        self.slant = torch.randn(NUM_WRITERS, generator=hands)
        self.pairs = []
        for index in range(count):
            first = int(torch.randint(NUM_WRITERS, (1,), generator=generator))
            same = index % 2 == 0
            offset = 0 if same else int(torch.randint(1, NUM_WRITERS, (1,), generator=generator))
            second = (first + offset) % NUM_WRITERS
            self.pairs.append((self.stroke(first, generator), self.stroke(second, generator), float(same)))

    def stroke(self, writer, generator):
        t = torch.linspace(0, 1, STROKE_POINTS)
        phase = 6.28 * torch.rand(1, generator=generator)
        y = self.wobble[writer] * torch.sin(self.frequency[writer] * 6.28 * t + phase)
        x = t + 0.2 * self.slant[writer] * y
        points = torch.stack([x, y])
        return points + 0.05 * torch.randn(points.shape, generator=generator)

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, index):
        return self.pairs[index]


def accuracy(model, loader, threshold):
    right, total = 0, 0
    model.eval()
    with torch.no_grad():
        for left, right_stroke, same in loader:
            a, b = model(left, right_stroke)
            predicted = (F.pairwise_distance(a, b) < threshold).float()
            right += (predicted == same).sum().item()
            total += same.numel()
    return right / total


def main():
    torch.manual_seed(0)
    train_loader = DataLoader(StrokePairs(2000, seed=1), batch_size=64, shuffle=True)
    val_loader = DataLoader(StrokePairs(400, seed=2), batch_size=64)
    model = SiameseNet(StrokeEncoder(embedding_dim=32))
    criterion = ContrastiveLoss(margin=1.0)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    for epoch in range(8):
        model.train()
        total_loss = 0.0
        for left, right, same in train_loader:
            optimizer.zero_grad()
            a, b = model(left, right)
            loss = criterion(a, b, same.float())
            loss.backward()
            optimizer.step()
            total_loss += loss.item()
        print(
            f"epoch {epoch + 1}  loss {total_loss / len(train_loader):.4f}"
            f"  pair accuracy {accuracy(model, val_loader, threshold=0.5):.3f}"
        )


if __name__ == "__main__":
    main()
