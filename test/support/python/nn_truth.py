"""Records what torch.nn really does, for the engine's tests: names and signatures, members for many constructions, errors.

    python test/support/python/nn_truth.py > test/fixtures/torch/nn.json
"""

import inspect
import json
import warnings

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

warnings.simplefilter("ignore")

# One expression each; `m` is what it gives.
CONSTRUCTIONS = """
nn.Identity(54, unused=1)
nn.Linear(20, 30)
nn.Linear(20, 30, bias=False)
nn.Linear(20, 30, dtype=torch.float16)
nn.Bilinear(20, 30, 40)
nn.Bilinear(20, 30, 40, bias=False)
nn.Conv1d(16, 33, 3, stride=2)
nn.Conv1d(16, 32, 5, padding='same', groups=4)
nn.Conv2d(16, 33, 3)
nn.Conv2d(16, 33, (3, 5), stride=(2, 1), padding=(4, 2), dilation=(3, 1))
nn.Conv2d(16, 32, 3, groups=16, bias=False, padding_mode='reflect')
nn.Conv2d(8, 8, 4, padding='same', padding_mode='circular')
nn.Conv3d(16, 33, (3, 5, 2), stride=(2, 1, 1), padding=(4, 2, 0))
nn.ConvTranspose1d(16, 33, 3)
nn.ConvTranspose2d(16, 32, 3, stride=2, output_padding=1, groups=4)
nn.ConvTranspose2d(16, 33, (3, 5), bias=False)
nn.ConvTranspose3d(16, 33, 3, stride=2)
nn.LazyLinear(10)
nn.LazyConv2d(8, 3, bias=False)
nn.LazyConvTranspose1d(8, 3)
nn.LazyBatchNorm2d()
nn.LazyBatchNorm1d(affine=False)
nn.LazyInstanceNorm3d(affine=True)
nn.BatchNorm1d(100)
nn.BatchNorm2d(100, affine=False)
nn.BatchNorm2d(100, track_running_stats=False)
nn.BatchNorm3d(100, bias=False)
nn.SyncBatchNorm(10)
nn.SyncBatchNorm.convert_sync_batchnorm(nn.Sequential(nn.Conv2d(3, 8, 3), nn.Sequential(nn.BatchNorm2d(8), nn.ReLU())))
nn.InstanceNorm1d(100)
nn.InstanceNorm2d(100, affine=True)
nn.InstanceNorm3d(100, affine=True, track_running_stats=True)
nn.GroupNorm(3, 6)
nn.GroupNorm(3, 6, affine=False)
nn.GroupNorm(3, 6, bias=False)
nn.LayerNorm(10)
nn.LayerNorm([20, 5, 10])
nn.LayerNorm((5, 10), bias=False)
nn.LayerNorm(10, elementwise_affine=False)
nn.RMSNorm([2, 3])
nn.RMSNorm(8, elementwise_affine=False)
nn.LocalResponseNorm(2)
nn.CrossMapLRN2d(2)
nn.Embedding(10, 3)
nn.Embedding(10, 3, padding_idx=-1, max_norm=1.0)
nn.Embedding.from_pretrained(torch.zeros(7, 5))
nn.Embedding.from_pretrained(torch.zeros(7, 5), freeze=False, padding_idx=2)
nn.EmbeddingBag(10, 3, mode='sum')
nn.EmbeddingBag.from_pretrained(torch.zeros(7, 5))
nn.PReLU()
nn.PReLU(num_parameters=16, init=0.1)
nn.RNN(10, 20, 2)
nn.RNN(10, 20, 1, 'relu', False)
nn.RNN(10, 20, nonlinearity='relu', bidirectional=True)
nn.LSTM(10, 20, 2)
nn.LSTM(10, 20, num_layers=2, bidirectional=True, dropout=0.5, batch_first=True)
nn.LSTM(10, 20, proj_size=5, num_layers=2, bidirectional=True)
nn.LSTM(10, 20, bias=False, proj_size=7)
nn.GRU(10, 20, 3, bidirectional=True)
nn.GRU(10, 20, bias=False)
nn.RNNCell(10, 20)
nn.RNNCell(10, 20, bias=False, nonlinearity='relu')
nn.LSTMCell(10, 20)
nn.GRUCell(10, 20, bias=False)
nn.MultiheadAttention(64, 8)
nn.MultiheadAttention(64, 8, bias=False, batch_first=True)
nn.MultiheadAttention(64, 4, kdim=32, vdim=16)
nn.MultiheadAttention(64, 4, kdim=32, vdim=16, add_bias_kv=True, add_zero_attn=True)
nn.MultiheadAttention(64, 4, vdim=16, bias=False, add_bias_kv=True)
nn.TransformerEncoderLayer(64, 8)
nn.TransformerEncoderLayer(64, 8, 128, activation='gelu', norm_first=True, batch_first=True, bias=False)
nn.TransformerEncoderLayer(64, 8, activation=nn.GELU())
nn.TransformerDecoderLayer(64, 8, 100)
nn.TransformerEncoder(nn.TransformerEncoderLayer(32, 4, 64), 3, norm=nn.LayerNorm(32))
nn.TransformerDecoder(nn.TransformerDecoderLayer(32, 4, 64), 2)
nn.Transformer(32, 4, 2, 3, 48)
nn.Transformer(32, 4, 1, 1, 48, custom_encoder=nn.Linear(3, 3))
nn.AdaptiveLogSoftmaxWithLoss(64, 1000, cutoffs=[10, 100, 500])
nn.AdaptiveLogSoftmaxWithLoss(64, 1000, [20], div_value=2.0, head_bias=True)
nn.CrossEntropyLoss()
nn.CrossEntropyLoss(weight=torch.ones(5), label_smoothing=0.1)
nn.NLLLoss(torch.ones(3))
nn.BCELoss(weight=torch.ones(4))
nn.BCEWithLogitsLoss(pos_weight=torch.ones(6))
nn.MultiMarginLoss(weight=torch.ones(4))
nn.MultiLabelSoftMarginLoss()
nn.LinearCrossEntropyLoss(16, 10, bias=True)
nn.LinearCrossEntropyLoss(16, 10, out_features=(2, 3), weight=torch.ones(10))
nn.MSELoss(size_average=False)
nn.TripletMarginWithDistanceLoss()
nn.TripletMarginWithDistanceLoss(distance_function=nn.CosineSimilarity())
nn.CTCLoss()
nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 3))
nn.Sequential(OrderedDict([('conv', nn.Conv2d(1, 20, 5)), ('relu', nn.ReLU())]))
nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 3))[1:]
nn.Sequential(nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 3))[-1]
nn.Sequential(nn.Linear(1, 2), nn.ReLU()).append(nn.Linear(2, 3)).extend([nn.Tanh(), nn.Linear(3, 1)])
nn.Sequential(nn.Linear(1, 2), nn.ReLU()).insert(1, nn.Dropout(0.1))
nn.Sequential(nn.Linear(1, 2)) + nn.Sequential(nn.Linear(2, 3))
nn.Sequential(nn.Linear(2, 2)) * 3
nn.ModuleList([nn.Linear(10, 10) for i in range(4)])
nn.ModuleList([nn.Linear(10, 10) for i in range(4)])[1:3]
nn.ModuleList([nn.Linear(1, 1)]) + [nn.Linear(2, 2)]
nn.ModuleList([nn.Linear(1, 1)]).extend([nn.Linear(2, 2), nn.Linear(3, 3)])
nn.ModuleDict({'conv': nn.Conv2d(10, 10, 3), 'pool': nn.MaxPool2d(3)})
nn.ModuleDict([['lrelu', nn.LeakyReLU()], ['prelu', nn.PReLU()]])
nn.ParameterList([nn.Parameter(torch.randn(10, 10)) for i in range(3)])
nn.ParameterList([torch.zeros(2), torch.zeros(3)])
nn.ParameterDict({'right': nn.Parameter(torch.randn(5, 10)), 'left': torch.randn(5, 5)})
nn.DataParallel(nn.Linear(2, 3))
nn.MaxPool2d(3, 2, 1)
nn.AvgPool1d(2)
nn.FractionalMaxPool2d(3, output_size=(13, 12), _random_samples=torch.zeros(1, 1, 2))
nn.Upsample(scale_factor=2, mode='nearest')
nn.UpsamplingBilinear2d(scale_factor=2)
nn.ConstantPad2d(2, 3.5)
nn.ZeroPad2d((1, 2, 3, 4))
nn.Unflatten(1, (2, 5))
nn.PairwiseDistance(p=2)
nn.utils.weight_norm(nn.Linear(20, 40), name='weight')
nn.utils.weight_norm(nn.Conv2d(3, 8, 5), dim=None)
nn.utils.weight_norm(nn.ConvTranspose1d(6, 4, 3), dim=1)
nn.utils.weight_norm(nn.Conv1d(6, 4, 3), dim=2)
nn.utils.remove_weight_norm(nn.utils.weight_norm(nn.Linear(20, 40)))
nn.utils.spectral_norm(nn.Linear(20, 40))
nn.utils.spectral_norm(nn.ConvTranspose2d(6, 4, 3))
nn.utils.remove_spectral_norm(nn.utils.spectral_norm(nn.Linear(20, 40)))
nn.utils.parametrizations.weight_norm(nn.Linear(20, 40))
nn.utils.parametrizations.weight_norm(nn.Conv1d(4, 8, 3), dim=None)
nn.utils.parametrizations.spectral_norm(nn.Linear(20, 40))
nn.utils.parametrizations.spectral_norm(nn.Conv2d(3, 8, 5))
nn.utils.parametrizations.spectral_norm(nn.BatchNorm2d(8))
nn.utils.parametrizations.orthogonal(nn.Linear(20, 40))
nn.utils.parametrizations.orthogonal(nn.Linear(40, 20))
nn.utils.parametrizations.orthogonal(nn.Linear(20, 20))
nn.utils.parametrizations.orthogonal(nn.Linear(20, 30), use_trivialization=False)
nn.utils.parametrize.remove_parametrizations(nn.utils.parametrizations.weight_norm(nn.Linear(20, 40)), 'weight')
nn.utils.fuse_conv_bn_eval(nn.Conv2d(3, 8, 3, bias=False).eval(), nn.BatchNorm2d(8).eval())
nn.utils.fuse_linear_bn_eval(nn.Linear(3, 8).eval(), nn.BatchNorm1d(8).eval())
prune.l1_unstructured(nn.Linear(3, 4), 'weight', 0.3)
nn.utils.skip_init(nn.Linear, 5, 1)
torch.ao.quantization.QuantWrapper(nn.Linear(2, 2))
torch.ao.nn.quantized.FloatFunctional()
Tied()
Frozen()
Poked()
Buffers()
Replaced()
Deleted()
DeepCopied()
ShallowCopied()
Retied()
Converted()
Stacked()
Recurrent()
Nested()
Wrapped()
Inherited()
Slotted()
Conditional(False)
Conditional(True)
Generated()
nn.utils.parametrize.register_parametrization(nn.BatchNorm1d(4), 'running_mean', Doubled())
nn.utils.weight_norm(nn.LSTM(3, 4), 'weight_hh_l0')
nn.utils.weight_norm(nn.utils.weight_norm(nn.GRU(3, 4), 'weight_ih_l0'), 'weight_hh_l0')
nn.utils.spectral_norm(nn.utils.spectral_norm(nn.Bilinear(2, 3, 4)), 'bias', dim=0)
nn.Sequential(nn.Linear(1, 2)).apply(lambda m: m.register_buffer('seen', torch.zeros(1)))
nn.ModuleDict(OrderedDict(a=nn.ReLU(), b=nn.Linear(1, 1)))
nn.ModuleDict(nn.ModuleDict({'z': nn.Linear(1, 1), 'a': nn.Linear(2, 2)}))
nn.ParameterDict(OrderedDict(b=torch.zeros(1), a=torch.zeros(2)))
nn.ParameterDict({'x': nn.Parameter(torch.zeros(3)), 'plain': 5}) | nn.ParameterDict({'y': torch.zeros(4)})
nn.ParameterList([nn.Parameter(torch.zeros(i)) for i in range(1, 5)])[1:3]
nn.ParameterList([torch.zeros(2)]).append(nn.Parameter(torch.zeros(3))).extend([torch.zeros(4)])
nn.Linear(3, 4).to(torch.bfloat16).requires_grad_(False)
nn.Linear(3, 4, device='cpu', dtype=torch.double)
nn.Linear(in_features=3, out_features=4)
nn.Conv2d(3, 8, kernel_size=[3, 1])
nn.Conv2d(3, 8, (3,) * 2, padding=(1, 1))
nn.Embedding(num_embeddings=5, embedding_dim=2, padding_idx=0)
""".strip().splitlines()

