"""Trains the forecaster: python train.py [--hidden-dim 48] [--epochs 6]"""

import argparse

import torch
import torch.nn as nn
from torch.utils.data import DataLoader

from forecast import Forecaster, ModelConfig, TrainConfig
from forecast.data import SeasonalSeries


def parse_config() -> TrainConfig:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hidden-dim", type=int, default=48)
    parser.add_argument("--epochs", type=int, default=6)
    args = parser.parse_args()
    return TrainConfig(epochs=args.epochs, model=ModelConfig(hidden_dim=args.hidden_dim))


def evaluate(model, loader, criterion):
    model.eval()
    with torch.no_grad():
        losses = [criterion(model(history), future).item() for history, future in loader]
    return sum(losses) / len(losses)


def main():
    config = parse_config()
    torch.manual_seed(config.seed)
    train_set = SeasonalSeries(4000, config.history, config.model.horizon, seed=1)
    val_set = SeasonalSeries(800, config.history, config.model.horizon, seed=2)
    train_loader = DataLoader(train_set, batch_size=config.batch_size, shuffle=True)
    val_loader = DataLoader(val_set, batch_size=config.batch_size)

    model = Forecaster(config.model)
    criterion = nn.MSELoss()
    optimizer = torch.optim.AdamW(model.parameters(), lr=config.lr, weight_decay=1e-2)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=config.epochs)

    print(f"the model sees {config.model.receptive_field} steps of a history of {config.history}")
    for epoch in range(config.epochs):
        model.train()
        total_loss = 0.0
        for history, future in train_loader:
            optimizer.zero_grad()
            loss = criterion(model(history), future)
            loss.backward()
            optimizer.step()
            total_loss += loss.item()
        scheduler.step()
        val_loss = evaluate(model, val_loader, criterion)
        print(f"epoch {epoch + 1}  train loss {total_loss / len(train_loader):.4f}  val loss {val_loss:.4f}")


if __name__ == "__main__":
    main()
