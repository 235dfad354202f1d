import { strict as assert } from 'node:assert';
import { torchModules } from '../../../src/engine/torch/index.js';
import { evaluatePython } from '../../support/interpret.js';

/** `gone` is a package that nobody has: whatever comes from it is unknown. */
const HEAD = 'import os, json, time, random, torch\nfrom torch import nn\nimport gone\n';
const NET = `
class Net(nn.Module):
    def __init__(self, x=None):
        super().__init__()
        self.fc = nn.Linear(2, 3)
        self.x = x
def size(model): return sum(p.numel() for p in model.parameters())
class A: pass
a = A()
a.n = 1
`;
const GONE = "unknown: the package 'gone' is not on the search path";

type Case = readonly [name: string, source: string, expression: string, expected: string | RegExp];

function suite(title: string, cases: readonly Case[]): void {
  describe(title, () => {
    for (const [name, source, expression, expected] of cases)
      it(name, async () => {
        const answer = await evaluatePython(HEAD + NET + source, expression, torchModules);
        if (typeof expected === 'string') assert.equal(answer, expected);
        else assert.match(answer, expected);
      });
  });
}

suite('names that are not known', [
  ['setattr', 'setattr(a, gone.f(), 2)', 'a.n', GONE],
  ['setattr of what is there already', 'setattr(a, gone.f(), 1)', 'a.n', '1'],
  ['a name of which the beginning is known', 'setattr(a, f"layer{gone.f()}", 2)', 'a.n', '1'],
  ['object.__setattr__', 'object.__setattr__(a, gone.f(), 2)', 'a.n', GONE],
  [
    'object.__setattr__ needs a text',
    '',
    'object.__setattr__(a, 3, 2)',
    /raises TypeError: attribute name must be string/,
  ],
  ['object.__getattribute__', '', 'object.__getattribute__(a, gone.f())', GONE],
  ['object.__delattr__', 'object.__delattr__(a, gone.f())', 'a.n', GONE],
  ['delattr', 'delattr(a, gone.f())', 'a.n', GONE],
  [
    'a new __dict__ gives texts as attributes',
    'a.__dict__ = {1: 2, 2: 3, "x": 4}',
    '(a.x, hasattr(a, "n"))',
    '(4, False)',
  ],
  ['through __dict__', 'a.__dict__[gone.f()] = 2', 'a.n', GONE],
  ['by vars().update', 'vars(a).update(gone.f())', 'a.n', GONE],
  ['on a module: a module', 'm = Net()\nsetattr(m, gone.f(), nn.Linear(1, 1))', 'size(m)', GONE],
  [
    'on a module: what is read afterwards',
    'm = Net()\nsetattr(m, gone.f(), nn.Linear(1, 1))',
    'm.fc.in_features',
    GONE,
  ],
  ['on a module: another name', 'm = Net()\nsetattr(m, f"l{gone.f()}", nn.Linear(1, 1))', 'm.fc.in_features', '2'],
  ['on a module: another name still counts', 'm = Net()\nsetattr(m, f"l{gone.f()}", nn.Linear(1, 1))', 'size(m)', GONE],
  ['add_module', 'm = Net()\nm.add_module(gone.f(), nn.Linear(1, 1))', 'size(m)', GONE],
  ['register_parameter', 'm = Net()\nm.register_parameter(gone.f(), nn.Parameter(torch.ones(1)))', 'size(m)', GONE],
  ['register_buffer', 'm = Net()\nm.register_buffer(gone.f(), torch.ones(1))', 'len(list(m.buffers()))', GONE],
  ['globals', 'lr = 1\nglobals()[gone.f()] = 2', '(size(Net()), lr)', GONE],
]);

suite('keys that are not known', [
  ['assignment', 'd = {"a": 1}\nd[gone.f()] = 2', 'd["a"]', GONE],
  ['assignment of the same value', 'd = {"a": 1}\nd[gone.f()] = 1', 'd["a"]', '1'],
  ['update', 'd = {"a": 1}\nd.update(gone.f())', 'd["a"]', GONE],
  ['update, then a known key', 'd = {"a": 1}\nd.update(gone.f(), a=3)', 'd["a"]', '3'],
  ['|=', 'd = {"a": 1}\nd |= gone.f()', 'd["a"]', GONE],
  ['in a display', 'd = {"a": 1, **gone.f(), "b": 3}', 'd["b"]', '3'],
  ['in a display, before', 'd = {"a": 1, **gone.f(), "b": 3}', 'd["a"]', GONE],
  ['pop', 'd = {"a": 1}\nd.pop(gone.f())', 'd.get("a", 3)', GONE],
  ['pop of another key', 'd = {"a": 1}\nd.update(b=gone.f())\nd.pop("c", None)', 'd["a"]', '1'],
]);

