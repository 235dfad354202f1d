/**
 * What the rules say is true: each program is run with PyTorch as it is and after the fix that is offered for it, and leaves a
 * number in `result` that shows the difference.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../../support/paths.js';
import { TORCH_PYTHON } from '../../support/torch-python.js';
import { lint, net, repaired } from './support.js';

interface Ran {
  readonly result?: unknown;
  readonly error?: string;
  readonly warnings: readonly string[];
}

interface Claim {
  readonly rule: string;
  readonly says: string;
  readonly program: string;
  /** What only PyTorch runs. */
  readonly then?: string;
  readonly holds: (before: Ran, after: Ran) => void;
}

const HEAD = 'import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n';
const near = (a: unknown, b: number, tolerance = 1e-4): void =>
  assert.ok(typeof a === 'number' && Math.abs(a - b) <= tolerance, `${String(a)} instead of ${b}`);
const gives =
  (before: unknown, after: unknown) =>
  (a: Ran, b: Ran): void => {
    assert.equal(b.error, undefined);
    assert.deepEqual([a.result, b.result], [before, after]);
  };
const raises =
  (message: RegExp, after: unknown) =>
  (a: Ran, b: Ran): void => {
    assert.match(a.error ?? 'nothing was raised', message);
    assert.equal(b.error, undefined);
    assert.deepEqual(b.result, after);
  };
const numbers =
  (before: number, after: number, tolerance = 1e-4) =>
  (a: Ran, b: Ran): void => {
    assert.equal(b.error, undefined);
    near(a.result, before, tolerance);
    near(b.result, after, tolerance);
  };

const LOADER = 'loader = [(torch.rand(8, 8), torch.randint(0, 3, (8,))) for _ in range(4)]\n';
const trained = (body: string, more = ''): string => `${LOADER}model = nn.Linear(8, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
${more}for i, (x, y) in enumerate(loader):
${body.replace(/^/gm, '    ')}
`;

