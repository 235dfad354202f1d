import assert from 'node:assert/strict';
import { runPython } from './run.js';

/** What a program's last expression gives; expectations are what the packages themselves do. */
const CASES: readonly (readonly [name: string, program: string, expression: string, expected: string])[] = [
  [
    'pydantic models',
    `
from pydantic import BaseModel, Field, field_validator, model_validator
class Inner(BaseModel):
    a: int = 1
class Config(BaseModel):
    dim: int
    heads: int = Field(8, gt=0)
    names: list = Field(default_factory=list)
    inner: Inner = Inner()
    @field_validator("dim")
    @classmethod
    def twice(cls, value): return value * 2
    @model_validator(mode="after")
    def count(self):
        self.heads += 1
        return self
`,
    'Config(dim=3), Config(dim=1, inner={"a": 5}).inner.a, Config(dim=1).model_dump()["heads"]',
    '(Config(dim=6, heads=9, names=[], inner=Inner(a=1)), 5, 9)',
  ],
  [
    'dicts of addict, as configurations subclass them',
    `
import copy
from addict import Dict
class Config(Dict):
    def __missing__(self, name): raise KeyError(name)
    def __getattr__(self, name):
        try: return super().__getattr__(name)
        except KeyError: raise AttributeError(name)
free = Dict({'a': {'b': [{'c': 1}]}})
free.x.y = 3
unused = free.q.r
free.update({'a': {'k': 2}})
own = Config(model=dict(type='A', width=[1, dict(n=2)]))
`,
    "(free.to_dict(), free.a.b[0].c, own.model.width[1].n, getattr(own.model, 'pretrained', 5), own.model.pop('type'), copy.deepcopy(own).model.width[0], type(own.model).__name__, dict(**own.model))",
    "({'a': {'b': [{'c': 1}], 'k': 2}, 'x': {'y': 3}}, 1, 2, 5, 'A', 1, 'Config', {'width': [1, {'n': 2}]})",
  ],
  [
    'dicts of munch',
    "from munch import DefaultMunch, Munch, munchify\nm = munchify({'a': {'b': [{'c': 1}]}})\nm.z = Munch(w=3)\n",
    "(m.a.b[0].c, m.z.w, getattr(m, 'nope', None), m.toDict(), DefaultMunch(7, {'a': 1}).b)",
    "(1, 3, None, {'a': {'b': [{'c': 1}]}, 'z': {'w': 3}}, 7)",
  ],
  [
    'literals in configurations',
    `
import ast
def read(text):
    try: return ast.literal_eval(text)
    except (ValueError, SyntaxError): return text
`,
    "[read(t) for t in ('(1, -2.5)', '[\"a\", {\"b\": None}]', 'resnet50', '1 + 2', '1e-3', 'f(1)', 'True', '')]",
    "[(1, -2.5), ['a', {'b': None}], 'resnet50', '1 + 2', 0.001, 'f(1)', True, '']",
  ],
  [
    'a field that is missing',
    'from pydantic import BaseModel\nclass C(BaseModel):\n    x: int\n',
    'C()',
    'raises ValidationError: 1 validation error for C\nx\n  Field required',
  ],
  [
    'pydantic models made from the arguments of a function',
    `
import inspect
from pydantic.v1 import BaseConfig, create_model
class Base:
    class Config(BaseConfig):
        arbitrary_types_allowed = True
def checked(init):
    name = dict(inspect.getmembers(init))["__qualname__"].split(".")[0]
    fields = {p.name: (p.annotation, ... if p.default is p.empty else p.default)
              for p in inspect.signature(init).parameters.values() if p.name != "self"}
    model = create_model(f"{name}Model", __config__=Base.Config, **fields)
    def wrapper(self, **kwargs): return init(self, **model(**kwargs).__dict__)
    return wrapper
class Net:
    @checked
    def __init__(self, dim: int, depth: int = 2):
        self.size = dim * depth
`,
    'Net(dim=3).size, Net(dim=3, depth=5).size',
    '(6, 15)',
  ],
  [
    'beartype with options, and its questions',
    `
from beartype import beartype, BeartypeConf
from beartype.door import is_bearable
from beartype.typing import Annotated
from beartype.vale import Is
Even = Annotated[int, Is[lambda n: n % 2 == 0] & Is[lambda n: n > 0]]
@beartype(conf=BeartypeConf(is_color=False))
def f(x: Even): return x + 1
@beartype
class Box:
    size: int = 4
`,
    'f(2), Box().size, is_bearable(3, int), is_bearable("a", (int, float))',
    '(3, 4, True, False)',
  ],
  [
    'pydantic dataclasses',
    'from pydantic.dataclasses import dataclass\n@dataclass\nclass C:\n    x: int = 3\n',
    'C(), C(x=4)',
    '(C(x=3), C(x=4))',
  ],
  [
    'attr.s',
    `
import attr
@attr.s
class A:
    x = attr.ib()
    y = attr.ib(default=2)
    z = attr.ib(factory=list)
@attr.s(auto_attribs=True)
class B(A):
    w: int = 5
`,
    'A(1), A(1, 3).y, B(1), attr.asdict(A(1)), A(1) == A(1)',
    "(A(x=1, y=2, z=[]), 3, B(x=1, y=2, z=[], w=5), {'x': 1, 'y': 2, 'z': []}, True)",
  ],
  [
    'attrs.define',
    'from attrs import define, field, Factory\n@define\nclass A:\n    x: int\n    y: list = Factory(list)\n    z: int = field(default=3, converter=int)\n',
    'A(1), A(1, [2], "7")',
    '(A(x=1, y=[], z=3), A(x=1, y=[2], z=7))',
  ],
  [
    'versions',
    'from packaging import version\nV = version.parse\n',
    'V("2.13.0+cpu") >= V("2.0"), V("1.10") > V("1.9"), V("2.0.0rc1") < V("2.0.0"), V("1.0") == V("1.0.0")',
    '(True, True, True, True)',
  ],
  [
    'parts of versions',
    'from packaging import version\nV = version.parse\n',
    'V("1.10.0rc1+cu11.3"), V("2.0.post1").is_postrelease, V("1!2.0.dev3").dev, V("1.0+abc.7") > V("1.0"), V("v1.0-alpha_2").pre',
    "(<Version('1.10.0rc1+cu11.3')>, True, 3, True, ('a', 2))",
  ],
  [
    'specifiers',
    'from packaging.specifiers import SpecifierSet as S\nfrom packaging.requirements import Requirement\n',
    '"2.1" in S(">=2.0,<3"), "3.0" in S("~=2.1"), "2.1.5" in S("==2.1.*"), "2.0rc1" in S(">=1.0"), str(Requirement("torch[x] >=2.0, <3").specifier)',
    "(True, False, True, False, '<3,>=2.0')",
  ],
  [
    'a dict with attributes',
    'from easydict import EasyDict\nc = EasyDict({"a": {"b": 1}, "l": [{"q": 2}]})\n',
    'c.a.b, c.l[0].q, c["a"]',
    "(1, 2, {'b': 1})",
  ],
  [
    'progress bars',
    'from tqdm import tqdm, trange\n',
    '[i for i in tqdm(range(3), desc="x")], list(trange(2))',
    '([0, 1, 2], [0, 1])',
  ],
  [
    'type checks at run time',
    'from beartype import beartype\nfrom jaxtyping import Float\n@beartype\ndef f(x: Float[int, "a b"]): return x\n',
    'f(1)',
    '1',
  ],
  [
    'yacs: merging, types, freezing',
    `
from yacs.config import CfgNode as CN
_C = CN()
_C.MODEL = CN(new_allowed=True)
_C.MODEL.WIDTHS = (1, 2)
_C.MODEL.NAME = 'a'
_C.LR = 0.5
def cfg(**kw):
    c = _C.clone(); c.merge_from_other_cfg(CN(kw)); return c
def attempt(f):
    try: return f()
    except (KeyError, ValueError, AttributeError) as e: return type(e).__name__
def listed(*a):
    c = _C.clone(); c.merge_from_list(list(a)); return c
def frozen():
    c = _C.clone(); c.freeze(); c.MODEL.NAME = 'b'
`,
    "[cfg(MODEL={'WIDTHS': [3, 4], 'EXTRA': {'X': '(5, 6)'}}).MODEL.WIDTHS, cfg(MODEL={'EXTRA': {'X': '(5, 6)'}}).MODEL.EXTRA.X, attempt(lambda: cfg(NEW=1)), attempt(lambda: cfg(LR=1)), listed('MODEL.NAME', 'z', 'LR', '0.25').LR, attempt(frozen), _C.MODEL.NAME, 'LR' in _C, sorted(cfg(LR=1.0)), isinstance(_C, dict), attempt(lambda: _C.NONE)]",
    "[(3, 4), '(5, 6)', 'KeyError', 'ValueError', 0.25, 'AttributeError', 'a', True, ['LR', 'MODEL'], True, 'AttributeError']",
  ],
  [
    'ml_collections: fields with types',
    `
import ml_collections
def config():
    c = ml_collections.ConfigDict()
    c.patches = ml_collections.ConfigDict({'size': (16, 16)})
    c.hidden = 768
    c.rate = 0.1
    c.transformer = {'heads': 12}
    return c
c = config()
c.rate = 1
d = config().to_dict()
def attempt(f):
    try: return f()
    except (KeyError, TypeError, AttributeError) as e: return type(e).__name__
def wrong(): c.hidden = 'x'
def locked():
    e = config(); e.lock(); e.new = 1
def opened():
    e = config(); e.lock()
    with e.unlocked(): e.new = 7
    return e.new
`,
    "[c.rate, c.patches.size[0], c['transformer.heads'], c.transformer.heads, d['transformer'], attempt(wrong), attempt(locked), opened(), list(c), c.get('none', 3), 'hidden' in c, {**c.patches}, attempt(lambda: c.none)]",
    "[1.0, 16, 12, 12, {'heads': 12}, 'TypeError', 'AttributeError', 7, ['hidden', 'patches', 'rate', 'transformer'], 3, True, {'size': (16, 16)}, 'AttributeError']",
  ],
  [
    'omegaconf: references, lists, merging',
    `
from dataclasses import dataclass, field
from omegaconf import OmegaConf, DictConfig, ListConfig, MISSING, open_dict
c = OmegaConf.create({'model': {'dim': 64, 'heads': '\${heads}', 'name': 'net-\${.dim}', 'widths': [1, 2, {'x': 3}]}, 'heads': 8, 'lost': '???'})
@dataclass
class Base:
    dim: int = 4
    names: list = field(default_factory=lambda: ['a'])
    need: int = MISSING
s = OmegaConf.structured(Base)
def attempt(f):
    try: return f()
    except Exception as e: return type(e).__name__
def strange(): s.other = 1
def grown():
    with open_dict(s): s.other = 5
    return s.other
def net(dim, heads, **rest): return dim * heads
m = OmegaConf.merge(c, {'model': {'dim': 128, 'widths': [9]}}, OmegaConf.from_dotlist(['heads=2', 'extra.deep=[1,2]']))
`,
    "[c.model.heads, c.model.name, c['model']['widths'][2].x, m.model.heads, m.model.name, list(m.model.widths), m.extra.deep[1], attempt(lambda: c.lost), hasattr(c, 'none'), c.get('none', 1), attempt(strange), grown(), s.names[0], attempt(lambda: s.need), net(**c.model), isinstance(c, dict), isinstance(c, DictConfig), isinstance(c.model.widths, ListConfig), len(c.model), OmegaConf.to_container(c.model, resolve=True), 'lost' in c, [k for k, v in c.model.items()], c.model == {'dim': 64, 'heads': 8, 'name': 'net-64', 'widths': [1, 2, {'x': 3}]}]",
    "[8, 'net-64', 3, 2, 'net-128', [9], 2, 'MissingMandatoryValue', False, 1, 'ConfigAttributeError', 5, 'a', 'MissingMandatoryValue', 512, False, True, True, 4, {'dim': 64, 'heads': 8, 'name': 'net-64', 'widths': [1, 2, {'x': 3}]}, False, ['dim', 'heads', 'name', 'widths'], True]",
  ],
  [
    'a method made of another one as constructor',
    `
from functools import partialmethod
class Block:
    def __init__(self, width, groups=1): self.size = width, groups
def partialclass(cls, *args, **kwargs):
    class Part(cls):
        __init__ = partialmethod(cls.__init__, *args, **kwargs)
    return Part
`,
    '[partialclass(Block, groups=4)(8).size, partialclass(Block, 3)().size]',
    '[(8, 4), (3, 1)]',
  ],
];

describe('packages that configuration leans on', () => {
  for (const [name, program, expression, expected] of CASES)
    it(name, async () => assert.equal(await runPython(program, expression), expected));
});
