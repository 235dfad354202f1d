# What float models need of torch.ao: stubs, functional wrappers, fusion of float layers. Quantized weights are not described.
import torch
from torch.nn.modules.activation import ReLU
from torch.nn.modules.batchnorm import BatchNorm1d, BatchNorm2d, BatchNorm3d
from torch.nn.modules.container import Sequential
from torch.nn.modules.conv import Conv1d, Conv2d, Conv3d
from torch.nn.modules.linear import Identity, Linear
from torch.nn.modules.module import Module
from torch.nn.utils.fusion import fuse_conv_bn_eval, fuse_linear_bn_eval


class QuantStub(Module):
    def __init__(self, qconfig=None):
        super().__init__()
        if qconfig:
            self.qconfig = qconfig

    def forward(self, x):
        return x


class DeQuantStub(QuantStub):
    pass


class QuantWrapper(Module):
    def __init__(self, module):
        super().__init__()
        qconfig = getattr(module, "qconfig", None)
        self.add_module("quant", QuantStub(qconfig))
        self.add_module("dequant", DeQuantStub(qconfig))
        self.add_module("module", module)
        self.train(module.training)

    def forward(self, X):
        return self.dequant(self.module(self.quant(X)))


class FloatFunctional(Module):
    def __init__(self):
        super().__init__()
        self.activation_post_process = Identity()

    def forward(self, x):
        raise RuntimeError("FloatFunctional is not intended to use the 'forward'. Please use the underlying operation")

    def add(self, x, y):
        return self.activation_post_process(torch.add(x, y))

    def add_scalar(self, x, y):
        return torch.add(x, y)

    def mul(self, x, y):
        return self.activation_post_process(torch.mul(x, y))

    def mul_scalar(self, x, y):
        return torch.mul(x, y)

    def cat(self, x, dim=0):
        return self.activation_post_process(torch.cat(x, dim=dim))

    def add_relu(self, x, y):
        return self.activation_post_process(torch.nn.functional.relu(torch.add(x, y)))

    def matmul(self, x, y):
        return self.activation_post_process(torch.matmul(x, y))


class FXFloatFunctional(FloatFunctional):
    def __init__(self):
        Module.__init__(self)

    def activation_post_process(self, x):
        return x


class _FusedModule(Sequential):
    pass


class ConvReLU1d(_FusedModule):
    pass


class ConvReLU2d(_FusedModule):
    pass


class ConvReLU3d(_FusedModule):
    pass


class LinearReLU(_FusedModule):
    pass


class BNReLU2d(_FusedModule):
    pass


class BNReLU3d(_FusedModule):
    pass


class ConvBn1d(_FusedModule):
    pass


class ConvBn2d(_FusedModule):
    pass


class ConvBn3d(_FusedModule):
    pass


class ConvBnReLU1d(_FusedModule):
    pass


class ConvBnReLU2d(_FusedModule):
    pass


class ConvBnReLU3d(_FusedModule):
    pass


_AXES = {Conv1d: 1, Conv2d: 2, Conv3d: 3}
_WITH_RELU = {1: ConvReLU1d, 2: ConvReLU2d, 3: ConvReLU3d}
_WITH_BN = {1: ConvBn1d, 2: ConvBn2d, 3: ConvBn3d}
_WITH_BOTH = {1: ConvBnReLU1d, 2: ConvBnReLU2d, 3: ConvBnReLU3d}


def _fused(parts, is_qat):
    kinds = [type(part) for part in parts]
    norms = [BatchNorm1d, BatchNorm2d, BatchNorm3d]
    has_norm = len(kinds) > 1 and kinds[1] in norms
    has_relu = kinds[-1] is ReLU
    if len(kinds) != 1 + has_norm + has_relu or kinds[0] not in [Conv1d, Conv2d, Conv3d, Linear]:
        raise NotImplementedError(f"Cannot fuse modules: {tuple(kinds)}")
    first = parts[0]
    if kinds[0] is Linear:
        if has_norm:
            first = fuse_linear_bn_eval(first, parts[1])
        return LinearReLU(first, parts[-1]) if has_relu else first
    axes = _AXES[kinds[0]]
    if not has_norm:
        return _WITH_RELU[axes](first, parts[-1]) if has_relu else first
    if is_qat:
        return (_WITH_BOTH if has_relu else _WITH_BN)[axes](*parts)
    first = fuse_conv_bn_eval(first, parts[1])
    return _WITH_RELU[axes](first, parts[-1]) if has_relu else first


def _fuse_list(model, names, is_qat):
    parts = [model.get_submodule(name) for name in names]
    replacements = [_fused(parts, is_qat)] + [Identity() for _ in parts[1:]]
    for name, module in zip(names, replacements):
        model.set_submodule(name, module)


def _fuse(model, modules_to_fuse, inplace, is_qat):
    import copy

    if not inplace:
        model = copy.deepcopy(model)
    if all(isinstance(name, str) for name in modules_to_fuse):
        modules_to_fuse = [modules_to_fuse]
    for names in modules_to_fuse:
        _fuse_list(model, names, is_qat)
    return model


def fuse_modules(model, modules_to_fuse, inplace=False, fuser_func=None, fuse_custom_config_dict=None):
    return _fuse(model, modules_to_fuse, inplace, False)


def fuse_modules_qat(model, modules_to_fuse, inplace=False, fuser_func=None, fuse_custom_config_dict=None):
    return _fuse(model, modules_to_fuse, inplace, True)