const CLAIMS: readonly Claim[] = [
  {
    rule: 'L01',
    says: 'a perfect classifier of 10 classes keeps a loss of 1.461',
    program:
      'logits = torch.eye(10) * 100\nlayer = nn.Linear(10, 10, bias=False)\nlayer.weight.data = torch.eye(10) * 100\np = F.softmax(layer(torch.eye(10)), dim=1)\nresult = F.cross_entropy(p, torch.arange(10)).item()',
    holds: numbers(Math.log(Math.E + 9) - 1, 0),
  },
  {
    rule: 'L01',
    says: 'without the softmax the loss at equal logits is ln C',
    program: `${net('self.fc = nn.Linear(4, 10)\nnn.init.zeros_(self.fc.weight)\nnn.init.zeros_(self.fc.bias)', 'return self.fc(x).softmax(dim=1)')}out = Net()(torch.rand(2, 4))
result = F.cross_entropy(out, torch.tensor([1, 2])).item()`,
    holds: numbers(Math.log(10), Math.log(10)),
  },
  {
    rule: 'L02',
    says: 'the second log_softmax changes nothing',
    program:
      'layer = nn.Linear(4, 3)\nout = F.log_softmax(layer(torch.rand(2, 4)), dim=1)\nresult = F.cross_entropy(out, torch.tensor([0, 2])).item()',
    holds: (a, b) => near(a.result, b.result as number, 1e-6),
  },
  {
    rule: 'L03',
    says: 'a sure negative still costs ln 2',
    program:
      'layer = nn.Linear(1, 1, bias=False)\nlayer.weight.data.fill_(-100.0)\np = torch.sigmoid(layer(torch.ones(4, 1)))\nresult = F.binary_cross_entropy_with_logits(p, torch.zeros(4, 1)).item()',
    holds: numbers(Math.LN2, 0),
  },
  {
    rule: 'L06',
    says: 'the loss is negative',
    program:
      'layer = nn.Linear(4, 4)\nnn.init.zeros_(layer.weight)\nnn.init.zeros_(layer.bias)\np = F.softmax(layer(torch.rand(3, 4)), dim=1)\nresult = F.nll_loss(p, torch.tensor([0, 1, 2])).item()',
    holds: numbers(-0.25, Math.log(4)),
  },
  {
    rule: 'L08',
    says: 'the class axis is 1',
    program:
      'logits, tokens = torch.zeros(2, 5, 7), torch.zeros(2, 5, dtype=torch.long)\nresult = round(F.cross_entropy(logits, tokens).item(), 4)',
    holds: raises(/RuntimeError: Expected target size/, 1.9459),
  },
  {
    rule: 'L09',
    says: 'a perfect prediction has a loss',
    program: 'y = torch.arange(4.0)\npred = y.unsqueeze(1)\nresult = F.mse_loss(pred, y).item()',
    holds: numbers(2.5, 0),
  },
  {
    rule: 'L11',
    says: 'the divergence of a distribution from itself is 0',
    program:
      'z = nn.Linear(4, 4)(torch.rand(2, 4))\nresult = abs(F.kl_div(F.softmax(z, dim=1), F.softmax(z, dim=1).detach(), reduction="batchmean").item()) < 1e-6',
    holds: gives(false, true),
  },
  {
    rule: 'L13',
    says: 'classes cut to 0 get no gradient',
    program:
      'layer = nn.Linear(1, 3)\nlayer.weight.data.zero_()\nlayer.bias.data.fill_(-1.0)\nF.cross_entropy(F.relu(layer(torch.ones(2, 1))), torch.tensor([0, 1])).backward()\nresult = bool(layer.bias.grad.abs().sum() > 0)',
    holds: gives(false, true),
  },
  {
    rule: 'L16',
    says: 'backward needs a scalar',
    program:
      'layer = nn.Linear(4, 1)\nloss = F.mse_loss(layer(torch.rand(3, 4)), torch.rand(3, 1), reduction="none")\nloss.backward()\nresult = layer.weight.grad is not None',
    holds: raises(/grad can be implicitly created only for scalar/, true),
  },
  {
    rule: 'S01',
    says: 'the logarithm of a softmax is −inf',
    program:
      'x = torch.tensor([[0.0, 200.0]], requires_grad=True)\nresult = bool(torch.log(F.softmax(x, dim=1)).isfinite().all())',
    holds: gives(false, true),
  },
  {
    rule: 'S02',
    says: 'the logarithm of a sigmoid is −inf',
    program:
      'x = torch.tensor([-200.0], requires_grad=True)\nresult = bool(torch.log(torch.sigmoid(x)).isfinite().all())',
    holds: gives(false, true),
  },
  {
    rule: 'S03',
    says: 'exp overflows',
    program: 'x = torch.tensor([[100.0, 100.0]])\nresult = bool(torch.log(torch.exp(x).sum(dim=1)).isfinite().all())',
    holds: gives(false, true),
  },
  {
    rule: 'S04',
    says: 'the digits of a small number are lost',
    program: 'x = torch.tensor([1e-8])\nresult = torch.log(1 + x).item() > 0',
    holds: gives(false, true),
  },
  {
    rule: 'S04',
    says: 'so are those of exp(x) − 1',
    program: 'x = torch.tensor([1e-8])\nresult = (torch.exp(x) - 1).item() > 0',
    holds: gives(false, true),
  },
  {
    rule: 'S08',
    says: 'a softmax by hand is NaN',
    program:
      'x = torch.tensor([[0.0, 100.0]])\nresult = bool((torch.exp(x) / torch.exp(x).sum(dim=1, keepdim=True)).isfinite().all())',
    holds: gives(false, true),
  },
  {
    rule: 'S11',
    says: 'a position filled with 0 keeps its weight',
    program:
      'scores = torch.zeros(1, 2)\nmask = torch.tensor([[False, True]])\nresult = scores.masked_fill(mask, 0).softmax(dim=-1)[0, 1].item()',
    holds: numbers(0.5, 0),
  },
  {
    rule: 'S13',
    says: 'the axis is the batch',
    program: 'p = F.softmax(torch.rand(2, 3, 4))\nresult = bool(torch.allclose(p.sum(-1), torch.ones(2, 3)))',
    holds: gives(false, true),
  },
  {
    rule: 'R01',
    says: 'modules in a list have no parameters for the optimizer',
    program: `${net('self.layers = [nn.Linear(4, 4) for _ in range(3)]', 'for layer in self.layers:\n    x = layer(x)\nreturn x')}result = sum(p.numel() for p in Net().parameters())`,
    holds: gives(0, 60),
  },
  {
    rule: 'R01',
    says: 'nor has a dict',
    program: `${net('self.heads = {"a": nn.Linear(4, 2), "b": nn.Linear(4, 2)}', 'return self.heads["a"](x) + self.heads["b"](x)')}result = len(Net().state_dict())`,
    holds: gives(0, 4),
  },
  {
    rule: 'R02',
    says: 'parameters in a list are not trained',
    program: `${net('self.scales = [nn.Parameter(torch.ones(4)) for _ in range(2)]', 'return x * self.scales[0] * self.scales[1]')}result = len(list(Net().parameters()))`,
    holds: gives(0, 2),
  },
  {
    rule: 'R03',
    says: 'a tensor is not moved and not saved',
    program: `${net('self.scale = torch.tensor([0.5, 1.0, 2.0])', 'return x * self.scale')}result = [list(Net().state_dict()), str(Net().double().scale.dtype)]`,
    holds: gives([[], 'torch.float32'], [['scale'], 'torch.float64']),
  },
  {
    rule: 'R04',
    says: 'the result of an operation is no parameter',
    program: `${net('self.scale = nn.Parameter(torch.ones(8)) * 0.1', 'return x * self.scale')}result = [n for n, _ in Net().named_parameters()]`,
    holds: gives([], ['scale']),
  },
  {
    rule: 'R05',
    says: 'nothing can be registered without super().__init__()',
    program:
      'class Net(nn.Module):\n    def __init__(self):\n        self.fc = nn.Linear(8, 8)\n\nresult = len(list(Net().parameters()))',
    holds: raises(/AttributeError: cannot assign module before Module.__init__\(\) call/, 2),
  },
  {
    rule: 'R05',
    says: 'nor before it',
    program:
      'class Net(nn.Module):\n    def __init__(self):\n        self.fc = nn.Linear(8, 8)\n        super().__init__()\n\nresult = len(list(Net().parameters()))',
    holds: raises(/cannot assign module before/, 2),
  },
  {
    rule: 'R07',
    says: 'a list times n has one set of weights',
    program: 'layers = nn.ModuleList([nn.Linear(4, 4)] * 3)\nresult = sum(p.numel() for p in layers.parameters())',
    holds: gives(20, 60),
  },
  {
    rule: 'R09',
    says: 'the attribute freezes nothing',
    program:
      'model = nn.Linear(4, 4)\nmodel.requires_grad = False\nresult = sum(p.requires_grad for p in model.parameters())',
    holds: gives(2, 0),
  },
  {
    rule: 'R10',
    says: 'a misspelt attribute freezes nothing',
    program:
      'model = nn.Linear(4, 4)\nfor p in model.parameters():\n    p.require_grad = False\nresult = sum(p.requires_grad for p in model.parameters())',
    holds: gives(2, 0),
  },
  {
    rule: 'R11',
    says: 'forward skips hooks',
    program: `${net('self.fc = nn.Linear(4, 4)', 'return self.fc(x)')}model = Net()
seen = []
model.register_forward_hook(lambda *_: seen.append(1))
y = model.forward(torch.rand(2, 4))
result = len(seen)`,
    holds: gives(0, 1),
  },
  {
    rule: 'A03',
    says: 'the last batch does not fit',
    program: `${net('self.conv = nn.Conv2d(3, 8, 3)', 'x = self.conv(x)\nreturn x.view(32, -1)')}`,
    then: 'result = list(Net()(torch.rand(3, 3, 4, 4)).shape)',
    holds: (a, b) => {
      assert.notDeepEqual(a.result, [3, 32]);
      assert.deepEqual(b.result, [3, 32]);
    },
  },
  {
    rule: 'A04',
    says: 'view after transpose raises',
    program: 'x = torch.rand(2, 3, 4)\nresult = list(x.transpose(1, 2).view(2, 12).shape)',
    holds: raises(/view size is not compatible/, [2, 12]),
  },
  {
    rule: 'A05',
    says: 'the channels of a pixel are not together',
    program: `${net('self.conv = nn.Conv2d(3, 5, 1)', 'x = self.conv(x)\nb, c, h, w = x.shape\nreturn x, x.view(b, h * w, c)')}x, tokens = Net()(torch.rand(2, 3, 4, 4))
result = bool(torch.equal(tokens[0, 1], x[0, :, 0, 1]))`,
    holds: gives(false, true),
  },
  {
    rule: 'A07',
    says: 'the bias gets no gradient',
    program:
      'conv = nn.Conv2d(3, 4, 3)\nnet = nn.Sequential(conv, nn.BatchNorm2d(4))\nout = net(torch.rand(4, 3, 8, 8))\n(out ** 3).sum().backward()\nresult = "none" if conv.bias is None else bool(conv.bias.grad.abs().max() < 1e-2 * conv.weight.grad.abs().max())',
    holds: gives(true, 'none'),
  },
  {
    rule: 'A09',
    says: 'the second ReLU does nothing',
    program: 'x = torch.linspace(-1, 1, 5)\nresult = F.relu(F.relu(x)).tolist()',
    holds: gives([0, 0, 0, 0.5, 1], [0, 0, 0, 0.5, 1]),
  },
  {
    rule: 'A12',
    says: 'PyTorch warns of dropout in one layer',
    program: 'rnn = nn.LSTM(4, 4, dropout=0.3)\nresult = 0',
    holds: (a, b) => {
      assert.match(a.warnings.join(), /dropout option adds dropout after all but last/);
      assert.deepEqual(b.warnings, []);
    },
  },
  {
    rule: 'A13',
    says: 'one sample changes the result of another',
    program: `${net('self.rnn = nn.GRU(3, 4)', 'out, _ = self.rnn(x)\nreturn out[:, -1]')}model = Net()
x = torch.rand(2, 5, 3)
other = x.clone()
other[0] += 1.0
result = bool(torch.allclose(model(x)[1], model(other)[1]))`,
    holds: gives(false, true),
  },
  {
    rule: 'A14',
    says: 'dropout is active at evaluation',
    program: `${net('self.fc = nn.Linear(64, 64)', 'return F.dropout(self.fc(x), 0.5)')}model = Net().eval()
x = torch.rand(2, 64)
result = bool(torch.equal(model(x), model(x)))`,
    holds: gives(false, true),
  },
  {
    rule: 'A16',
    says: 'the size grows by one',
    program: 'conv = nn.Conv1d(2, 2, 4, padding=4 // 2)\nresult = conv(torch.rand(1, 2, 10)).size(-1)',
    holds: gives(11, 10),
  },
  {
    rule: 'T01',
    says: 'gradients add up',
    program: `loader = [(torch.ones(8, 8), torch.zeros(8, dtype=torch.long))] * 4
model = nn.Linear(8, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
norms = []
for x, y in loader:
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    norms.append(model.weight.grad.norm().item())
result = round(norms[-1] / norms[0], 3)`,
    holds: numbers(4, 1),
  },
  {
    rule: 'T05',
    says: 'a method that is named is not called',
    program: 'model = nn.Dropout(0.5)\nmodel.eval\nresult = model.training',
    holds: gives(true, false),
  },
  {
    rule: 'T06',
    says: 'the sum keeps the graph',
    program:
      trained(
        'optimizer.zero_grad()\nloss = F.cross_entropy(model(x), y)\nloss.backward()\noptimizer.step()\ntotal += loss',
        'total = 0.0\n',
      ) + 'result = isinstance(total, torch.Tensor) and total.requires_grad',
    holds: gives(true, false),
  },
  {
    rule: 'T10',
    says: 'the second step raises',
    program: trained(
      'optimizer.zero_grad()\nscaler.scale(F.cross_entropy(model(x), y)).backward()\nscaler.step(optimizer)\nresult = i',
      'scaler = torch.amp.GradScaler("cpu")\n',
    ),
    holds: raises(/step\(\) has already been called/, 3),
  },
  {
    rule: 'T11',
    says: 'the gradient is four times the mean',
    program: `${trained('loss = F.mse_loss(model(x), torch.zeros(8, 3))\nloss.backward()\nif (i + 1) % 4 == 0:\n    grad = model.weight.grad.clone()\n    optimizer.step()\n    optimizer.zero_grad()', 'start = model.weight.detach().clone(), model.bias.detach().clone()\n')}
inputs = torch.cat([x for x, _ in loader])
weight = start[0].requires_grad_(True)
F.mse_loss(F.linear(inputs, weight, start[1]), torch.zeros(32, 3)).backward()
result = round((grad.norm() / weight.grad.norm()).item(), 3)`,
    holds: numbers(4, 1, 1e-3),
  },
  {
    rule: 'T14',
    says: 'Adam scales the decay by the gradient',
    program:
      'w = nn.Parameter(torch.ones(1))\nopt = torch.optim.Adam([w], lr=0.1, weight_decay=0.5)\nw.grad = torch.zeros(1)\nopt.step()\nresult = w.item()',
    holds: numbers(0.9, 0.95),
  },
  {
    rule: 'L04',
    says: 'an unbounded output is refused',
    program:
      'torch.manual_seed(0)\nmodel = nn.Sequential(nn.Linear(4, 1))\nnn.init.zeros_(model[0].weight)\nnn.init.constant_(model[0].bias, 3.0)\nloss = nn.BCELoss()(model(torch.rand(8, 4)), torch.ones(8, 1))\nresult = round(loss.item(), 3)',
    holds: raises(/between 0 and 1/, 0.049),
  },
  {
    rule: 'L05',
    says: 'the loss has no lower end',
    program:
      'model = nn.Linear(4, 3)\nnn.init.zeros_(model.weight)\nmodel.bias.data = torch.tensor([1000.0, 0.0, 0.0])\nresult = F.nll_loss(model(torch.rand(2, 4)), torch.tensor([0, 0])).item()',
    holds: numbers(-1000, 0),
  },
  {
    rule: 'L07',
    says: 'the cross-entropy of one output is 0 and teaches nothing',
    program:
      'torch.manual_seed(0)\nfrom torch.utils.data import DataLoader, TensorDataset\nmodel = nn.Linear(4, 1)\nx, y = torch.rand(8, 4), torch.ones(8, 1)\nloss = F.cross_entropy(model(x), y)\nloss.backward()\nresult = loss.item() > 0 and model.weight.grad.abs().sum().item() > 0',
    holds: gives(false, true),
  },
  {
    rule: 'L10',
    says: 'labels give the same loss as one-hot rows',
    program:
      'torch.manual_seed(0)\nmodel = nn.Linear(4, 3)\nx, y = torch.rand(8, 4), torch.randint(0, 3, (8,))\nresult = F.cross_entropy(model(x), F.one_hot(y, 3).float()).item()',
    holds: (a, b) => near(a.result, b.result as number, 1e-6),
  },
  {
    rule: 'L10',
    says: 'integers in one-hot form are refused',
    program:
      'model = nn.Linear(4, 3)\nnn.init.zeros_(model.weight)\nnn.init.zeros_(model.bias)\nx, y = torch.rand(8, 4), torch.randint(0, 3, (8,))\nresult = round(nn.CrossEntropyLoss()(model(x), F.one_hot(y, 3)).item(), 4)',
    holds: raises(/floating point|Expected/, 1.0986),
  },
  {
    rule: 'L12',
    says: 'mean divides by the classes as well',
    program:
      'p, q = torch.tensor([[0.5, 0.25, 0.25, 0.0]]), torch.full((1, 4), 0.25).log()\nresult = F.kl_div(q, p).item()',
    holds: numbers((0.5 * Math.log(2)) / 4, 0.5 * Math.log(2)),
  },
  {
    rule: 'L15',
    says: 'classes that may hold together compete',
    program:
      'torch.manual_seed(0)\nmodel = nn.Linear(4, 3)\nnn.init.zeros_(model.weight)\nmodel.bias.data = torch.full((3,), 20.0)\ny = (torch.rand(4, 3) > -1).float()\nresult = round(F.cross_entropy(model(torch.rand(4, 4)), y).item(), 3)',
    holds: numbers(3.296, 0, 1e-3),
  },
  {
    rule: 'R06',
    says: 'the layer made in forward is not trained',
    program: `${net('self.fc = nn.Linear(8, 8)', 'return nn.Linear(8, 4)(self.fc(x))')}model = Net()
x = torch.rand(2, 8)
result = [len(list(model.parameters())), torch.equal(model(x), model(x))]`,
    holds: gives([2, false], [4, true]),
  },
  {
    rule: 'A17',
    says: 'all units stay alike',
    program:
      'torch.manual_seed(0)\nmodel = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))\nnn.init.constant_(model[0].weight, 0.5)\nnn.init.zeros_(model[0].bias)\nmodel[2].weight.data.fill_(0.3)\nmodel(torch.rand(16, 4)).sum().backward()\nresult = bool((model[0].weight.grad - model[0].weight.grad[0]).abs().max() < 1e-5)',
    holds: gives(true, false),
  },
  {
    rule: 'A18',
    says: 'the parameter is filled',
    program: `${net('self.weight = nn.Parameter(torch.empty(64, 64))', 'return x @ self.weight')}std = Net().weight.std().item()
result = abs(std - (2 / 128) ** 0.5) < 0.02`,
    holds: (_a, b) => {
      assert.equal(b.error, undefined);
      assert.equal(b.result, true);
    },
  },
  {
    rule: 'A19',
    says: 'the gradient vanishes over twenty layers',
    program: `${net('layers = []\nfor _ in range(20):\n    layers += [nn.Linear(64, 64), nn.ReLU()]\nself.layers = nn.Sequential(*layers)', 'return self.layers(x)')}model = Net()
`,
    then: `
kept = {}
def keep(layer, args, output):
    output.retain_grad()
    kept["first"] = output
model.layers[0].register_forward_hook(keep)
out = model(torch.randn(64, 64))
out.retain_grad()
(out * torch.randn_like(out)).sum().backward()
result = (kept["first"].grad.norm() / out.grad.norm()).item()`,
    holds: (a, b) => {
      assert.equal(b.error, undefined);
      assert.ok((a.result as number) < 1e-6, `${String(a.result)} is not vanishing`);
      assert.ok((b.result as number) > 0.05 && (b.result as number) < 20, String(b.result));
    },
  },
  {
    rule: 'T02',
    says: 'nothing is updated',
    program:
      trained(
        'F.cross_entropy(model(x), y).backward()\noptimizer.zero_grad()\noptimizer.step()',
        'start = model.weight.detach().clone()\n',
      ) + 'result = torch.equal(start, model.weight)',
    holds: gives(true, false),
  },
  {
    rule: 'T07',
    says: 'PyTorch warns and the first rate is lost',
    program:
      trained(
        'optimizer.zero_grad()\nF.cross_entropy(model(x), y).backward()\nscheduler.step()\noptimizer.step()',
        'scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)\n',
      ) + 'result = 0',
    holds: (a, b) => {
      assert.equal(b.error, undefined);
      assert.match(a.warnings.join(' '), /lr_scheduler.step\(\)` before `optimizer.step\(\)/);
      assert.deepEqual(b.warnings, []);
    },
  },
  {
    rule: 'T08',
    says: 'clipping after the step does nothing',
    program:
      trained(
        'optimizer.zero_grad()\nF.cross_entropy(1e4 * model(x), y).backward()\noptimizer.step()\ntorch.nn.utils.clip_grad_norm_(model.parameters(), 1e-3)',
        'start = model.weight.detach().clone()\n',
      ) + 'result = (model.weight - start).norm().item() < 1e-2',
    holds: gives(false, true),
  },
  {
    rule: 'T12',
    says: 'the rate hardly leaves the beginning of the cycle',
    program: `${LOADER}model = nn.Linear(8, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, epochs=10, steps_per_epoch=len(loader))
for epoch in range(10):
    for x, y in loader:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
    scheduler.step()
result = optimizer.param_groups[0]["lr"] > 0.05`,
    // After ten of forty steps the rate is near its maximum still; at the end of the cycle it is near 0.
    holds: gives(true, false),
  },
  {
    rule: 'T13',
    says: 'the new layer is not trained',
    program: `${LOADER}class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(8, 8)
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        return self.fc(self.body(x))

model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
model.fc = nn.Linear(8, 3)
start = model.fc.weight.detach().clone()
for x, y in loader:
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
result = torch.equal(start, model.fc.weight)`,
    holds: gives(true, false),
  },
  {
    rule: 'T15',
    says: 'the scale of a normalisation decays',
    program: `model = nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=0.5)
for p in model.parameters():
    p.grad = torch.zeros_like(p)
optimizer.step()
result = round(model[1].weight[0].item(), 3)`,
    holds: numbers(0.95, 1),
  },
  {
    rule: 'T17',
    says: 'every epoch has the same order',
    program: `from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler
data = TensorDataset(torch.rand(64, 8), torch.randint(0, 3, (64,)))
sampler = DistributedSampler(data, num_replicas=1, rank=0)
loader = DataLoader(data, batch_size=16, sampler=sampler)
model = nn.Linear(8, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
orders = []
for epoch in range(2):
    orders.append(list(sampler))
    for x, y in loader:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
result = orders[0] == orders[1]`,
    holds: gives(true, false),
  },
];

describe('what the rules say', function () {
  this.timeout(240_000);

  it('is what PyTorch does, before and after the fix', async () => {
    const texts: string[] = [];
    for (const { rule, says, program, then = '' } of CLAIMS) {
      const files = { '/train.py': HEAD + program };
      const finding = (await lint(files)).find((each) => each.rule === rule && each.fix);
      assert.ok(finding, `${rule} (${says}) offers no fix`);
      texts.push(files['/train.py'] + then, (repaired(files, finding)['/train.py'] ?? '') + then);
    }
    const output = execFileSync(TORCH_PYTHON, [join(ROOT, 'test', 'support', 'python', 'run_pairs.py')], {
      input: JSON.stringify(texts),
      encoding: 'utf8',
    });
    const ran = JSON.parse(output) as Ran[];
    const wrong = CLAIMS.flatMap(({ rule, says, holds }, index) => {
      const [before, after] = ran.slice(2 * index, 2 * index + 2);
      if (!before || !after) return [`${rule}: it was not run`];
      try {
        holds(before, after);
        return [];
      } catch (error) {
        return [`${rule}, ${says}: ${(error as Error).message} (${JSON.stringify([before, after])})`];
      }
    });
    assert.deepEqual(wrong, []);
  });
});
