"""Trains the text classifier and prints one line per epoch."""

import torch
import torch.nn as nn
from torch.utils.data import DataLoader

from data import CLASSES, MAX_LEN, NUM_TRAIN, NUM_VAL, PAD, VOCAB, MessageDataset
from model import TextClassifier

EPOCHS = 16
BATCH_SIZE = 32
LEARNING_RATE = 5e-4


def train_one_epoch(model, loader, criterion, optimizer, device):
    model.train()
    total_loss, correct, seen = 0.0, 0, 0
    for tokens, labels in loader:
        tokens, labels = tokens.to(device), labels.to(device)
        optimizer.zero_grad()
        logits = model(tokens)
        loss = criterion(logits, labels)
        loss.backward()
        optimizer.step()
        total_loss += loss.item() * labels.size(0)
        correct += (logits.argmax(dim=1) == labels).sum().item()
        seen += labels.size(0)
    return total_loss / seen, correct / seen


@torch.no_grad()
def evaluate(model, loader, criterion, device):
    model.eval()
    total_loss, correct, seen = 0.0, 0, 0
    for tokens, labels in loader:
        tokens, labels = tokens.to(device), labels.to(device)
        logits = model(tokens)
        total_loss += criterion(logits, labels).item() * labels.size(0)
        correct += (logits.argmax(dim=1) == labels).sum().item()
        seen += labels.size(0)
    return total_loss / seen, correct / seen


def main():
    torch.manual_seed(0)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")

    train_loader = DataLoader(MessageDataset(NUM_TRAIN, seed=1), batch_size=BATCH_SIZE, shuffle=True)
    val_loader = DataLoader(MessageDataset(NUM_VAL, seed=2), batch_size=BATCH_SIZE)

    model = TextClassifier(
        vocab_size=len(VOCAB),
        num_classes=len(CLASSES),
        max_len=MAX_LEN,
        pad_id=VOCAB[PAD],
    ).to(device)
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)

    for epoch in range(1, EPOCHS + 1):
        train_loss, train_acc = train_one_epoch(model, train_loader, criterion, optimizer, device)
        val_loss, val_acc = evaluate(model, val_loader, criterion, device)
        print(
            f"epoch {epoch:2d}  train loss {train_loss:.3f} acc {train_acc:.3f}"
            f"  val loss {val_loss:.3f} acc {val_acc:.3f}"
        )

    torch.save(model.state_dict(), "classifier.pt")


if __name__ == "__main__":
    main()
