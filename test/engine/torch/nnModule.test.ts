import { strict as assert } from 'node:assert';
import { countModel } from '../../../src/engine/model/index.js';
import { evaluateSource, isUnknown, type PyInstance } from '../../../src/engine/python/index.js';
import { formatInt, symbol, type Int } from '../../../src/engine/python/symint.js';
import { torchModules } from '../../../src/engine/torch/index.js';
import { callMacs, callOutput, moduleCalls, tensorsIn, traceOf } from '../../../src/engine/torch/trace.js';
import { evaluatePython, interpreterFor } from '../../support/interpret.js';

/** Python text, an expression over it, and the `repr` expected. */
type Case = readonly [name: string, source: string, expression: string, expected: string];

const HEAD = 'import torch\nfrom torch import nn\nimport torch.nn.functional as F\n';

function suite(title: string, cases: readonly Case[]): void {
  describe(title, () => {
    for (const [name, source, expression, expected] of cases)
      it(name, async () => {
        assert.equal(await evaluatePython(HEAD + source, expression, torchModules), expected);
      });
  });
}

const NET = `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(3, 4)
        self.b = nn.Sequential(nn.ReLU(), nn.Linear(4, 2))
    def forward(self, x):
        return self.b(self.a(x))
net = Net()
`;

const WHERE = `
def where():
    return [str(torch.empty(1).device), str(nn.Linear(1, 1).weight.device), str(torch.tensor([1.0]).device)]
`;

suite('the device that factories use', [
  ['is the CPU at first', WHERE, 'where()', "['cpu', 'cpu', 'cpu']"],
  [
    'is that of the block',
    WHERE + "with torch.device('meta') as d:\n    inside = where()",
    '(inside, str(d), torch.zeros(1).is_meta)',
    "(['meta', 'meta', 'meta'], 'meta', False)",
  ],
  [
    'is that of the innermost block, and the one before again after it',
    WHERE +
      "with torch.device('meta'):\n    with torch.device('cuda:1'):\n        inner = where()\n    outer = torch.get_default_device()",
    '(inner, str(outer), where())',
    "(['cuda:1', 'cuda:1', 'cuda:1'], 'meta', ['cpu', 'cpu', 'cpu'])",
  ],
  [
    'is what was before when the block raises',
    WHERE + "try:\n    with torch.device('meta'):\n        raise ValueError\nexcept ValueError:\n    pass",
    'where()',
    "['cpu', 'cpu', 'cpu']",
  ],
  ['can be set for good', WHERE + "torch.set_default_device('meta')\nnow = where()", 'now', "['meta', 'meta', 'meta']"],
  [
    'gives way to a device that is named',
    "with torch.device('meta'):\n    x = torch.zeros(2, device='cpu')\n    y = torch.zeros_like(x)",
    '(str(x.device), str(y.device))',
    "('cpu', 'cpu')",
  ],
]);