# Calls of modules: what comes out, and the multiply-accumulates by PyTorch's own counter.
FORWARDS = """
nn.Linear(20, 30)(z(4, 5, 20))
nn.Bilinear(20, 30, 40)(z(128, 20), z(128, 30))
nn.Identity()(z(3))
nn.Conv1d(16, 33, 3, stride=2)(z(20, 16, 50))
nn.Conv1d(16, 32, 5, padding='same', groups=4)(z(2, 16, 50))
nn.Conv2d(16, 33, (3, 5), stride=(2, 1), padding=(4, 2), dilation=(3, 1))(z(2, 16, 50, 100))
nn.Conv2d(16, 32, 3, groups=16, padding=1, padding_mode='reflect')(z(2, 16, 10, 12))
nn.Conv2d(8, 8, 4, padding='same', padding_mode='circular')(z(2, 8, 9, 9))
nn.Conv2d(8, 4, 3)(z(8, 9, 9))
nn.Conv3d(16, 33, (3, 5, 2), stride=(2, 1, 1), padding=(4, 2, 0))(z(2, 16, 10, 50, 20))
nn.ConvTranspose1d(16, 33, 3)(z(2, 16, 10))
nn.ConvTranspose2d(16, 32, 3, stride=2, padding=1, groups=4)(z(1, 16, 12, 12), output_size=(24, 24))
nn.ConvTranspose2d(16, 33, 4, 2, 1)(z(1, 16, 12, 12))
nn.ConvTranspose3d(4, 3, 3, stride=2)(z(2, 4, 5, 5, 5))
nn.LazyLinear(10)(z(4, 7))
nn.LazyConv2d(8, 3)(z(2, 5, 10, 10))
nn.Sequential(nn.LazyConv1d(4, 3), nn.LazyBatchNorm1d(), nn.Flatten(), nn.LazyLinear(2))(z(2, 3, 10))
nn.BatchNorm1d(100)(z(20, 100))
nn.BatchNorm2d(100)(z(20, 100, 35, 45))
nn.BatchNorm3d(10)(z(2, 10, 3, 4, 5))
nn.SyncBatchNorm(10)(z(2, 10, 3))
nn.InstanceNorm2d(10, affine=True)(z(2, 10, 3, 4))
nn.InstanceNorm1d(10)(z(10, 7))
nn.GroupNorm(3, 6)(z(20, 6, 10, 10))
nn.LayerNorm([5, 10])(z(20, 5, 10))
nn.RMSNorm(10)(z(20, 5, 10))
nn.LocalResponseNorm(2)(z(2, 5, 6, 6))
nn.Embedding(10, 3)(z(2, 4).long())
nn.EmbeddingBag(10, 3, mode='sum')(z(4, 6).long())
nn.PReLU(8)(z(2, 8, 3))
nn.Sequential(nn.ReLU(), nn.GELU(), nn.SiLU(), nn.Mish(), nn.ELU(), nn.CELU(), nn.SELU(), nn.Tanh(), nn.Sigmoid(), nn.Softplus())(z(2, 3))
nn.Sequential(nn.Hardswish(), nn.Hardsigmoid(), nn.Hardtanh(), nn.ReLU6(), nn.LeakyReLU(0.2), nn.Softsign(), nn.LogSigmoid(), nn.Tanhshrink())(z(2, 3))
nn.Sequential(nn.Softmax(dim=1), nn.LogSoftmax(-1), nn.Softmin(0), nn.Threshold(0.1, 20), nn.Hardshrink(), nn.Softshrink(), nn.RReLU())(z(2, 3))
nn.GLU()(z(4, 6))
nn.Softmax2d()(z(2, 3, 4, 4))
nn.Sequential(nn.Dropout(), nn.AlphaDropout())(z(2, 3))
nn.Dropout2d()(z(2, 3, 4, 4))
nn.MaxPool2d(3, 2, 1)(z(2, 3, 33, 34))
nn.MaxPool2d(2, ceil_mode=True, return_indices=True)(z(2, 3, 7, 7))
nn.MaxPool1d(3, dilation=2)(z(2, 3, 20))
nn.MaxPool3d(2)(z(1, 2, 8, 9, 10))
nn.MaxUnpool2d(2)(z(1, 1, 2, 2), z(1, 1, 2, 2).long())
nn.AvgPool1d(3, stride=2)(z(1, 1, 7))
nn.AvgPool2d((3, 2), stride=(2, 1), ceil_mode=True)(z(20, 16, 50, 32))
nn.AvgPool3d(3, 2)(z(2, 4, 9, 9, 9))
nn.LPPool2d(2, 3, stride=2)(z(2, 4, 10, 10))
nn.AdaptiveAvgPool2d((None, 7))(z(1, 64, 10, 9))
nn.AdaptiveAvgPool1d(5)(z(1, 64, 8))
nn.AdaptiveMaxPool2d((5, 7), return_indices=True)(z(1, 64, 8, 9))
nn.FractionalMaxPool2d(3, output_size=(5, 4))(z(2, 4, 20, 16))
nn.ConstantPad2d((3, 0, 2, 1), 3.5)(z(1, 2, 3, 4))
nn.ReflectionPad1d(2)(z(1, 2, 4))
nn.ReplicationPad3d(1)(z(1, 2, 3, 4, 5))
nn.CircularPad2d(1)(z(1, 2, 3, 4))
nn.ZeroPad2d((1, 1, 2, 0))(z(1, 2, 3, 4))
nn.Flatten()(z(32, 1, 5, 5))
nn.Unflatten(1, (2, 5))(z(2, 10, 3))
nn.Unflatten(-1, (2, -1))(z(2, 10))
nn.Fold(output_size=(4, 5), kernel_size=(2, 2))(z(1, 3 * 2 * 2, 12))
nn.Unfold(kernel_size=(2, 3))(z(2, 5, 3, 4))
nn.PixelShuffle(3)(z(1, 9, 4, 4))
nn.PixelUnshuffle(3)(z(1, 1, 12, 12))
nn.ChannelShuffle(2)(z(1, 4, 2, 2))
nn.Upsample(scale_factor=2, mode='nearest')(z(1, 1, 2, 2))
nn.Upsample(size=(5, 7), mode='bilinear')(z(1, 1, 2, 2))
nn.UpsamplingBilinear2d(scale_factor=2)(z(1, 1, 3, 3))
nn.CosineSimilarity(dim=1)(z(100, 128), z(100, 128))
nn.PairwiseDistance(p=2, keepdim=True)(z(100, 128), z(100, 128))
nn.RNN(10, 20, 2)(z(5, 3, 10), z(2, 3, 20))
nn.RNN(10, 20, nonlinearity='relu', bidirectional=True, batch_first=True)(z(3, 5, 10))
nn.LSTM(10, 20, 2)(z(5, 3, 10))
nn.LSTM(10, 20, 2, bidirectional=True, batch_first=True)(z(3, 5, 10))
nn.LSTM(10, 20, proj_size=5, num_layers=2)(z(5, 3, 10))
nn.LSTM(10, 20)(z(5, 10))
nn.GRU(10, 20, 2, batch_first=True)(z(3, 5, 10), z(2, 3, 20))
nn.RNNCell(10, 20)(z(3, 10))
nn.LSTMCell(10, 20)(z(3, 10), (z(3, 20), z(3, 20)))
nn.GRUCell(10, 20)(z(10))
nn.MultiheadAttention(64, 8)(z(5, 2, 64), z(7, 2, 64), z(7, 2, 64))
nn.MultiheadAttention(64, 8, batch_first=True)(z(2, 5, 64), z(2, 5, 64), z(2, 5, 64), need_weights=False)
nn.MultiheadAttention(64, 4, kdim=32, vdim=16, batch_first=True)(z(2, 5, 64), z(2, 7, 32), z(2, 7, 16), average_attn_weights=False)
nn.MultiheadAttention(64, 4, add_bias_kv=True, add_zero_attn=True)(z(5, 64), z(7, 64), z(7, 64))
nn.TransformerEncoderLayer(64, 8, 128)(z(10, 2, 64))
nn.TransformerEncoderLayer(64, 8, 128, batch_first=True, norm_first=True, activation='gelu')(z(2, 10, 64))
nn.TransformerEncoder(nn.TransformerEncoderLayer(32, 4, 64, batch_first=True), 3)(z(2, 10, 32))
nn.TransformerDecoder(nn.TransformerDecoderLayer(32, 4, 64), 2)(z(6, 2, 32), z(10, 2, 32))
nn.Transformer(32, 4, 2, 3, 48)(z(10, 2, 32), z(20, 2, 32))
nn.Transformer(32, 4, 1, 1, 48, batch_first=True)(z(2, 10, 32), z(2, 20, 32), tgt_mask=nn.Transformer.generate_square_subsequent_mask(20), tgt_is_causal=True)
nn.AdaptiveLogSoftmaxWithLoss(64, 100, [10, 20]).log_prob(z(4, 64))
nn.CrossEntropyLoss()(z(3, 5), z(3).long())
nn.CrossEntropyLoss(reduction='none')(z(3, 5, 7), z(3, 7).long())
nn.BCEWithLogitsLoss(pos_weight=z(6))(z(3, 6), z(3, 6))
nn.MSELoss()(z(3, 5), z(3, 5))
nn.SmoothL1Loss(reduction='none')(z(3, 5), z(3, 5))
nn.KLDivLoss(reduction='batchmean')(z(3, 5), z(3, 5))
nn.TripletMarginLoss()(z(3, 5), z(3, 5), z(3, 5))
nn.TripletMarginWithDistanceLoss(reduction='none')(z(3, 5), z(3, 5), z(3, 5))
nn.CosineEmbeddingLoss()(z(3, 5), z(3, 5), z(3))
nn.LinearCrossEntropyLoss(16, 10)(z(4, 16), z(4).long())
nn.DataParallel(nn.Linear(2, 3))(z(4, 2))
nn.utils.weight_norm(nn.Conv1d(4, 8, 3))(z(2, 4, 9))
nn.utils.parametrizations.weight_norm(nn.Linear(20, 40))(z(3, 20))
nn.utils.parametrizations.spectral_norm(nn.Linear(20, 40))(z(3, 20))
nn.utils.spectral_norm(nn.Conv2d(3, 8, 5))(z(3, 3, 9, 9))
nn.utils.rnn.pad_sequence([z(25, 300), z(22, 300), z(15, 300)])
nn.utils.parameters_to_vector(nn.Linear(3, 4).parameters())
hooked()
""".strip().splitlines()

