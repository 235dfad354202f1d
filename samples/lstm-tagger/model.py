"""A bidirectional LSTM that gives each word of a sentence a tag."""

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class CharEncoder(nn.Module):
    """Spells a word: characters (N, L) to a vector (N, out_dim) by a convolution and a maximum over positions."""

    def __init__(self, num_chars, char_dim=16, out_dim=32, kernel_size=3):
        super().__init__()
        self.embedding = nn.Embedding(num_chars, char_dim, padding_idx=0)
        self.conv = nn.Conv1d(char_dim, out_dim, kernel_size, padding=kernel_size // 2)

    def forward(self, chars):
        x = self.embedding(chars).transpose(1, 2)  # (N, char_dim, L)
        return torch.relu(self.conv(x)).max(dim=2).values


# architect: LSTMTagger(vocab_size=28, num_chars=27, num_tags=6)(words: i64[B, T], chars: i64[B, T, L], lengths: i64[B])
class LSTMTagger(nn.Module):
    def __init__(self, vocab_size, num_chars, num_tags, word_dim=64, char_dim=32, hidden_dim=96, num_layers=2):
        super().__init__()
        self.words = nn.Embedding(vocab_size, word_dim, padding_idx=0)
        self.chars = CharEncoder(num_chars, out_dim=char_dim)
        self.lstm = nn.LSTM(
            word_dim + char_dim, hidden_dim, num_layers=num_layers, batch_first=True, bidirectional=True, dropout=0.2
        )
        self.out = nn.Linear(2 * hidden_dim, num_tags)

    def forward(self, words, chars, lengths):
        # words: (B, T), chars: (B, T, L), lengths: (B,)
        b, t, l = chars.shape
        spelled = self.chars(chars.view(b * t, l)).view(b, t, -1)
        x = torch.cat([self.words(words), spelled], dim=-1)
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        hidden, _ = self.lstm(packed)
        hidden, _ = pad_packed_sequence(hidden, batch_first=True, total_length=t)
        return self.out(hidden)  # (B, T, num_tags)
