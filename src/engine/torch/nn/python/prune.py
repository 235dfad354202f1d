# torch.nn.utils.prune: what it registers. Which weights are pruned is a matter of values. _like(op, tensor, *others) is given.
import torch
from torch.nn.parameter import Parameter


class BasePruningMethod:
    def __init__(self, *args, **kwargs):
        pass

    def __call__(self, module, inputs):
        setattr(module, self._tensor_name, self.apply_mask(module))

    def apply_mask(self, module):
        name = self._tensor_name
        return _like("prune", getattr(module, name + "_orig"), getattr(module, name + "_mask"))

    @classmethod
    def apply(cls, module, name, *args, importance_scores=None, **kwargs):
        method = cls(*args, **kwargs)
        method._tensor_name = name
        if name + "_orig" not in module._parameters:
            original = getattr(module, name)
            module.register_parameter(name + "_orig", original)
            del module._parameters[name]
            module.register_buffer(name + "_mask", torch.ones_like(original))
            setattr(module, name, method.apply_mask(module))
            module.register_forward_pre_hook(method)
        return method

    def remove(self, module):
        name = self._tensor_name
        original = module._parameters[name + "_orig"]
        delattr(module, name)
        del module._parameters[name + "_orig"]
        del module._buffers[name + "_mask"]
        setattr(module, name, original)


class Identity(BasePruningMethod):
    pass


class RandomUnstructured(BasePruningMethod):
    pass


class L1Unstructured(BasePruningMethod):
    pass


class RandomStructured(BasePruningMethod):
    pass


class LnStructured(BasePruningMethod):
    pass


class CustomFromMask(BasePruningMethod):
    pass


class PruningContainer(BasePruningMethod):
    pass


def identity(module, name):
    Identity.apply(module, name)
    return module


def random_unstructured(module, name, amount):
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module, name, amount, importance_scores=None):
    L1Unstructured.apply(module, name, amount)
    return module


def random_structured(module, name, amount, dim):
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(module, name, amount, n, dim, importance_scores=None):
    LnStructured.apply(module, name, amount, n, dim)
    return module


def custom_from_mask(module, name, mask):
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(parameters, pruning_method, importance_scores=None, **kwargs):
    for module, name in parameters:
        pruning_method.apply(module, name, **kwargs)


def remove(module, name):
    for key, hook in list(module._forward_pre_hooks.items()):
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
            hook.remove(module)
            del module._forward_pre_hooks[key]
            return module
    raise ValueError(f"Parameter '{name}' of module {module} has to be pruned before pruning can be removed")


def is_pruned(module):
    return any(isinstance(hook, BasePruningMethod) for child in module.modules() for hook in child._forward_pre_hooks.values())
