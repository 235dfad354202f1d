import torch
import torch.nn as nn
import torch.nn.functional as F


def avgmax(x, output_size=1):
    return 0.5 * (F.adaptive_avg_pool2d(x, output_size) + F.adaptive_max_pool2d(x, output_size))


class FastAvgPool(nn.Module):
    def __init__(self, flatten: bool = False, keepdim: bool = True):
        super().__init__()
        self.flatten = flatten
        self.dim = (2, 3)
        self.keepdim = False if flatten else keepdim

    def forward(self, x):
        return x.mean(self.dim, keepdim=self.keepdim)


class AvgMaxPool(nn.Module):
    def forward(self, x):
        return avgmax(x)


class SelectPool(nn.Module):
    def __init__(self, output_size=1, pool_type: str = "fast", flatten: bool = False):
        super().__init__()
        self.pool_type = pool_type or ""
        pool_type = pool_type.lower()
        if not pool_type:
            self.pool = nn.Identity()
            self.flatten = nn.Flatten(1) if flatten else nn.Identity()
        elif pool_type.startswith("fast"):
            assert output_size == 1
            self.pool = FastAvgPool(flatten)
            self.flatten = nn.Identity()
        else:
            self.pool = {"avgmax": AvgMaxPool, "max": lambda: nn.AdaptiveMaxPool2d(output_size)}.get(pool_type, lambda: nn.AdaptiveAvgPool2d(output_size))()
            self.flatten = nn.Flatten(1) if flatten else nn.Identity()

    def is_identity(self):
        return not self.pool_type

    def forward(self, x):
        return self.flatten(self.pool(x))

    def __repr__(self):
        return self.__class__.__name__ + "(pool_type=" + self.pool_type + ", flatten=" + str(self.flatten) + ")"


class AttentionPool(nn.Module):
    def __init__(self, in_features, num_heads=8, latent_len=1, mlp_ratio=4.0, norm_layer=None, act_layer=nn.GELU):
        super().__init__()
        from .mlp import Mlp
        self.num_heads = num_heads
        self.head_dim = in_features // num_heads
        self.scale = self.head_dim**-0.5
        self.latent = nn.Parameter(torch.zeros(1, latent_len, in_features))
        self.q = nn.Linear(in_features, in_features)
        self.kv = nn.Linear(in_features, in_features * 2)
        self.proj = nn.Linear(in_features, in_features)
        self.norm = norm_layer(in_features) if norm_layer is not None else nn.Identity()
        self.mlp = Mlp(in_features, int(in_features * mlp_ratio), act_layer=act_layer)
        self.init_weights()

    def init_weights(self):
        from .weight_init import trunc_normal_
        trunc_normal_(self.latent, std=self.latent.shape[-1] ** -0.5)

    def forward(self, x):
        B, N, C = x.shape
        q_latent = self.latent.expand(B, -1, -1)
        L = self.latent.shape[1]
        q = self.q(q_latent).reshape(B, L, self.num_heads, self.head_dim).transpose(1, 2)
        k, v = self.kv(x).reshape(B, N, 2, self.num_heads, self.head_dim).permute(2, 0, 3, 1, 4).unbind(0)
        x = F.scaled_dot_product_attention(q, k, v)
        x = self.proj(x.transpose(1, 2).reshape(B, L, C))
        x = x + self.mlp(self.norm(x))
        return x[:, 0]
