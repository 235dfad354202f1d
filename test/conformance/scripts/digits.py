"""A first convolutional network, as in many tutorials: everything in one script."""
import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 32, 3, 1)
        self.conv2 = nn.Conv2d(32, 64, 3, 1)
        self.dropout1 = nn.Dropout(0.25)
        self.dropout2 = nn.Dropout(0.5)
        self.fc1 = nn.Linear(64 * 12 * 12, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = F.max_pool2d(x, 2)
        x = self.dropout1(x)
        x = torch.flatten(x, 1)
        x = self.dropout2(F.relu(self.fc1(x)))
        return F.log_softmax(self.fc2(x), dim=1)


class FlatSize(nn.Module):
    """Runs its features once in the constructor to find the size of the flat vector."""

    def __init__(self, shape=(3, 40, 52), classes=7):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(shape[0], 8, 5, stride=2), nn.ReLU(), nn.MaxPool2d(3, 2), nn.Conv2d(8, 16, 3, padding="same"), nn.ELU()
        )
        with torch.no_grad():
            n = self.features(torch.zeros(1, *shape)).numel()
        self.head = nn.Linear(n, classes)

    def forward(self, x):
        return self.head(self.features(x).view(x.shape[0], -1))


class Perceptron(nn.Module):
    def __init__(self, *sizes, act=nn.ReLU, last=None):
        super().__init__()
        layers = []
        for i, (a, b) in enumerate(zip(sizes[:-1], sizes[1:])):
            layers += [nn.Linear(a, b), act() if i < len(sizes) - 2 else (last or nn.Identity)()]
        self.net = nn.Sequential(*layers)

    def forward(self, x):
        return self.net(x.flatten(1))


def build(args):
    if args.model == "net":
        return Net()
    return Perceptron(784, *map(int, args.hidden.split(",")), 10)


parser = argparse.ArgumentParser()
parser.add_argument("--model", choices=["net", "mlp"], default="mlp")
parser.add_argument("--hidden", type=str, default="256,128")
parser.add_argument("--lr", type=float, default=1e-3)

if __name__ == "__main__":
    options = parser.parse_args()
    model = build(options)
    print(sum(p.numel() for p in model.parameters()))
