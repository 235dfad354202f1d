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
];

describe('packages that configuration leans on', () => {
  for (const [name, program, expression, expected] of CASES)
    it(name, async () => assert.equal(await runPython(program, expression), expected));
});
