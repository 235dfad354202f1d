# Modules that keep a description of how to initialise themselves.
from torch.nn.modules.container import ModuleDict as _ModuleDict, ModuleList as _ModuleList, Sequential as _Sequential
from torch.nn.modules.module import Module


class BaseModule(Module):
    def __init__(self, init_cfg=None):
        super().__init__()
        self._is_init = False
        self.init_cfg = init_cfg

    @property
    def is_init(self):
        return self._is_init

    def init_weights(self):
        pass


class Sequential(BaseModule, _Sequential):
    def __init__(self, *args, init_cfg=None):
        BaseModule.__init__(self, init_cfg)
        _Sequential.__init__(self, *args)
        self._is_init = False
        self.init_cfg = init_cfg


class ModuleList(BaseModule, _ModuleList):
    def __init__(self, modules=None, init_cfg=None):
        BaseModule.__init__(self, init_cfg)
        _ModuleList.__init__(self, modules)
        self._is_init = False
        self.init_cfg = init_cfg


class ModuleDict(BaseModule, _ModuleDict):
    def __init__(self, modules=None, init_cfg=None):
        BaseModule.__init__(self, init_cfg)
        _ModuleDict.__init__(self, modules)
        self._is_init = False
        self.init_cfg = init_cfg
