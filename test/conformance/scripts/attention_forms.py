"""Attention and mixtures by einsum, by nn.Transformer, by hand."""
import math
from dataclasses import dataclass
from typing import NamedTuple, Optional, Tuple

import torch
import torch.nn as nn
import torch.nn.functional as F


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, dropout=0.1, max_len=500):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_len, 1, d_model)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return self.dropout(x + self.pe[: x.size(0)])


class LanguageModel(nn.Module):
    def __init__(self, ntoken, d_model=32, nhead=4, d_hid=64, nlayers=2):
        super().__init__()
        self.pos_encoder = PositionalEncoding(d_model)
        layer = nn.TransformerEncoderLayer(d_model, nhead, d_hid, 0.2)
        self.transformer_encoder = nn.TransformerEncoder(layer, nlayers, enable_nested_tensor=False)
        self.embedding = nn.Embedding(ntoken, d_model)
        self.linear = nn.Linear(d_model, ntoken)
        self.linear.bias.data.zero_()
        self.linear.weight.data.uniform_(-0.1, 0.1)

    def forward(self, src, src_mask=None):
        src = self.pos_encoder(self.embedding(src) * math.sqrt(self.embedding.embedding_dim))
        if src_mask is None:
            src_mask = nn.Transformer.generate_square_subsequent_mask(len(src)).to(src.device)
        return self.linear(self.transformer_encoder(src, src_mask))


class Translator(nn.Module):
    def __init__(self, vocab=100, dim=32):
        super().__init__()
        self.src, self.tgt = nn.Embedding(vocab, dim), nn.Embedding(vocab, dim)
        self.transformer = nn.Transformer(dim, 4, 2, 2, 64, batch_first=True, norm_first=True)
        self.out = nn.Linear(dim, vocab)

    def forward(self, src, tgt):
        return self.out(self.transformer(self.src(src), self.tgt(tgt)))


class EinsumAttention(nn.Module):
    def __init__(self, dim, heads, kv_heads=None, rope=True):
        super().__init__()
        self.heads, self.kv_heads = heads, kv_heads or heads
        self.dim_head = dim // heads
        self.wq = nn.Parameter(torch.randn(dim, heads, self.dim_head) * dim**-0.5)
        self.wkv = nn.Parameter(torch.randn(2, dim, self.kv_heads, self.dim_head) * dim**-0.5)
        self.wo = nn.Parameter(torch.zeros(heads, self.dim_head, dim))
        self.rope = rope

    def rotate(self, x):
        t, half = x.size(2), self.dim_head // 2
        angle = torch.outer(torch.arange(t, device=x.device).float(), 10000 ** (-torch.arange(half, device=x.device) / half))
        a, b = x[..., :half], x[..., half:]
        return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], dim=-1)

    def forward(self, x):
        q = torch.einsum("btd,dhk->bhtk", x, self.wq)
        k, v = torch.einsum("btd,sdhk->sbhtk", x, self.wkv).unbind(0)
        if self.rope:
            q, k = self.rotate(q), self.rotate(k)
        if (groups := self.heads // self.kv_heads) > 1:
            k, v = (y.repeat_interleave(groups, dim=1) for y in (k, v))
        weights = (torch.einsum("bhik,bhjk->bhij", q, k) / self.dim_head**0.5).softmax(-1)
        return torch.einsum("bhij,bhjk,hkd->bid", weights, v, self.wo)


class RMSNorm(nn.Module):
    def __init__(self, dim: int, eps: float = 1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        return self.weight * (x.float() * torch.rsqrt(x.float().pow(2).mean(-1, keepdim=True) + self.eps)).type_as(x)


class SwiGLU(nn.Module):
    def __init__(self, dim: int, multiple_of: int = 16):
        super().__init__()
        hidden = multiple_of * ((int(2 * 4 * dim / 3) + multiple_of - 1) // multiple_of)
        self.w1, self.w2, self.w3 = nn.Linear(dim, hidden, bias=False), nn.Linear(hidden, dim, bias=False), nn.Linear(dim, hidden, bias=False)

    def forward(self, x):
        return self.w2(F.silu(self.w1(x)) * self.w3(x))


@dataclass
class Output:
    logits: torch.Tensor
    hidden: Tuple[torch.Tensor, ...]
    loss: Optional[torch.Tensor] = None


class Llamalike(nn.Module):
    def __init__(self, vocab=64, dim=48, depth=2, heads=6, kv_heads=2):
        super().__init__()
        self.tok = nn.Embedding(vocab, dim)
        self.layers = nn.ModuleList()
        for _ in range(depth):
            self.layers.append(nn.ModuleList([RMSNorm(dim), EinsumAttention(dim, heads, kv_heads), RMSNorm(dim), SwiGLU(dim)]))
        self.norm = RMSNorm(dim)

    def forward(self, tokens):
        x, hidden = self.tok(tokens), ()
        for norm1, attn, norm2, mlp in self.layers:
            x = x + attn(norm1(x))
            x = x + mlp(norm2(x))
            hidden += (x,)
        return Output(logits=self.norm(x) @ self.tok.weight.t(), hidden=hidden)


class PatchViT(nn.Module):
    """Patches by reshape, a class token, learned positions."""

    def __init__(self, size=32, patch=8, dim=48, depth=2, classes=10):
        super().__init__()
        self.p = patch
        n = (size // patch) ** 2
        self.embed = nn.Linear(3 * patch * patch, dim)
        self.cls = nn.Parameter(torch.zeros(1, 1, dim))
        self.pos = nn.Parameter(torch.randn(1, n + 1, dim) * 0.02)
        self.layers = nn.ModuleList([nn.TransformerEncoderLayer(dim, 4, 96, activation="gelu", batch_first=True, norm_first=True) for _ in range(depth)])
        self.head = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, classes))

    def forward(self, x):
        b, c, h, w = x.shape
        p = self.p
        x = x.reshape(b, c, h // p, p, w // p, p).permute(0, 2, 4, 1, 3, 5).reshape(b, -1, c * p * p)
        x = torch.cat([self.cls.expand(b, -1, -1), self.embed(x)], dim=1) + self.pos
        for layer in self.layers:
            x = layer(x)
        return self.head(x[:, 0])


class Routed(NamedTuple):
    output: torch.Tensor
    gates: torch.Tensor


class SoftMixture(nn.Module):
    def __init__(self, dim=16, experts=4, hidden=32):
        super().__init__()
        self.gate = nn.Linear(dim, experts, bias=False)
        self.w_in = nn.Parameter(torch.empty(experts, dim, hidden).normal_(std=0.02))
        self.w_out = nn.Parameter(torch.empty(experts, hidden, dim).normal_(std=0.02))

    def forward(self, x):
        gates = self.gate(x).softmax(dim=-1)
        h = F.gelu(torch.matmul(x.unsqueeze(1), self.w_in))
        y = torch.matmul(h, self.w_out)
        return Routed((y * gates.transpose(1, 2).unsqueeze(-1)).sum(1), gates)
