// Imports are carried out when they are needed; what a program sees must be what Python's order gives.
import { strict as assert } from 'node:assert';
import { evaluateSource } from '../../../src/engine/python/index.js';
import { evaluatePython, interpreterFor } from '../../support/interpret.js';

/** The same expression in a fresh interpreter. */
function program(name: string, files: Readonly<Record<string, string>>, expression: string, expected: string): void {
  it(name, async () => assert.equal(await evaluatePython(files, expression), expected));
}

describe('imports in a circle', () => {
  const circle = {
    '/pkg/__init__.py': 'from pkg.types import Kinds\nfrom pkg.base import Base\n',
    '/pkg/types.py': 'from typing import Union\nfrom pkg.child import Child\nKinds = Union[Child, int]\n',
    '/pkg/base.py': 'from pkg.helpers import mark\n\n@mark\nclass Base:\n    size = 3\n',
    '/pkg/helpers.py': 'from pkg.types import Kinds\n\ndef mark(cls):\n    cls.kinds = Kinds\n    return cls\n',
    '/pkg/child.py': 'from pkg.base import Base\n\nclass Child(Base):\n    pass\n',
  };
  program(
    'begin anew in an order that works when a module is not ready',
    {
      '/pkg/__init__.py': 'from . import names\n',
      '/pkg/names.py': 'from typing import Union\nfrom pkg.models import Big\nText = str\nKinds = Union[Big, int]\n',
      '/pkg/models/__init__.py': 'from pkg.models.big import Big\n',
      '/pkg/models/base.py':
        'from pkg.tools import alias\n\nclass Base:\n    size = 3\n\n    @alias("n")\n    def count(self):\n        return self.size\n\nclass Wide(Base):\n    size = 4\n',
      '/pkg/models/big.py': 'from pkg.models.base import Wide\n\nclass Big(Wide):\n    pass\n',
      '/pkg/tools/__init__.py':
        'from pkg.names import Kinds\nChecked = [Kinds]\n\ndef alias(name):\n    return lambda f: f\n',
      '/main.py': 'from pkg.models.base import Wide\nfrom pkg.models.big import Big\n',
    },
    '(Wide().count(), Big().count(), issubclass(Big, Wide))',
    '(4, 4, True)',
  );
  it('that Python can not make either end with a reason', async () => {
    const answer = await evaluatePython({ ...circle, '/main.py': 'from pkg.child import Child\n' }, 'Child.size');
    assert.match(answer, /^(3|unknown: .*)$/);
  });
});

describe('registries as objects of another package', () => {
  const packages = {
    '/core/__init__.py':
      'import os\n\nclass Registry:\n    def __init__(self, name):\n        self.made = {}\n        self.name = name\n\n' +
      '    def register(self, name=None, module=None):\n        if module is not None:\n            self.made[name] = module\n            return module\n' +
      '        return lambda found: self.register(name or found.__name__, found)\n\n' +
      // A condition that is not known: what comes after it is made by this module all the same.
      'if os.getpid() > 3:\n    limit = 1\n\nLAYERS = Registry("layer")\n',
    '/zoo/__init__.py': 'from .layers import build\n',
    '/zoo/layers/__init__.py': 'from .first import Plain\nfrom .build import build\n# Wide, Narrow12\n',
    '/zoo/layers/build.py': 'from core import LAYERS\n\ndef build(name):\n    return LAYERS.made[name]\n',
    '/zoo/layers/first.py': 'from core import LAYERS\nfrom .second import Wide\nLAYERS.register("Plain", module=int)\n',
    '/zoo/layers/second.py':
      'from core import LAYERS\n\n@LAYERS.register()\nclass Wide: pass\n\n@LAYERS.register("Nar" + "row")\nclass N: pass\n',
    '/main.py': 'import zoo\nfrom core import LAYERS\n',
  };
  program('are full when they are measured', packages, 'len(LAYERS.made)', '3');
  program(
    'have what only an import of an import registers',
    packages,
    '("Wide" in LAYERS.made, LAYERS.made["Plain"] is int)',
    '(True, True)',
  );
  program('have keys that no text holds', packages, '"Narrow" in LAYERS.made', 'True');
  program(
    'lack what nothing registers',
    packages,
    '("Other" in LAYERS.made, LAYERS.made.get("Deep"))',
    '(False, None)',
  );
});

