"""A small Transformer encoder that sorts customer messages into topics."""

import math

import torch
import torch.nn as nn


class TextEmbedding(nn.Module):
    """Adds a learned position vector to each token vector."""

    def __init__(self, vocab_size: int, d_model: int, max_len: int, pad_id: int):
        super().__init__()
        self.scale = math.sqrt(d_model)
        self.token = nn.Embedding(vocab_size, d_model, padding_idx=pad_id)
        self.position = nn.Embedding(max_len, d_model)
        self.norm = nn.LayerNorm(d_model)
        nn.init.normal_(self.token.weight, std=1.0 / self.scale)
        nn.init.normal_(self.position.weight, std=0.02)

    def forward(self, tokens):
        # tokens: (B, T)
        positions = torch.arange(tokens.size(1), device=tokens.device)
        x = self.token(tokens) * self.scale + self.position(positions)
        return self.norm(x)  # (B, T, D)


class FeedForward(nn.Module):
    def __init__(self, d_model: int, d_ff: int):
        super().__init__()
        self.expand = nn.Linear(d_model, d_ff)
        self.act = nn.GELU()
        self.project = nn.Linear(d_ff, d_model)

    def forward(self, x):
        return self.project(self.act(self.expand(x)))


class EncoderBlock(nn.Module):
    """Pre-norm Transformer block: attention, then a feed-forward network."""

    def __init__(self, d_model: int, n_heads: int, d_ff: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(d_model)
        self.attn = nn.MultiheadAttention(d_model, n_heads, batch_first=True)
        self.norm2 = nn.LayerNorm(d_model)
        self.ff = FeedForward(d_model, d_ff)

    def forward(self, x, padding_mask=None):
        h = self.norm1(x)
        h, _ = self.attn(h, h, h, key_padding_mask=padding_mask, need_weights=False)
        x = x + h
        x = x + self.ff(self.norm2(x))
        return x


class ClassifierHead(nn.Module):
    """Pools the tokens that are not padding and scores the classes."""

    def __init__(self, d_model: int, num_classes: int):
        super().__init__()
        self.hidden = nn.Linear(d_model, d_model)
        self.out = nn.Linear(d_model, num_classes)

    def forward(self, x, padding_mask):
        keep = (~padding_mask).unsqueeze(-1).to(x.dtype)  # (B, T, 1)
        pooled = (x * keep).sum(dim=1) / keep.sum(dim=1).clamp(min=1.0)
        return self.out(torch.tanh(self.hidden(pooled)))


class TextClassifier(nn.Module):
    def __init__(
        self,
        vocab_size: int,
        num_classes: int,
        d_model: int = 96,
        n_heads: int = 4,
        n_layers: int = 3,
        d_ff: int = 384,
        max_len: int = 32,
        pad_id: int = 0,
    ):
        super().__init__()
        if d_model % n_heads != 0:
            raise ValueError(f"d_model ({d_model}) must be divisible by n_heads ({n_heads})")
        self.pad_id = pad_id
        self.embedding = TextEmbedding(vocab_size, d_model, max_len, pad_id)
        self.blocks = nn.ModuleList(
            [EncoderBlock(d_model, n_heads, d_ff) for _ in range(n_layers)]
        )
        self.norm = nn.LayerNorm(d_model)
        self.head = ClassifierHead(d_model, num_classes)

    def forward(self, tokens):
        padding_mask = tokens == self.pad_id  # (B, T)
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, padding_mask)
        return self.head(self.norm(x), padding_mask)