suite('arguments that are not known', [
  [
    'the body is followed',
    'class Base(nn.Module):\n    def __init__(self, **kwargs):\n        super().__init__()\n        self.fc = nn.Linear(3, 4)\nclass Sub(Base):\n    def __init__(self):\n        super().__init__(**gone.f())\n',
    'size(Sub())',
    '16',
  ],
  [
    'what they may decide is unknown',
    'class Sub(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.build(**gone.f())\n    def build(self, n=3):\n        self.fc = nn.Linear(n, 4)\n',
    'size(Sub())',
    GONE,
  ],
  ['given ones are known', 'def f(a, b=2, *, c=3): return a', 'f(1, **gone.f())', '1'],
  ['defaults may be replaced', 'def f(a, b=2, *, c=3): return b', 'f(1, **gone.f())', GONE],
  ['a star leaves keyword-only ones alone', 'def f(a, b=2, *, c=3): return c', 'f(1, *gone.f())', '3'],
  ['a method of a list', 'l = [1]\nl.insert(*gone.f())', 'l[0]', /^unknown: the arguments are not known/],
]);

suite('plain data that is not known hides no parameters', [
  ['the clock', '', 'size(Net(time.time()))', '9'],
  ['the environment', '', 'size(Net(os.environ["HOME"] + "/x"))', '9'],
  ['a file', '', 'size(Net(json.load(open("missing.json"))["a"]))', '9'],
  ['a conversion', '', 'size(Net(int(gone.f())))', '9'],
  ['chance', '', 'size(Net(random.random() * 2))', '9'],
  ['a formatted text', '', 'size(Net(f"{gone.f()}"))', '9'],
  ['a package', '', 'size(Net(gone.f()))', GONE],
  ['a default may be a module', '', 'size(Net(json.load(open("missing.json")).get("a", nn.ReLU())))', /^unknown/],
  ['a choice may be a module', '', 'size(Net(random.choice([nn.ReLU(), nn.Linear(1, 1)])))', /^unknown/],
  ['an unknown text names a class', '', 'size(Net(getattr(nn, f"BatchNorm{gone.f()}d")(4)))', GONE],
  ['an unknown text is a key', '', 'size(Net({"a": nn.ReLU()}[f"{gone.f()}"]))', GONE],
  ['a tensor of it may be a parameter', '', 'size(Net(nn.Parameter(torch.tensor(time.time()))))', /^unknown/],
  [
    'a list of modules is no module, its items are',
    'mods = [nn.ReLU()] if gone.f() else [nn.ReLU(), nn.ReLU()]\nnet = Net()\nnet.y = mods[0]',
    'size(net)',
    /^unknown/,
  ],
]);

suite('loops whose rounds are not known', [
  [
    'a tensor that keeps its shape',
    'def f():\n    m = torch.zeros(2, 3)\n    for _ in range(gone.f()):\n        m = m + torch.rand(2, 3)\n    return m.shape',
    'tuple(f())',
    '(2, 3)',
  ],
  [
    'what never rests leaves the rest alone',
    'def f():\n    keep = 5\n    n = 0\n    for _ in range(gone.f()):\n        n = n + 1\n    return keep',
    'f()',
    '5',
  ],
  [
    'self is still there afterwards',
    'class B:\n    def __init__(self):\n        n = 0\n        for _ in range(gone.f()):\n            n = n * 2 + 1\n        self.images = 3',
    'B().images',
    '3',
  ],
  [
    'chains of places',
    'def f():\n    a = b = c = d = e = g = 0\n    for _ in range(gone.f()):\n        g = e\n        e = d\n        d = c\n        c = b\n        b = a\n        a = a + 1\n    return g',
    'f()',
    /^unknown: it changes in a loop/,
  ],
]);

suite('code that would take long', [
  [
    'a function that calls itself under conditions that are not known',
    `
def decode(text):
    if gone.x(): return [text]
    out = []
    for i in range(gone.n):
        if text[i] != 0 and not (i > 0 and text[i - 1] == text[i]): out.append(decode(text[i:]))
    return out
net = Net()
found = decode(gone.text)
`,
    'size(net)',
    '9',
  ],
  [
    'many rounds of training leave what they change unknown',
    `
net, seen = Net(), 0
for epoch in range(100000):
    loss = net.fc(torch.randn(4, 2)).sum()
    loss.backward()
    seen += 1
`,
    '(size(net), seen == 0)',
    /not followed/,
  ],
  [
    'and the model as it is',
    `
net = Net()
for epoch in range(100000):
    net.fc(torch.randn(4, 2)).sum().backward()
`,
    'size(net)',
    '9',
  ],
  [
    'a model that grows in every round of training is not counted',
    `
net = nn.Sequential(nn.Linear(2, 3))
for epoch in range(100000):
    net.append(nn.Linear(3, 3))
    gone.loss(epoch).backward()
`,
    'size(net)',
    /^unknown/,
  ],
]);

suite('what NumPy and configurations name', [
  ['a class', 'import pydoc', "pydoc.locate('torch.nn.LeakyReLU') is nn.LeakyReLU", 'True'],
  ['a class that is not there', 'import pydoc', "pydoc.locate('torch.nn.Nothing')", /^None$|^unknown/],
  [
    'methods of scalars',
    'import numpy as np\nn = 5 * np.ceil(np.log(96)).astype("int")',
    "n, np.prod([2, 3]).item(), hasattr(2.5, 'astype')",
    '(25, 6, False)',
  ],
  ['an old name of mm', '', 'torch.spmm(torch.rand(2, 3), torch.rand(3, 4)).shape', 'torch.Size([2, 4])'],
]);