describe('frames', () => {
  program(
    'tell a registry which package makes it',
    {
      '/tools.py':
        'import inspect, sys\n\nclass Registry:\n    def __init__(self, scope=None):\n        self.scope = scope or self.infer()\n\n' +
        '    @staticmethod\n    def infer():\n        return inspect.getmodule(sys._getframe(2)).__name__.split(".")[0]\n\n' +
        'def caller():\n    frame = inspect.currentframe().f_back\n    return frame.f_code.co_name, frame.f_globals["__name__"]\n',
      '/zoo/__init__.py': '',
      '/zoo/models.py': 'from tools import Registry, caller\nMODELS = Registry()\n\ndef who():\n    return caller()\n',
      '/main.py': 'from zoo.models import MODELS, who\n',
    },
    '(MODELS.scope, who())',
    "('zoo', ('who', 'zoo.models'))",
  );
});

describe('registries that modules fill while they are imported', () => {
  const zoo = {
    '/zoo/__init__.py': 'from .factory import create, names\nfrom .nets import *\n',
    '/zoo/registry.py':
      'entries = {}\n\ndef register(fn):\n    entries[fn.__name__] = fn\n    return fn\n\nLIMITS = {"small": 1}\n',
    '/zoo/factory.py':
      'from .registry import entries\n\ndef create(name):\n    return entries[name]()\n\ndef names():\n    return sorted(entries)\n',
    '/zoo/nets/__init__.py': 'from .one import *\nfrom .two import *\n',
    '/zoo/nets/one.py':
      'from ..registry import register\n__all__ = ["alpha"]\n\n@register\ndef alpha():\n    return 1\n',
    '/zoo/nets/two.py':
      'from ..registry import register\n\ndef define(name, value):\n    def entry():\n        return value\n    entry.__name__ = name\n    return register(entry)\n\nfor i in range(2):\n    define(f"beta{i}", i)\n',
    '/main.py': 'import zoo\n',
  };
  program('are full when they are listed', zoo, 'zoo.names()', "['alpha', 'beta0', 'beta1']");
  program('are full when they are measured', zoo, 'len(zoo.registry.entries)', '3');
  program(
    'are full when their items are read',
    zoo,
    'sorted(k for k, v in zoo.registry.entries.items())',
    "['alpha', 'beta0', 'beta1']",
  );
  program('are full when they are spread', zoo, 'len({**zoo.registry.entries})', '3');
  program('give one entry without the rest', zoo, 'zoo.create("alpha")', '1');
  program(
    'of classes are full as well',
    {
      '/zoo/__init__.py': 'from .build import LAYERS\nfrom . import layers\n',
      '/zoo/registry.py':
        'class Registry:\n    def __init__(self):\n        self._map = {}\n\n    def register(self, name=None):\n        def add(cls):\n            self._map[name or cls.__name__] = cls\n            return cls\n        return add\n\n    def __len__(self):\n        return len(self._map)\n',
      '/zoo/build.py': 'from .registry import Registry\nLAYERS = Registry()\n',
      '/zoo/layers/__init__.py': 'from .conv import Conv\n',
      '/zoo/layers/conv.py':
        'from ..build import LAYERS\n\n@LAYERS.register()\nclass Conv:\n    pass\n\n@LAYERS.register(name="C")\nclass Other:\n    pass\n',
      '/main.py': 'from zoo import LAYERS\n',
    },
    '(len(LAYERS), sorted(LAYERS._map))',
    "(2, ['C', 'Conv'])",
  );
  const filledFromOutside = (registry: string, filling: string): Readonly<Record<string, string>> => ({
    '/zoo/__init__.py': 'from .registry import *\nfrom .nets import Net\n',
    '/zoo/registry.py': registry,
    '/zoo/nets.py': `${filling}\nclass Net:\n    pass\n`,
    '/main.py': 'import zoo\nfrom zoo import registry\n',
  });
  program(
    'are full when modules write their entries themselves',
    filledFromOutside('ENTRIES = {}\n', 'from .registry import ENTRIES\nENTRIES["net"] = 1\n'),
    'len(registry.ENTRIES)',
    '1',
  );
  program(
    'are full when modules know them by another name',
    filledFromOutside('SIZES = [1]\n', 'from .registry import SIZES as S\nS.append(2)\nS += [3]\n'),
    'sum(registry.SIZES)',
    '6',
  );
  program(
    'are full when modules hand them to a function',
    filledFromOutside(
      'NAMES = set()\ndef put(where, what):\n    where.add(what)\n',
      'from .registry import NAMES, put\nput(NAMES, "net")\n',
    ),
    'sorted(registry.NAMES)',
    "['net']",
  );
  program(
    'are full when they are attributes of a class',
    filledFromOutside('class Base:\n    known = []\n', 'from .registry import Base\nBase.known.append("net")\n'),
    '[name for name in registry.Base.known]',
    "['net']",
  );
});