suite('nn.Module: members', [
  [
    'named_parameters',
    NET,
    '[n for n, _ in net.named_parameters()]',
    "['a.weight', 'a.bias', 'b.1.weight', 'b.1.bias']",
  ],
  [
    'prefix and no recursion',
    NET + 'net.p = nn.Parameter(torch.zeros(1))',
    "[n for n, _ in net.named_parameters(prefix='x', recurse=False)]",
    "['x.p']",
  ],
  [
    'shared modules come once',
    NET + 'net.c = net.a',
    '[n for n, _ in net.named_modules()]',
    "['', 'a', 'b', 'b.0', 'b.1']",
  ],
  [
    'unless duplicates are wanted',
    NET + 'net.c = net.a',
    '[n for n, _ in net.named_modules(remove_duplicate=False)]',
    "['', 'a', 'b', 'b.0', 'b.1', 'c']",
  ],
  ['sum of numel', NET, 'sum(p.numel() for p in net.parameters())', '26'],
  ['children', NET, '[type(c).__name__ for c in net.children()]', "['Linear', 'Sequential']"],
  [
    'get_submodule and set_submodule',
    NET + "net.set_submodule('b.1', nn.Tanh())",
    "type(net.get_submodule('b.1')).__name__",
    "'Tanh'",
  ],
  ['get_parameter', NET, "tuple(net.get_parameter('b.1.weight').shape)", '(2, 4)'],
  ['hasattr and getattr', NET, "(hasattr(net, 'a'), hasattr(net, 'z'), getattr(net, 'z', 7))", '(True, False, 7)'],
  [
    'apply visits children first',
    NET + 'seen = []\nnet.apply(lambda m: seen.append(type(m).__name__))',
    'seen',
    "['Linear', 'ReLU', 'Linear', 'Sequential', 'Net']",
  ],
  ['dir', NET, "'a' in dir(net) and 'forward' in dir(net)", 'True'],
  [
    'an override of parameters is used',
    NET +
      'class Sub(Net):\n    def named_parameters(self, *args, **kwargs):\n        for n, p in super().named_parameters(*args, **kwargs):\n            if n.startswith("a."):\n                yield n, p',
    'len(list(Sub().parameters()))',
    '2',
  ],
  [
    'assigning through setattr',
    NET + "for i in range(3):\n    setattr(net, f'layer{i}', nn.Linear(i + 1, 1))",
    '[n for n, _ in net.named_children()]',
    "['a', 'b', 'layer0', 'layer1', 'layer2']",
  ],
  [
    'replacing children while walking',
    NET +
      `
class Wrap(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner
        self.extra = nn.Linear(1, 1)
def replace(module):
    for name, child in module.named_children():
        if isinstance(child, nn.Linear):
            setattr(module, name, Wrap(child))
        else:
            replace(child)
replace(net)`,
    '[n for n, m in net.named_modules() if isinstance(m, nn.Linear)]',
    "['a.inner', 'a.extra', 'b.1.inner', 'b.1.extra']",
  ],
]);

suite('nn.Module: state', [
  [
    'train and eval reach every child',
    NET + 'net.eval()',
    '[m.training for m in net.modules()]',
    '[False, False, False, False, False]',
  ],
  [
    "a child's own train is called",
    'class Frozen(nn.BatchNorm1d):\n    def train(self, mode=True):\n        return super().train(False)\nnet = nn.Sequential(Frozen(3), nn.ReLU()).train()',
    '[m.training for m in net.modules()]',
    '[True, False, True]',
  ],
  [
    'requires_grad_',
    NET + 'net.a.requires_grad_(False)',
    '[p.requires_grad for p in net.parameters()]',
    '[False, False, True, True]',
  ],
  [
    'half keeps integer buffers',
    'net = nn.BatchNorm1d(2).half()',
    '[str(t.dtype) for t in net.state_dict().values()]',
    "['torch.float16', 'torch.float16', 'torch.float16', 'torch.float16', 'torch.int64']",
  ],
  ['to a dtype', NET + 'net.to(torch.float64)', 'str(net.a.weight.dtype)', "'torch.float64'"],
  [
    'to a device keeps the objects',
    NET + "w = net.a.weight\nnet.to('cuda')",
    '(net.a.weight is w, w.device.type)',
    "(True, 'cuda')",
  ],
  [
    'state_dict without transient buffers',
    "net = nn.Module()\nnet.register_buffer('x', torch.zeros(1))\nnet.register_buffer('y', torch.zeros(1), persistent=False)",
    'list(net.state_dict())',
    "['x']",
  ],
  ['load_state_dict', NET, 'net.load_state_dict(Net().state_dict())[0]', '[]'],
  [
    'load_state_dict names what is missing',
    NET,
    'net.load_state_dict({}, strict=False).missing_keys',
    "['a.weight', 'a.bias', 'b.1.weight', 'b.1.bias']",
  ],
  [
    'strict loading raises',
    NET,
    "net.load_state_dict({'q': torch.zeros(1)})",
    'raises RuntimeError: Error(s) in loading state_dict for Net:\n\tUnexpected key(s) in state_dict: "q". \n\tMissing key(s) in state_dict: "a.weight", "a.bias", "b.1.weight", "b.1.bias". ',
  ],
  [
    'copies are independent',
    NET + 'import copy\nother = copy.deepcopy(net)\nother.a.weight.requires_grad = False',
    '(net.a.weight.requires_grad, other.a.weight.requires_grad, len(list(other.parameters())))',
    '(True, False, 4)',
  ],
  [
    'repr',
    NET,
    'net',
    'Net(\n  (a): Linear(in_features=3, out_features=4, bias=True)\n  (b): Sequential(\n    (0): ReLU()\n    (1): Linear(in_features=4, out_features=2, bias=True)\n  )\n)',
  ],
  [
    'poking at the dictionaries',
    NET + "del net._modules['b']\nnet._parameters['q'] = nn.Parameter(torch.zeros(5))",
    '[n for n, _ in net.named_parameters()]',
    "['q', 'a.weight', 'a.bias']",
  ],
  [
    'a base that is not resolved',
    'from nowhere import Base\nclass M(Base):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(1, 2)\nm = M()',
    'm.a.out_features',
    '2',
  ],
]);

