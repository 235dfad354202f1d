"""Recurrent networks over plain sequences: one of each kind, and one step by step."""
import torch
import torch.nn as nn


class Classifier(nn.Module):
    """`kind` over a sequence of vectors, a label from the last state."""

    def __init__(self, kind="LSTM", width=20, hidden=48, layers=1, directions=1, classes=5, dropout=0.0, batch_first=True):
        super().__init__()
        self.run = getattr(nn, kind)(width, hidden, layers, dropout=dropout, bidirectional=directions == 2, batch_first=batch_first)
        self.axis = 1 if batch_first else 0
        self.head = nn.Linear(hidden * directions, classes)

    def forward(self, x):
        states, _ = self.run(x)
        return self.head(states.select(self.axis, -1))


class Tokens(nn.Module):
    def __init__(self, vocabulary=50, width=24, hidden=40):
        super().__init__()
        self.embed = nn.Embedding(vocabulary, width)
        self.run = nn.GRU(width, hidden, batch_first=True)
        self.out = nn.Linear(hidden, vocabulary)

    def forward(self, ids):
        states, _ = self.run(self.embed(ids))
        return self.out(states)


class Steps(nn.Module):
    """A cell in a loop."""

    def __init__(self, width=6, hidden=32, length=30):
        super().__init__()
        self.cell = nn.RNNCell(width, hidden)
        self.out = nn.Linear(hidden, 1)
        self.length = length

    def forward(self, x):
        state = x.new_zeros(x.shape[0], self.cell.hidden_size)
        for step in range(self.length):
            state = self.cell(x[:, step], state)
        return self.out(state)
