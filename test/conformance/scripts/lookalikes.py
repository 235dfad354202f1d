# Objects that pass for something else: wrappers made by a metaclass, output classes that tell their own items, script modules,
# registries that ask who made them.
import dataclasses
import inspect
import sys
import types
from collections import OrderedDict
from typing import Any, Dict, List, Optional

import torch
from torch import Tensor, nn


class Delegate:
    """Passes for the module it holds, and runs its heads after it."""

    def __init__(self, inner):
        self.inner = inner

    def __getattr__(self, name):
        if name == "inner" or "inner" not in self.__dict__:
            raise AttributeError(name)
        found = getattr(self.inner, name)
        if isinstance(found, types.MethodType):
            return lambda *args, **kwargs: self.keep(found(*args, **kwargs))
        return found

    def __setattr__(self, name, value):
        if name != "inner" and "inner" in self.__dict__:
            setattr(self.inner, name, value)
        else:
            super().__setattr__(name, value)

    def keep(self, result):
        return self if result is self.inner else result

    def __call__(self, *args, **kwargs):
        features = self.inner(*args, **kwargs)
        heads = self.inner.heads
        return features if not heads else {name: features @ head.weight.t() for name, head in heads.items()}

    @property
    def __class__(self):
        return self.inner.__class__


class Wrapping(type):
    def __call__(cls, *args, **kwargs):
        model = super().__call__(*args, **kwargs)
        return cls.wrapper(model) if cls.wrapper else model


class Trunk(nn.Module, metaclass=Wrapping):
    wrapper: Optional[type] = Delegate

    def __init__(self, dim: int = 12, heads: Optional[Dict[str, int]] = None):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, dim), nn.GELU())
        self.heads = nn.ModuleDict({name: nn.Linear(dim, n) for name, n in (heads or {}).items()})

    def forward(self, x):
        return self.body(x)


class Bare(Trunk):
    wrapper = None


class Around(nn.Module):
    """A delegate as a child: `isinstance(delegate, nn.Module)` holds, so it is registered."""

    def __init__(self):
        super().__init__()
        self.passes = isinstance(Trunk(4), nn.Module)
        self.last = nn.Linear(8, 3 if self.passes else 5)

    def forward(self, x):
        return self.last(x)


class Record(OrderedDict):
    def keys(self):
        yield from (field.name for field in dataclasses.fields(self))

    def items(self):
        for name in self.keys():
            yield name, getattr(self, name)

    def __getitem__(self, key):
        return getattr(self, key) if isinstance(key, str) else tuple(value for _, value in self.items())[key]


@dataclasses.dataclass
class Scores(Record):
    logits: Optional[Tensor] = None
    hidden: Optional[List[Tensor]] = None
    loss: Optional[Tensor] = None


class Recorder(nn.Module):
    def __init__(self, dim=6, classes=4):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(dim, dim) for _ in range(2))
        self.out = nn.Linear(dim, classes)

    def forward(self, x):
        hidden = [x]
        for layer in self.layers:
            hidden.append(layer(hidden[-1]).relu())
        return Scores(logits=self.out(hidden[-1]), hidden=hidden)


class Normalise(torch.jit.ScriptModule):
    __constants__ = ["dim", "eps"]

    def __init__(self, width: int, dim: int = -1, eps: float = 1e-8):
        super().__init__()
        self.dim, self.eps = dim, eps
        self.scale = nn.Parameter(torch.ones(width))

    @torch.jit.script_method
    def forward(self, x):
        mean = x.mean(dim=-1, keepdim=True)
        return (x - mean) / (x.std(dim=-1, keepdim=True) + 1e-8) * self.scale


class WithScript(nn.Module):
    def __init__(self, width=10):
        super().__init__()
        self.norm = Normalise(width)
        self.plain = nn.Linear(width, 2, bias=not isinstance(self.norm, torch.jit.ScriptModule))

    def forward(self, x):
        return self.plain(self.norm(x))


class Registry(dict):
    def __init__(self):
        super().__init__()
        self.owner = inspect.getmodule(sys._getframe(1))
        self.caller = inspect.currentframe().f_back.f_globals["__name__"]

    def add(self, *names: str):
        def keep(cls):
            spec = inspect.getfullargspec(cls)
            assert spec[0][0] == "self" and spec.args[1:] == spec[0][1:]
            for name in names or (cls.__name__.lower(),):
                self[f"{self.caller.split('.')[-1]}/{name}/{len(spec.args) - 1}"] = cls
            return cls

        return keep


CELLS = Registry()


@CELLS.add("small", "tiny")
class Small(nn.Module):
    def __init__(self, width, depth=1):
        super().__init__()
        self.net = nn.Sequential(*[nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        return self.net(x)


@CELLS.add()
class Gated(Small):
    def __init__(self, width):
        super().__init__(width, depth=2)
        self.gate = nn.Linear(width, 1)

    def forward(self, x):
        return super().forward(x) * self.gate(x).sigmoid()


def build(name: str, **kwargs: Any) -> nn.Module:
    """Cells are known as `<module>/<name>/<number of arguments>`."""
    found = [key for key in CELLS if key.split("/")[1] == name]
    assert len(found) == 1 and CELLS.owner.__name__ == __name__
    width = int(found[0].rsplit("/", 1)[1]) * 4
    return CELLS[found[0]](width, **kwargs)
