from typing import TYPE_CHECKING

from ..utils import _LazyModule

if TYPE_CHECKING:
    from .auto import *
    from .decoder import *
else:
    import sys

    _file = globals()["__file__"]
    sys.modules[__name__] = _LazyModule(__name__, _file, {name: [] for name in ("auto", "decoder", "encoder", "mixture", "pair")}, module_spec=__spec__)