# Definitions the expressions above use; the engine interprets the same text.
PRELUDE = """
import copy
from collections import OrderedDict
import torch
from torch import nn
from torch.nn.utils import prune


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(7, 4)
        self.head = nn.Linear(4, 7, bias=False)
        self.head.weight = self.embed.weight
        self.again = self.head


class Frozen(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
        self.head = nn.Linear(4, 2)
        for parameter in self.body.parameters():
            parameter.requires_grad = False
        self.head.bias.requires_grad_(False)


class Poked(nn.Module):
    def __init__(self):
        self.early = 3
        super().__init__()
        self._modules['odd'] = nn.Linear(2, 2)
        self._parameters['p'] = nn.Parameter(torch.zeros(3))
        self.register_parameter('none', None)
        self.hidden = [nn.Linear(5, 5)]
        self.shown = nn.ModuleList(self.hidden)
        self.scale = 2.0


class Buffers(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer('kept', torch.zeros(2, 3))
        self.register_buffer('lost', torch.zeros(5), persistent=False)
        self.register_buffer('none', None)
        self.made = nn.Buffer(torch.ones(4), persistent=False)
        self.kept = torch.ones(2, 3, 4)
        self.none = torch.zeros(6)
        self.plain = torch.zeros(9)


class Replaced(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 3)
        self.a = nn.Conv2d(1, 2, 3)
        self.b = 5
        self.b = nn.Parameter(torch.zeros(4))
        self.c = nn.Parameter(torch.zeros(4))
        self.c = None
        self.d = nn.Linear(1, 1)
        self.d = None
        self.e = nn.Linear(2, 2)
        self.e.bias = None
        self.f = torch.zeros(6)
        self.f = nn.Linear(7, 1)
        self.g = nn.Buffer(torch.zeros(6))
        self.g = nn.Parameter(torch.zeros(8))


class Deleted(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(1, 1), nn.Linear(2, 2), nn.Linear(3, 3))
        del self.layers[1]
        self.gone = nn.Linear(4, 4)
        del self.gone
        self.list = nn.ModuleList([nn.Linear(1, 1), nn.Linear(2, 2)])
        self.list.insert(0, nn.Linear(5, 5))
        self.list[1] = nn.Tanh()
        self.list.pop(2)
        self.map = nn.ModuleDict({'x': nn.Linear(1, 2)})
        self.map['y'] = nn.Linear(3, 3)
        del self.map['x']


def z(*size):
    return torch.zeros(*size)


def hooked():
    layer = nn.Linear(3, 4)
    layer.register_forward_pre_hook(lambda module, args: (args[0][:, :3],))
    layer.register_forward_hook(lambda module, args, output: output.unsqueeze(-1))
    handle = layer.register_forward_hook(lambda module, args, output: 1 / 0)
    handle.remove()
    return layer(torch.zeros(2, 5))


class DeepCopied(nn.Module):
    def __init__(self):
        super().__init__()
        shared = nn.Linear(2, 2)
        block = nn.Sequential(shared, nn.ReLU(), shared)
        block[0].bias.requires_grad_(False)
        self.blocks = nn.ModuleList([copy.deepcopy(block) for _ in range(3)])
        self.first = self.blocks[0]


class ShallowCopied(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 2)
        self.b = copy.copy(self.a)
        self.c = copy.deepcopy(self.a)
        self.c.weight = self.a.weight


class Retied(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 2)
        self.b = nn.Linear(2, 2)
        self.b.weight.data = self.a.weight.data
        self.c = nn.Parameter(self.a.weight)
        self.d = nn.Parameter(self.a.weight.detach().clone().t())
        self.e = nn.Parameter(torch.cat([self.a.weight, self.b.weight]))
        self.f = self.a.weight


class Converted(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(2, 2)
        self.register_buffer('position', torch.arange(6).view(1, -1))
        self.half()
        self.b = nn.BatchNorm2d(3)
        self.a.weight.data = torch.zeros(4, 2)
        self.frozen = nn.Parameter(torch.zeros(3, dtype=torch.long), requires_grad=False)


class Doubled(nn.Module):
    def forward(self, x):
        return x * 2


class Split(nn.Module):
    def forward(self, a, b):
        return torch.cat([a, b])

    def right_inverse(self, x):
        return x[:1], x[1:]


class Stacked(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(3, 3)
        nn.utils.parametrize.register_parametrization(self.a, 'weight', Doubled())
        nn.utils.parametrize.register_parametrization(self.a, 'weight', Doubled())
        nn.utils.parametrize.register_parametrization(self.a, 'bias', Split())
        self.b = nn.utils.parametrizations.weight_norm(nn.Linear(2, 2))
        nn.utils.parametrize.remove_parametrizations(self.b, 'weight')
        self.c = copy.deepcopy(self.a)
        self.shape = self.a.weight.shape


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.cells = nn.ModuleList(nn.LSTMCell(4 if i == 0 else 8, 8) for i in range(2))
        self.rnn = nn.LSTM(4, 8, 2, batch_first=True)
        for name, parameter in self.rnn.named_parameters():
            if 'bias' in name:
                parameter.requires_grad = False
        for weights in self.rnn.all_weights:
            nn.init.orthogonal_(weights[1])


class Nested(nn.Module):
    def __init__(self):
        super().__init__()
        self.grid = nn.ModuleList([nn.ModuleList([nn.Linear(i + 1, j + 1) for j in range(2)]) for i in range(2)])
        self.grid[0].append(nn.Identity())
        self.grid.extend([nn.ModuleDict({'k': nn.Sequential(*[nn.Conv1d(1, 1, 1)] * 2)})])
        self.grid += [nn.ReLU()]
        self.pairs = nn.ModuleDict()
        for name in ['b', 'a']:
            self.pairs[name] = nn.Linear(1, 1)
        self.pairs.update({'c': self.pairs['a']})
        self.pairs.pop('b')


class Wrapped(nn.Module):
    def __init__(self):
        super().__init__()
        inner = nn.Linear(2, 2)
        object.__setattr__(self, 'hidden', nn.Linear(9, 9))
        self.__dict__['also_hidden'] = nn.Linear(8, 8)
        self.add_module('inner', inner)
        self.register_module('other', nn.Linear(3, 3))
        self.outer = nn.DataParallel(inner)
        self.fn = lambda: inner
        self.pair = (inner, nn.Linear(7, 7))


class Base(nn.Module):
    width = 4
    scale = None

    def __init__(self, *args, **kwargs):
        super().__init__()
        self.layer = self.make(*args, **kwargs)

    def make(self, depth=1):
        return nn.Linear(self.width, self.width)


class Inherited(Base):
    width = 6

    def __init__(self):
        super().__init__(depth=2)
        self.extra = super().make()
        self.scale = nn.Parameter(torch.ones(3)) if False else None

    def make(self, depth):
        return nn.Sequential(*(super(Inherited, self).make() for _ in range(depth)))


class Slotted(nn.Module):
    def __init__(self):
        super().__init__()
        self._value = 3
        self.value = nn.Linear(1, 1)
        setattr(self, 'dyn_%d' % 1, nn.Linear(2, 1))
        for i, child in enumerate(list(self.children())):
            self.add_module(f'copy{i}', copy.deepcopy(child))
        delattr(self, 'dyn_1')

    @property
    def alias(self):
        return self.value


class Conditional(nn.Module):
    def __init__(self, residual):
        super().__init__()
        self.skip = nn.Conv2d(1, 2, 1) if residual else nn.Identity()
        self.norm = residual and nn.BatchNorm2d(2) or None
        self.drop = nn.Dropout(0.1) if not residual else None
        if residual:
            self.register_buffer('mask', torch.tril(torch.ones(4, 4)).view(1, 1, 4, 4))


class Generated(nn.Module):
    def __init__(self):
        super().__init__()
        rates = [x.item() for x in torch.linspace(0, 0.3, 3)]
        widths = [2 ** i for i in range(3)]
        self.stages = nn.Sequential(OrderedDict(
            (f'stage{i}', nn.Sequential(nn.Linear(a, b), nn.Dropout(r)))
            for i, (a, b, r) in enumerate(zip(widths[:-1], widths[1:], rates))
        ))
        with torch.no_grad():
            size = self.stages(torch.zeros(1, 1)).flatten(1).shape[1]
        self.head = nn.Linear(size, 2)
        dummy = nn.Conv2d(1, 4, 3, stride=2)(torch.zeros(1, 1, 9, 9))
        self.flat = nn.Linear(dummy.numel(), 1)


class Early(nn.Module):
    def __init__(self):
        self.layer = nn.Linear(1, 1)
        super().__init__()


class EarlyParameter(nn.Module):
    def __init__(self):
        self.weight = nn.Parameter(torch.zeros(1))
        super().__init__()


class WrongParameter(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.weight = torch.zeros(1)


class WrongModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(1, 1)
        self.layer = 3


class Taken(nn.Module):
    def __init__(self):
        super().__init__()
        self.x = 1
        self.register_buffer('x', torch.zeros(1))
"""