suite('nn.Module: calls', [
  [
    'hooks change what goes in and comes out',
    NET +
      'net.register_forward_pre_hook(lambda m, args: (args[0][:, :3],))\nnet.register_forward_hook(lambda m, args, out: out.sum(-1))',
    'tuple(net(torch.zeros(7, 5)).shape)',
    '(7,)',
  ],
  [
    'a removed hook is gone',
    NET + 'h = net.register_forward_hook(lambda m, args, out: 1)\nh.remove()',
    'tuple(net(torch.zeros(7, 3)).shape)',
    '(7, 2)',
  ],
  [
    'hooks with keyword arguments',
    NET + 'net.register_forward_hook(lambda m, args, kwargs, out: sorted(kwargs), with_kwargs=True)',
    'net(x=torch.zeros(2, 3))',
    "['x']",
  ],
  [
    'a missing forward',
    'class M(nn.Module):\n    pass',
    'M()(1)',
    'raises NotImplementedError: Module [M] is missing the required "forward" function',
  ],
  [
    'a lazy layer gets its size',
    'layer = nn.LazyLinear(5)\nlayer(torch.zeros(2, 9))',
    'tuple(layer.weight.shape)',
    '(5, 9)',
  ],
  [
    'weight norm computes the weight when it is read',
    'layer = nn.utils.parametrizations.weight_norm(nn.Linear(3, 4))',
    "(tuple(layer.weight.shape), isinstance(layer.weight, nn.Parameter), 'weight' in dict(layer.named_parameters()))",
    '((4, 3), False, False)',
  ],
  [
    'a parametrization of the user',
    'class Sym(nn.Module):\n    def forward(self, x):\n        return x + x.T\nlayer = nn.Linear(3, 3)\nnn.utils.parametrize.register_parametrization(layer, "weight", Sym())',
    '(tuple(layer.weight.shape), [n for n, _ in layer.named_parameters()])',
    "((3, 3), ['bias', 'parametrizations.weight.original'])",
  ],
  [
    'reset_parameters of a subclass',
    'class L(nn.Linear):\n    def reset_parameters(self):\n        self.reset = True',
    'L(1, 2).reset',
    'True',
  ],
  [
    'sizes that are computed',
    'layer = nn.Conv2d(3, int(64 * 0.5), kernel_size=(3, 1), bias=False)',
    'tuple(layer.weight.shape)',
    '(32, 3, 3, 1)',
  ],
]);

suite('nn.Module: parts that subclasses use', [
  [
    'embeddings made anew',
    'class Words(nn.Embedding):\n    def reset_parameters(self):\n        nn.init.normal_(self.weight)\n        self._fill_padding_idx_with_zero()\n',
    'Words(5, 3, padding_idx=0).weight.shape',
    'torch.Size([5, 3])',
  ],
  [
    'the padding of transposed convolutions',
    'up = nn.ConvTranspose2d(3, 4, 3, stride=2)\nx = torch.zeros(1, 3, 5, 5)\n',
    '(up(x, [12, 11]).shape, up._output_padding(x, [1, 4, 12, 11], [2, 2], [0, 0], [3, 3], 2), up._output_padding(x, None, [2, 2], [0, 0], [3, 3], 2))',
    '(torch.Size([1, 4, 12, 11]), (1, 0), (0, 0))',
  ],
  [
    'instance norms',
    'class Mine(nn.InstanceNorm2d):\n    def forward(self, x):\n        return self._apply_instance_norm(x)\n',
    'Mine(3)(torch.zeros(2, 3, 4, 4)).shape',
    'torch.Size([2, 3, 4, 4])',
  ],
  ['positions in lists', 'l = nn.ModuleList([nn.ReLU(), nn.Tanh()])', 'l._get_abs_string_index(-1)', "'1'"],
]);

