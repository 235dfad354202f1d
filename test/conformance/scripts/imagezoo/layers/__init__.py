from .activations import GatedUnit, Mish, Swish, hard_mish, swish
from .classifier import ClassifierHead, NormMlpHead, create_classifier
from .config import is_scriptable, set_layer_config, use_fused_attention
from .convs import ConvNormAct, MixedConv2d, create_conv2d, get_padding, pad_same
from .create_act import create_act_layer, get_act_fn, get_act_layer
from .create_norm import create_norm_layer, get_norm_act_layer, get_norm_layer
from .drop import DropPath, drop_path
from .helpers import extend_tuple, make_divisible, to_1tuple, to_2tuple, to_3tuple, to_ntuple
from .mlp import ConvMlp, GluMlp, Mlp
from .norms import BatchNormAct2d, GroupNorm1, GroupNormAct, LayerNorm2d, LayerNormAct
from .patch_embed import PatchEmbed, resample_positions
from .pool import AttentionPool, SelectPool
from .squeeze import ChannelAttention, SqueezeExcite, create_attn
from .weight_init import lecun_normal_, trunc_normal_, variance_scaling_
