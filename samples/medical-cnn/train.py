"""Trains the scan classifier. Accuracy looks good; the recall of the rare classes does not."""

import torch
import torch.nn as nn
from torch.utils.data import DataLoader

from data import CLASS_COUNTS, CLASS_NAMES, IMAGE_SIZE, ScanDataset
from model import ScanClassifier

EPOCHS = 3
BATCH_SIZE = 50


def recall_per_class(model, loader, num_classes, device):
    """Returns accuracy and the share of each class that was found, shape (num_classes,)."""
    hits, total = torch.zeros(num_classes), torch.zeros(num_classes)
    model.eval()
    with torch.no_grad():
        for images, labels in loader:
            predicted = model(images.to(device)).argmax(dim=1).cpu()
            for c in range(num_classes):
                hits[c] += ((predicted == c) & (labels == c)).sum()
                total[c] += (labels == c).sum()
    return (hits.sum() / total.sum()).item(), hits / total.clamp(min=1)


def main():
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    train_loader = DataLoader(ScanDataset(CLASS_COUNTS, seed=1), batch_size=BATCH_SIZE, shuffle=True)
    val_counts = {name: 20 for name in CLASS_NAMES}
    val_loader = DataLoader(ScanDataset(val_counts, seed=2), batch_size=BATCH_SIZE)

    model = ScanClassifier(num_classes=len(CLASS_NAMES), image_size=IMAGE_SIZE).to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4)

    for epoch in range(EPOCHS):
        model.train()
        running = 0.0
        for images, labels in train_loader:
            images, labels = images.to(device), labels.to(device)
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            running += loss.item()
        accuracy, recall = recall_per_class(model, val_loader, len(CLASS_NAMES), device)
        shown = "  ".join(f"{name} {value:.2f}" for name, value in zip(CLASS_NAMES, recall.tolist()))
        print(f"epoch {epoch + 1}  loss {running / len(train_loader):.3f}  accuracy {accuracy:.3f}  recall: {shown}")


if __name__ == "__main__":
    main()