const OPERATORS = `
from torch.library import Library, custom_op

@custom_op("mine::scale", mutates_args=())
def scale(x: torch.Tensor, k: float) -> torch.Tensor:
    return x * k

@scale.register_fake
def _(x, k):
    return torch.empty_like(x)

library = Library("mine", "FRAGMENT")
library.define("twice(Tensor x) -> Tensor")
library.impl("twice", lambda x: torch.cat([x, x]), "CompositeImplicitAutograd")
library.define("secret(Tensor x) -> Tensor")
library.impl("secret", lambda x: x, "CUDA")
x = torch.zeros(2, 3)
`;

suite('operators that Python defines', [
  ['give what they say for tensors without data', OPERATORS, 'scale(x, 2.0).shape', 'torch.Size([2, 3])'],
  ['are found below torch.ops', OPERATORS, 'torch.ops.mine.scale.default(x, 2.0).shape', 'torch.Size([2, 3])'],
  ['are what they are composed of', OPERATORS, 'torch.ops.mine.twice(x).shape', 'torch.Size([4, 3])'],
  [
    'are unknown where only a kernel says it',
    OPERATORS,
    'torch.ops.mine.secret(x)',
    "unknown: nothing says what the operator 'mine::secret' gives for tensors without data",
  ],
  [
    'may ask for a version, which compares as one',
    'import importlib.metadata\nv = torch.__version__\n',
    '(v >= "2.9", v < "1.10", v >= (2, 2), v != "2.13.0", v.split(".")[0], f"{v}" == v, importlib.metadata.version("torch") == v)',
    "(True, False, True, False, '2', True, True)",
  ],
  ['know the limits of small floats', '', 'torch.finfo(torch.float8_e4m3fn).max', '448.0'],
]);

suite('attention as a function', [
  [
    'projects to another width',
    'import torch.nn.functional as F\nx = torch.zeros(5, 2, 8)\nw = torch.zeros(8, 8)\nout = [F.multi_head_attention_forward(x, x, x, 8, 2, None, torch.zeros(24), None, None, False, 0.0, torch.zeros(3, 8), torch.zeros(3), use_separate_proj_weight=True, q_proj_weight=w, k_proj_weight=w, v_proj_weight=w, need_weights=needed)[0] for needed in (True, False)]',
    '[tuple(y.shape) for y in out]',
    '[(5, 2, 3), (5, 2, 3)]',
  ],
]);

const ARRAY = 'import numpy as np\na = np.array([[1, 2], [3, 4]])\n';
suite('numpy', [
  [
    'turns along every axis',
    ARRAY,
    '(np.flip(a).tolist(), np.flip(a, 1).tolist())',
    '([[4, 3], [2, 1]], [[2, 1], [4, 3]])',
  ],
  ['rolls along an axis', ARRAY, 'np.roll(a, 1, axis=0).shape', '(2, 2)'],
  [
    'computes with polynomials',
    ARRAY,
    '((np.poly1d((0.5, 0.5)) ** 3).coeffs.tolist(), (np.poly1d([1, 2]) * np.poly1d([0, 3, 1]) + 1)(2), np.poly1d([1, 0, 2]).order)',
    '([0.125, 0.375, 0.375, 0.125], 29, 2)',
  ],
  [
    'joins what is written as an index',
    ARRAY,
    '(np.r_[1:4, 0, a[0]].tolist(), np.c_[a, [5, 6]].tolist(), np.r_[0:1:3j].tolist())',
    '([1, 2, 3, 0, 1, 2], [[1, 2, 5], [3, 4, 6]], [0.0, 0.5, 1.0])',
  ],
  ['transforms', ARRAY, '(np.fft.rfft(a).shape, np.fft.fftn(a, axes=(0,)).dtype == np.complex128)', '((2, 2), True)'],
  ['adds several axes', ARRAY, 'np.expand_dims(a, (0, -1)).shape', '(1, 2, 2, 1)'],
]);