# Expressions that raise.
ERRORS = """
nn.Conv2d(3, 8, 3, groups=2)
nn.Conv2d(4, 7, 3, groups=2)
nn.Conv2d(3, 8, 3, groups=0)
nn.Conv2d(3, 8, 3, padding='valid ')
nn.Conv2d(3, 8, 3, padding='same', stride=2)
nn.ConvTranspose2d(3, 8, 3, padding_mode='reflect')
nn.GroupNorm(4, 6)
nn.MultiheadAttention(10, 3)
nn.MultiheadAttention(0, 3)
nn.Dropout(1.5)
nn.Embedding(10, 3, padding_idx=10)
nn.LSTM(10, 20, proj_size=20)
nn.LSTM(10.0, 20)
nn.GRU(10, 20, proj_size=2)
nn.RNN(10, 20, nonlinearity='gelu')
nn.LSTM(0, 20)
nn.Hardtanh(2, 1)
nn.Unflatten(1, 5)
nn.FractionalMaxPool2d(3)
nn.AdaptiveLogSoftmaxWithLoss(8, 10, [])
nn.TransformerEncoderLayer(8, 2, activation='tanh')
nn.ReLU(3, 4)
nn.Sigmoid(True)
nn.Linear(3)
nn.Linear(3, 4, biased=True)
nn.Module().forward(1)
nn.Sequential(nn.ReLU())[3]
nn.Sequential(nn.ReLU(), 5)
nn.ModuleList([3])
nn.ModuleDict({'a.b': nn.ReLU()})
nn.Module().missing
Early()
EarlyParameter()
WrongParameter()
WrongModule()
Taken()
nn.Module().add_module('', nn.ReLU())
nn.Module().register_parameter('a', torch.zeros(1))
nn.Module().get_submodule('a.b')
nn.init.xavier_uniform_(torch.zeros(3))
nn.init.kaiming_normal_(torch.zeros(3, 3), mode='fan')
nn.init.calculate_gain('gelu')
nn.init.dirac_(torch.zeros(3, 3))
nn.Parameter(torch.zeros(3, dtype=torch.long))
nn.Linear(3, -4)
""".strip().splitlines()


