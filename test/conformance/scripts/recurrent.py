"""Recurrent networks in the ways people write them."""
import random

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor


class EncoderRNN(nn.Module):
    def __init__(self, input_size, hidden_size, dropout_p=0.1):
        super(EncoderRNN, self).__init__()
        self.hidden_size = hidden_size
        self.embedding = nn.Embedding(input_size, hidden_size)
        self.gru = nn.GRU(hidden_size, hidden_size, batch_first=True)
        self.dropout = nn.Dropout(dropout_p)

    def forward(self, input):
        output, hidden = self.gru(self.dropout(self.embedding(input)))
        return output, hidden


class BahdanauAttention(nn.Module):
    def __init__(self, hidden_size):
        super().__init__()
        self.Wa = nn.Linear(hidden_size, hidden_size)
        self.Ua = nn.Linear(hidden_size, hidden_size)
        self.Va = nn.Linear(hidden_size, 1)

    def forward(self, query, keys):
        scores = self.Va(torch.tanh(self.Wa(query) + self.Ua(keys))).squeeze(2).unsqueeze(1)
        weights = F.softmax(scores, dim=-1)
        return torch.bmm(weights, keys), weights


class AttnDecoder(nn.Module):
    def __init__(self, hidden_size, output_size, steps=6):
        super().__init__()
        self.steps = steps
        self.embedding = nn.Embedding(output_size, hidden_size)
        self.attention = BahdanauAttention(hidden_size)
        self.gru = nn.GRU(2 * hidden_size, hidden_size, batch_first=True)
        self.out = nn.Linear(hidden_size, output_size)

    def forward(self, encoder_outputs, hidden, target=None):
        token = torch.zeros(encoder_outputs.size(0), 1, dtype=torch.long, device=encoder_outputs.device)
        outputs, attentions = [], []
        for i in range(self.steps):
            context, weights = self.attention(hidden.permute(1, 0, 2), encoder_outputs)
            output, hidden = self.gru(torch.cat((self.embedding(token), context), dim=2), hidden)
            output = self.out(output)
            outputs.append(output)
            attentions.append(weights)
            if target is not None:
                token = target[:, i].unsqueeze(1)
            else:
                token = output.topk(1)[1].squeeze(-1).detach()
        return F.log_softmax(torch.cat(outputs, dim=1), dim=-1), hidden, torch.cat(attentions, dim=1)


class Seq2Seq(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, source):
        return self.decoder(*self.encoder(source))[0]


class CellLoop(nn.Module):
    """Steps through time by hand with an LSTMCell per layer."""

    def __init__(self, n_in, n_hid, n_layers):
        super().__init__()
        self.cells = nn.ModuleList(nn.LSTMCell(n_in if i == 0 else n_hid, n_hid) for i in range(n_layers))
        self.h0 = nn.ParameterList([nn.Parameter(torch.zeros(n_hid)) for _ in range(n_layers)])

    def forward(self, x: Tensor) -> Tensor:
        batch = x.size(0)
        state = [(h.expand(batch, -1), torch.zeros_like(h).expand(batch, -1)) for h in self.h0]
        for t in range(x.size(1)):
            inp = x[:, t]
            for i, cell in enumerate(self.cells):
                h, c = cell(inp, state[i])
                state[i] = (h, c)
                inp = h
        return torch.stack([h for h, _ in state], dim=1)


class BiTagger(nn.Module):
    def __init__(self, n_words=50, n_tags=5, kind="LSTM"):
        super().__init__()
        self.emb = nn.Embedding(n_words, 24, padding_idx=0)
        self.rnn = getattr(nn, kind)(24, 32, num_layers=2, bidirectional=True, dropout=0.3)
        self.tag = nn.Linear(64, n_tags)
        self.transitions = nn.Parameter(torch.randn(n_tags, n_tags) * 0.1)
        self.transitions.data[0, :] = -10000.0

    def forward(self, x):
        hidden = self.rnn(self.emb(x.t()))[0]
        return self.tag(hidden).transpose(0, 1)


class Projected(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(10, 20, 2, proj_size=7, bias=False)
        self.rnn = nn.RNN(7, 9, nonlinearity="relu")
        random.seed(0)

    def forward(self, x):
        y, (h, c) = self.lstm(x)
        z, last = self.rnn(y)
        return {"z": z, "h": h, "c": c, "last": last[-1]}
