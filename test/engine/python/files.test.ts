// Files of the project that code reads while it runs: configurations beside a script.
import { strict as assert } from 'node:assert';
import { evaluatePython } from '../../support/interpret.js';

function reads(
  name: string,
  source: string,
  expression: string,
  expected: string,
  files: Record<string, string> = {},
): void {
  it(name, async () => assert.equal(await evaluatePython({ ...files, '/main.py': source }, expression), expected));
}

describe('files of the project', () => {
  reads('are read as text', 'with open("a.txt") as f:\n    text = f.read()', 'text', "'one\\ntwo\\n'", {
    '/a.txt': 'one\ntwo\n',
  });
  reads('are read line by line', 'lines = [line.strip() for line in open("a.txt")]', 'lines', "['one', 'two']", {
    '/a.txt': 'one\ntwo\n',
  });
  reads('tell their name', 'with open("a.txt") as f:\n    name = f.name', 'name', "'a.txt'", { '/a.txt': '' });
  reads('lie beside the script, wherever it is', 'import os\nfrom conf import sizes', 'sizes', "{'hidden': 64}", {
    '/conf/__init__.py':
      'import json, os\nwith open(os.path.join(os.path.dirname(__file__), "sizes.json")) as f:\n    sizes = json.load(f)\n',
    '/conf/sizes.json': '{"hidden": 64}',
  });
  reads(
    'are known to os and pathlib',
    'import os\nfrom pathlib import Path\nhere = Path(__file__).parent',
    '(os.path.exists("a.txt"), (here / "a.txt").is_file(), (here / "d").is_dir(), os.listdir("d"), (here / "a.txt").read_text())',
    "(True, True, True, ['x.py', 'y.txt'], 'one')",
    { '/a.txt': 'one', '/d/x.py': '', '/d/y.txt': '' },
  );
  reads(
    'that are not there are unknown',
    'text = open("b.txt").read()',
    'text',
    "unknown: the contents of the file 'b.txt' are not read",
  );
  reads(
    'of which nothing is there may exist elsewhere',
    'import os',
    'os.path.exists("b.txt")',
    "unknown: whether 'b.txt' exists is only known at run time",
  );
  reads(
    'are found by patterns',
    'import glob, os\nfrom pathlib import Path\nhere = os.path.dirname(os.path.abspath(__file__))',
    '([os.path.relpath(p, here) for p in glob.glob(os.path.join(here, "m", "*.py"))], glob.glob("m/**/*.py", recursive=True), [p.name for p in Path("m").rglob("?.py")], ' +
      '[p.stem for p in sorted(Path(here).glob("m/*.py"))], glob.glob("*.py", root_dir="m"), Path("m/a.py").match("m/*.py"))',
    "(['m/a.py', 'm/b.py'], ['m/a.py', 'm/b.py', 'm/n/c.py'], ['a.py', 'b.py', 'c.py'], ['a', 'b'], ['a.py', 'b.py'], True)",
    { '/m/a.py': '', '/m/b.py': '', '/m/n/c.py': '', '/m/n/d.txt': '' },
  );
  reads(
    'that no pattern finds may be there elsewhere',
    'import glob',
    'glob.glob("data/*.png")',
    "unknown: what matches 'data/*.png' is only known at run time",
  );
  reads(
    'are walked through',
    'import os',
    '(list(os.walk("m")), [(e.name, e.is_dir()) for e in os.scandir("m")])',
    "([('m', ['n'], ['a.py']), ('m/n', [], ['c.py'])], [('a.py', False), ('n', True)])",
    { '/m/a.py': '', '/m/n/c.py': '' },
  );
  const registry = {
    '/registry.py': 'MODELS = {}\ndef register(cls):\n    MODELS[cls.__name__] = cls\n    return cls\n',
    '/models/a.py': 'from registry import register\n@register\nclass A: pass\n',
    '/models/deep/__init__.py': '',
    '/models/deep/b.py': 'from registry import register\n@register\nclass B: pass\n',
  };
  reads(
    'fill a registry when a package imports all its modules',
    'import models\nfrom registry import MODELS',
    'sorted(MODELS)',
    "['A', 'B']",
    {
      ...registry,
      '/models/__init__.py':
        'import importlib, pkgutil\nfor info in pkgutil.walk_packages(__path__, prefix=__name__ + "."):\n    importlib.import_module(info.name)\n',
    },
  );
  reads(
    'fill a registry when a package lists its folder',
    'import models\nfrom registry import MODELS',
    'sorted(MODELS)',
    "['A']",
    {
      ...registry,
      '/models/__init__.py':
        'import os, glob\nfor path in glob.glob(os.path.join(os.path.dirname(__file__), "*.py")):\n    name = os.path.basename(path)[:-3]\n    if name != "__init__": __import__(f"models.{name}")\n',
    },
  );
  reads(
    'are imported by their path',
    'import importlib.util, sys\nspec = importlib.util.spec_from_file_location("net", "conf/net.py")\nnet = importlib.util.module_from_spec(spec)\nsys.modules["net"] = net\nspec.loader.exec_module(net)',
    '(net.WIDTH, net.Net().width, spec.name)',
    "(7, 7, 'net')",
    { '/conf/net.py': 'WIDTH = 7\nclass Net:\n    width = WIDTH\n' },
  );
});