def default(value):
    if value is inspect.Parameter.empty:
        return "required"
    if callable(value):
        return getattr(value, "__name__", "callable")
    return repr(value)


def signature(cls):
    try:
        parameters = inspect.signature(cls.__init__).parameters.values()
    except ValueError:
        return None
    return [[p.name, p.kind.name, default(p.default)] for p in parameters if p.name != "self"]


def size(tensor):
    if torch.nn.parameter.is_lazy(tensor):
        return None
    return list(tensor.shape)


def members(module):
    return {
        "parameters": [[name, size(p), p.requires_grad] for name, p in module.named_parameters()],
        "buffers": [[name, size(b), str(b.dtype)] for name, b in module.named_buffers()],
        "modules": [[name, type(m).__name__.removeprefix("Parametrized")] for name, m in module.named_modules()],
        "state": list(module.state_dict()),
        "slots": [*module._parameters, *module._buffers],
    }


def shapes(value):
    if isinstance(value, torch.Tensor):
        return list(value.shape)
    if isinstance(value, (tuple, list)):
        return [shapes(item) for item in value]
    return value


def forward(text, namespace):
    # On the meta device: the CPU's fused kernels are not counted.
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        output = eval(text, namespace)
    return {"output": shapes(output), "macs": counter.get_total_flops() // 2}


def main():
    names = {
        name: signature(value)
        for name, value in sorted(vars(nn).items())
        if inspect.isclass(value) and not name.startswith("_")
    }
    namespace = {}
    exec(PRELUDE, namespace)
    constructions = {text: members(eval(text, namespace)) for text in CONSTRUCTIONS}
    forwards = {text: forward(text, namespace) for text in FORWARDS}
    errors = {}
    for text in ERRORS:
        try:
            eval(text, namespace)
        except Exception as error:
            errors[text] = [type(error).__name__, str(error)]
        else:
            raise SystemExit(f"{text} did not raise")
    methods = sorted(name for name in dir(nn.Module) if not name.startswith("__") or name in ("__call__", "__setattr__", "__getattr__"))
    print(
        json.dumps(
            {"torch": torch.__version__, "names": names, "module": methods, "prelude": PRELUDE, "constructions": constructions, "forwards": forwards, "errors": errors},
            indent=1,
        )
    )


main()
