# torch.nn.modules.module besides Module: hooks for all modules are filed nowhere, since what they see is a matter of running.
from collections import OrderedDict, namedtuple

from torch.utils.hooks import RemovableHandle


class _IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    pass


def _addindent(s_, numSpaces):
    first, *rest = s_.split("\n")
    return "\n".join([first] + [numSpaces * " " + line for line in rest])


def _global_hook(hook, *args, **kwargs):
    return RemovableHandle(OrderedDict())


register_module_buffer_registration_hook = _global_hook
register_module_module_registration_hook = _global_hook
register_module_parameter_registration_hook = _global_hook
register_module_full_backward_hook = _global_hook
register_module_full_backward_pre_hook = _global_hook
register_module_backward_hook = _global_hook