suite('nn.Module: what is not known', [
  [
    'initialised by a base class that is not known',
    'from nowhere import Hub\nclass Mixed(Hub, nn.Module):\n    def __init__(self):\n        Hub.__init__(self)\n        self.a = nn.Linear(2, 2)\nm = Mixed()\n',
    'm.b',
    "unknown: the package 'nowhere' is not on the search path",
  ],
  [
    'an unknown child is met after what is known',
    'from nowhere import thing\nnet = nn.Sequential(nn.Linear(1, 2))\nnet.x = thing()\nfor p in net.parameters():\n    p.requires_grad = False',
    'net[0].weight.requires_grad',
    'False',
  ],
  [
    'but their number is not known',
    'from nowhere import thing\nnet = nn.Sequential(nn.Linear(1, 2))\nnet.x = thing()',
    'len(list(net.parameters()))',
    "unknown: the package 'nowhere' is not on the search path",
  ],
  [
    'an unknown size is an unknown size',
    'from nowhere import n\nlayer = nn.Linear(n, 4)',
    'layer.weight.shape[0]',
    '4',
  ],
]);

suite('well-known bases', [
  [
    'a LightningModule',
    'import pytorch_lightning as pl\nclass M(pl.LightningModule):\n    def __init__(self, hidden=5, **kwargs):\n        super().__init__()\n        self.save_hyperparameters()\n        self.a = nn.Linear(3, self.hparams.hidden)\n        self.b = nn.Linear(self.hparams["extra"], 1)\nm = M(7, extra=2)',
    '(sum(p.numel() for p in m.parameters()), m.hparams)',
    "(31, {'hidden': 7, 'extra': 2})",
  ],
  [
    'a mixin of another package',
    'from huggingface_hub import PyTorchModelHubMixin\nclass M(nn.Module, PyTorchModelHubMixin, repo_url="x"):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(1, 1)',
    'sum(p.numel() for p in M().parameters())',
    '2',
  ],
]);