describe('yaml', () => {
  const yaml = [
    'model:',
    '  hidden: 64        # a comment',
    '  rate: 1e-3',
    '  decay: 1.0e-3',
    '  layers: [1, 2, 0x10, 010]',
    '  norm: yes',
    '  act: "yes"',
    '  none: ~',
    'base: &base {a: 1, b: 2}',
    'child:',
    '  <<: *base',
    '  b: 3',
    'text: |',
    '  one',
    '  two',
  ].join('\n');
  reads(
    'resolves scalars as PyYAML does',
    'import yaml\nwith open("c.yaml") as f:\n    c = yaml.safe_load(f)',
    "(c['model'], c['child'], c['text'])",
    "({'hidden': 64, 'rate': '1e-3', 'decay': 0.001, 'layers': [1, 2, 16, 8], 'norm': True, 'act': 'yes', 'none': None}, {'a': 1, 'b': 3}, 'one\\ntwo\\n')",
    { '/c.yaml': yaml },
  );
  reads(
    'makes lists, tuples and dicts of what is tagged so',
    'import yaml\nc = yaml.load("a: !!python/tuple [1, 2]\\nb: !!seq [3]\\nc: !!map {d: 4}", Loader=yaml.UnsafeLoader)',
    'c',
    "{'a': (1, 2), 'b': [3], 'c': {'d': 4}}",
  );
  reads(
    'does not take the arguments of an object for the object',
    'import yaml\nc = yaml.unsafe_load("b: !!python/object/apply:eval [2 + 3]")',
    "c['b']",
    "unknown: the YAML tag 'tag:yaml.org,2002:python/object/apply:eval' is not described",
  );
  reads('has no value for an empty text', 'import yaml', 'yaml.load("", Loader=yaml.FullLoader)', 'None');
  reads(
    'raises for what is no YAML',
    'import yaml\ntry:\n    yaml.safe_load("a: [1")\nexcept yaml.YAMLError:\n    x = 1',
    'x',
    '1',
  );
});

describe('code in texts', () => {
  reads(
    'eval sees the names around it',
    'import math\ndef f(name):\n    n = 4\n    return eval("math." + name)(n)',
    'f("sqrt")',
    '2.0',
  );
  reads('eval takes names from dicts', '', 'eval("a + b", {"a": 1}, {"b": 2})', '3');
  reads('exec binds at module level', 'exec("n = 3\\ndef f(x):\\n    return x + n")', 'f(4)', '7');
  reads('exec fills the dict it is given', 'ns = {}\nexec("class A:\\n    size = 3", ns)', 'ns["A"].size', '3');
  reads(
    'exec in a function binds nothing around it',
    'def f():\n    n = 1\n    exec("n = 2")\n    return n',
    'f()',
    '1',
  );
  reads(
    'a script can read its configuration by exec',
    'size = 1\nexec(open("config.py").read())\nconfig = {k: v for k, v in globals().items() if isinstance(v, int) and not k.startswith("_")}',
    '(size, config["depth"])',
    '(8, 2)',
    { '/config.py': 'size = 8\ndepth = 2\n' },
  );
});

describe('modules that replace themselves', () => {
  reads(
    'are what imports give',
    'import lib\nfrom lib import two\nimport lib.deep as deep',
    '(lib.one, two, deep.three, lib.deep.three)',
    '(1, 2, 3, 3)',
    {
      '/lib/__init__.py': [
        'import importlib, sys',
        'from types import ModuleType',
        'class Lazy(ModuleType):',
        '    def __init__(self, name, where):',
        '        super().__init__(name)',
        '        self._where = where',
        '    def __getattr__(self, name):',
        '        if name not in self._where:',
        '            raise AttributeError(name)',
        '        return getattr(importlib.import_module("." + self._where[name], self.__name__), name)',
        'sys.modules[__name__] = Lazy(__name__, {"one": "a", "two": "b"})',
      ].join('\n'),
      '/lib/a.py': 'one = 1\n',
      '/lib/b.py': 'two = 2\n',
      '/lib/deep.py': 'three = 3\n',
    },
  );
  reads(
    'packages that are not there are taken as not installed',
    'import importlib.util, importlib.metadata\ntry:\n    importlib.metadata.version("nowhere")\nexcept importlib.metadata.PackageNotFoundError:\n    n = 1',
    '(importlib.util.find_spec("nowhere"), importlib.util.find_spec("json") is not None, n)',
    '(None, True, 1)',
  );
  reads(
    'functions can be copied',
    'import types, functools\ndef f(a, b=2, *, c=3):\n    return a + b + c\ng = types.FunctionType(f.__code__, f.__globals__, name="g", argdefs=(5,), closure=f.__closure__)\ng.__kwdefaults__ = f.__kwdefaults__',
    '(g(1), g.__name__, f.__defaults__, f.__kwdefaults__)',
    "(9, 'g', (2,), {'c': 3})",
  );
});