describe('names bound by an import', () => {
  program(
    'stay bound when the running code has changed the module meanwhile',
    {
      '/lib.py': 'def one():\n    return 1\n',
      '/main.py': 'from lib import one\nn = 0\ndef f():\n    global n\n    n += 1\n    return one() + one() + n\n',
    },
    'f() + f()',
    '7',
  );
});

describe('folders of source', () => {
  const library = {
    '/proj/lib/sizes.py': 'WIDTH = 7\n',
    '/proj/src/pkg/__init__.py': 'from .core import DEPTH\n',
    '/proj/src/pkg/core.py': 'DEPTH = 3\n',
  };
  const importing = (script: string, more: Readonly<Record<string, string>> = {}) => ({
    ...library,
    ...more,
    '/proj/tools/run.py': script,
    '/main.py': 'import importlib\nimport sys\nsys.path.append("/proj/tools")\nimport run\n',
  });
  program(
    'are added by sys.path.append',
    importing(
      'import os, sys\nsys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))\nfrom sizes import WIDTH\n',
    ),
    'run.WIDTH',
    '7',
  );
  program(
    'are added by sys.path.insert of a path object, unless they are there',
    importing(
      'import sys\nfrom pathlib import Path\nroot = Path(__file__).resolve().parents[1] / "lib"\nif str(root) not in sys.path:\n    sys.path.insert(0, str(root))\nimport sizes\n',
    ),
    'run.sizes.WIDTH',
    '7',
  );
  program(
    'are added for the script by a module that it imports',
    importing('import _paths\nimport sizes\n', {
      '/proj/tools/_paths.py':
        'import os\nimport sys\n\ndef add_path(path):\n    if path not in sys.path:\n        sys.path.insert(0, path)\n\nadd_path(os.path.join(os.path.dirname(__file__), "..", "lib"))\n',
    }),
    'run.sizes.WIDTH',
    '7',
  );
  program('are found in src beside the folder of a script', importing('from pkg import DEPTH\n'), 'run.DEPTH', '3');
  program(
    'stay unknown where nothing says them',
    importing('import sizes\nwidth = sizes.WIDTH\n'),
    'run.width',
    "unknown: the package 'sizes' is not on the search path",
  );
});

describe('neighbours in a package by their plain names', () => {
  const package_ = {
    '/core/__init__.py': '',
    '/core/encoder.py': 'class Encoder:\n    size = 3\n',
    '/core/tools/__init__.py': '',
    '/core/tools/grid.py': 'def grid():\n    return 4\n',
  };
  program(
    'are those of a script in its folder',
    {
      ...package_,
      '/core/model.py': 'from encoder import Encoder\nfrom tools.grid import grid\n',
      '/main.py': 'from core.model import Encoder, grid\n',
    },
    '(Encoder.size, grid())',
    '(3, 4)',
  );
  program(
    'are not taken for a library of the same name',
    { ...package_, '/core/model.py': 'from encoder import Other\n', '/main.py': 'from core.model import Other\n' },
    'Other',
    "unknown: the package 'encoder' is not on the search path",
  );
  program(
    'are not found where the import may fail',
    {
      ...package_,
      '/core/model.py': 'try:\n    from encoder import Encoder\nexcept ImportError:\n    Encoder = None\n',
      '/main.py': 'from core.model import Encoder\n',
    },
    'Encoder',
    'None',
  );
});

describe('imports that nothing asks for', () => {
  /** The files that were read to evaluate an expression. */
  async function filesRead(files: Readonly<Record<string, string>>, expression: string): Promise<string[]> {
    const interpreter = await interpreterFor(files);
    const { provider } = interpreter.project;
    const read: string[] = [];
    const original = provider.read.bind(provider);
    provider.read = (path) => {
      read.push(path);
      return original(path);
    };
    interpreter.run(() => {
      evaluateSource(interpreter, interpreter.importer.moduleOfFile('/main.py'), expression);
    });
    return read;
  }
  const library = {
    '/library.py': 'import deep\nrecord = deep.base("record")\n',
    '/deep.py': 'def base(name): return name\n',
  };
  it('stay undone while a module looks into the arguments of a call', async () => {
    const used =
      'import library, nowhere\n\ndef option(**kwargs):\n    return "record" in kwargs\n\nfound = False\nif nowhere.flag:\n    found = option(other=1)\n';
    const files = { '/main.py': 'import used\n', '/used.py': used, ...library };
    assert.ok(!(await filesRead(files, 'used.found')).includes('/deep.py'));
  });
  it('are done for a registry that a module names', async () => {
    const main = 'import library\n\nentries = {}\n';
    assert.ok((await filesRead({ '/main.py': main, ...library }, '"record" in entries')).includes('/deep.py'));
  });
});