describe('counts', () => {
  const count = async (source: string): Promise<ReturnType<typeof countModel>> => {
    const interpreter = await interpreterFor(HEAD + source, torchModules);
    return interpreter.run(() =>
      countModel(
        evaluateSource(interpreter, interpreter.importer.moduleOfFile('/main.py'), 'net') as PyInstance,
        interpreter,
      ),
    );
  };

  it('of everything, each tensor and module once', async () => {
    const { total, trainable, frozen, buffers, modules } = await count(
      NET + 'net.c = net.a\nnet.d = nn.BatchNorm1d(2)\nnet.a.bias.requires_grad = False',
    );
    assert.deepEqual([total.value, trainable.value, frozen.value, buffers.value, modules], [30, 26, 4, 5, 6]);
  });

  it('in named sizes', async () => {
    const interpreter = await interpreterFor(
      HEAD + 'def make(n):\n    return nn.Sequential(nn.Linear(512, n), nn.BatchNorm1d(n))\n',
      torchModules,
    );
    interpreter.run(() => {
      const make = interpreter.requireAttribute(interpreter.importer.moduleOfFile('/main.py'), 'make');
      const { total } = countModel(interpreter.call(make, [symbol('n')]) as PyInstance, interpreter);
      assert.equal(formatInt(total.value as Int), '515*n');
    });
  });

  it('are not known below an object whose class has an unresolved base', async () => {
    const { total, root } = await count(
      'from nowhere import Base\nclass Part(Base):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(1, 2)\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.part = Part()\n        self.b = nn.Linear(2, 2)\nnet = Net()',
    );
    assert.equal(isUnknown(total.value), true);
    assert.equal(total.total, 10);
    assert.deepEqual(
      root.children.map((child) => child.name),
      ['part', 'b'],
    );
  });

  /** A learner whose parameters are those of two lists and of a layer that it keeps to itself. */
  const learner = (members: string): string =>
    'class Learner(nn.Module):\n    def __init__(self):\n        super().__init__()\n' +
    '        self.vars = nn.ParameterList([nn.Parameter(torch.ones(3, 4)), nn.Parameter(torch.ones(5))])\n' +
    '        self.stats = nn.ParameterList([nn.Parameter(torch.ones(7), requires_grad=False)])\n' +
    `        self.norm = nn.BatchNorm1d(2)\n${members}\nnet = Learner()`;
  const TOLD: readonly (readonly [string, string, readonly unknown[]])[] = [
    ['parameters()', '    def parameters(self):\n        return self.vars', [17, 5, 4]],
    [
      'named_parameters()',
      '    def named_parameters(self, *args, **kwargs):\n        return [(n, p) for n, p in super().named_parameters(*args, **kwargs) if "stats" not in n]',
      [21, 5, 4],
    ],
    [
      'modules() and buffers()',
      '    def modules(self):\n        yield self\n    def buffers(self):\n        return []',
      [28, 0, 1],
    ],
    [
      'named_modules()',
      '    def named_modules(self, *args, **kwargs):\n        for name, part in super().named_modules(*args, **kwargs):\n            if part is not self.norm:\n                yield name, part',
      [24, 0, 3],
    ],
    [
      'parameters() that the code hides',
      '    def parameters(self):\n        from nowhere import some\n        return some(self)',
      [null, 5, 4],
    ],
    [
      'parameters() that names one twice',
      '    def parameters(self):\n        return [*self.vars, *self.vars]',
      [null, 5, 4],
    ],
    [
      'parameters() of groups',
      '    def parameters(self):\n        return [{"params": self.vars, "lr": 0.1}]',
      [null, 5, 4],
    ],
    ['a list of that name', '        self.modules = []', [28, 5, 4]],
  ];
  for (const [name, members, expected] of TOLD)
    it(`are what a class of its own gives: ${name}`, async () => {
      const { total, buffers, modules, root } = await count(learner(members));
      assert.deepEqual(
        [total.value, buffers.value, modules].map((each) => (isUnknown(each) ? null : each)),
        expected,
      );
      assert.deepEqual(isUnknown(root.total) ? null : root.total, expected[0]);
    });

  it('of a layer go by its own walk only where itself is asked', async () => {
    const { total, root } = await count(
      `${learner('    def parameters(self):\n        return self.vars')}\nnet = nn.Sequential(net, nn.Linear(1, 1))`,
    );
    assert.deepEqual([total.value, root.children[0]?.total], [30, 17]);
  });

  it('know the total but not what is trained when that depends on an unknown condition', async () => {
    const { total, trainable } = await count(
      'from nowhere import flag\nnet = nn.Linear(3, 4)\nif flag:\n    net.weight.requires_grad = False',
    );
    assert.equal(total.value, 16);
    assert.equal(isUnknown(trainable.value), true);
  });
});

describe('traces', () => {
  it('records every call of a module with its path, cost and output', async () => {
    const interpreter = await interpreterFor(HEAD + NET, torchModules);
    interpreter.run(() => {
      evaluateSource(interpreter, interpreter.importer.moduleOfFile('/main.py'), 'net(torch.zeros(5, 3))');
      const calls = moduleCalls(traceOf(interpreter)).map((call) => ({
        path: call.path,
        macs: callMacs(call),
        inputs: call.inputs.map((input) => input.shape),
        output: tensorsIn(callOutput(call) ?? null).map((output) => output.shape),
      }));
      assert.deepEqual(calls, [
        { path: '', macs: 100, inputs: [[5, 3]], output: [[5, 2]] },
        { path: 'a', macs: 60, inputs: [[5, 3]], output: [[5, 4]] },
        { path: 'b', macs: 40, inputs: [[5, 4]], output: [[5, 2]] },
        { path: 'b.0', macs: 0, inputs: [[5, 4]], output: [[5, 4]] },
        { path: 'b.1', macs: 40, inputs: [[5, 4]], output: [[5, 2]] },
      ]);
    });
  });
});
