import { strict as assert } from 'node:assert';
import { MemorySourceProvider, Project } from '../../src/engine/project/index.js';
import { qualifiedName, sliceFor, spell, trainingContext, type Located } from '../../src/engine/training/index.js';
import type { CallExpr } from '../../src/engine/syntax/index.js';
import { parser } from '../support/interpret.js';

async function projectOf(files: Readonly<Record<string, string>>): Promise<Project> {
  return new Project(new MemorySourceProvider(new Map(Object.entries(files))), await parser(), ['/']);
}

const textOf = (at: Located | { file: Located['file']; call: CallExpr } | null): string | null =>
  at && at.file.slice('expr' in at ? at.expr : at.call);

describe('names', () => {
  it('follow imports to full names', async () => {
    const project = await projectOf({
      '/a.py': `import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim
from torch.optim import Adam as A
from torch.nn.modules.linear import Linear
nn.Linear, F.relu, optim.SGD, A, torch.optim.lr_scheduler.StepLR, Linear, print, missing.name
`,
    });
    const file = project.file('/a.py');
    const last = file?.ast.body.at(-1);
    assert.ok(file && last?.kind === 'Expression' && last.value.kind === 'Tuple');
    assert.deepEqual(
      last.value.elements.map((each) => qualifiedName(file, each)),
      [
        'torch.nn.Linear',
        'torch.nn.functional.relu',
        'torch.optim.SGD',
        'torch.optim.Adam',
        'torch.optim.lr_scheduler.StepLR',
        'torch.nn.Linear',
        null,
        null,
      ],
    );
    assert.equal(spell(file, 'torch.nn.Dropout'), 'nn.Dropout');
    assert.equal(spell(file, 'torch.cuda.amp'), 'torch.cuda.amp');
    assert.equal(spell(file, 'copy.deepcopy'), null);
  });
});

describe('slices', () => {
  it('take what an expression depends on out of its function', async () => {
    const project = await projectOf({
      '/a.py': `def main(size=10):
    print('no part of it')
    data = list(range(size))
    other = 3
    data.append(other)
    half = len(data) // 2
    return wanted(data[:half])
`,
    });
    const file = project.file('/a.py');
    const main = file?.ast.body[0];
    const last = main?.kind === 'FunctionDef' ? main.body.at(-1) : undefined;
    assert.ok(file && last?.kind === 'Return' && last.value);
    assert.deepEqual(sliceFor(file, last.value), {
      statements: ['size = 10', 'data = list(range(size))', 'other = 3', 'data.append(other)', 'half = len(data) // 2'],
      expression: 'wanted(data[:half])',
      isWhole: true,
    });
  });
});

describe('the training context', () => {
  it('follows criterion, optimizer and model through functions, attributes and files', async () => {
    const project = await projectOf({
      '/model.py': `import torch.nn as nn


class Part(nn.Module):
    pass


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = Part()


class Unused(nn.Module):
    pass
`,
      '/train.py': `import torch
from torch import nn
from torch.utils.data import DataLoader
from model import Net


def build(name):
    net = Net()
    return net.to('cpu')


def make_loss():
    return nn.CrossEntropyLoss()


class Runner:
    def __init__(self, net, criterion):
        self.net = net
        self.criterion = criterion
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.1)
        self.scheduler = torch.optim.lr_scheduler.StepLR(self.optimizer, 10)

    def step(self, batch):
        x, y = batch
        loss = self.criterion(self.net(x), y) / 2
        self.scaler.scale(loss).backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)

    def run(self, loader, held_out):
        for epoch in range(5):
            for batch in loader:
                self.step(batch)
            loss, accuracy = self.measure(held_out)

    def measure(self, loader):
        total, right = 0.0, 0
        for x, y in loader:
            out = self.net(x)
            total += self.criterion(out, y).item()
            right += (out.argmax(1) == y).sum().item()
        return total / len(loader), right


runner = Runner(build('a'), make_loss())
runner.run(DataLoader([1] * 8, batch_size=2, shuffle=True), held_out=DataLoader([1] * 4))
`,
    });
    const context = trainingContext(project, { path: '/model.py' });
    assert.ok(context);
    assert.equal(context.file?.path, '/train.py');
    assert.equal(textOf(context.modelCall), 'Net()');
    assert.deepEqual(
      context.classes.map(({ node }) => node.name),
      ['Net', 'Part'],
    );
    assert.deepEqual(
      context.losses.map((loss) => [loss.name, textOf(loss), textOf(loss.construction)]),
      [['torch.nn.CrossEntropyLoss', 'self.criterion(self.net(x), y)', 'nn.CrossEntropyLoss()']],
    );
    assert.deepEqual(
      context.optimizers.map(({ name }) => name),
      ['torch.optim.SGD'],
    );
    assert.deepEqual(
      context.schedulers.map(({ name }) => name),
      ['torch.optim.lr_scheduler.StepLR'],
    );
    assert.equal(context.modelInLoop, 'self.net');
    assert.equal(context.validation?.loss, 'loss');
    assert.equal(textOf(context.clipping), 'nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)');
    assert.equal(textOf(context.trainLoader), 'DataLoader([1] * 8, batch_size=2, shuffle=True)');
    assert.equal(textOf(context.validationLoader), 'DataLoader([1] * 4)');
    assert.equal(context.stops, null);
  });

  it('never fails on code that is being typed', async () => {
    const whole = `import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 2)

    def forward(self, x):
        return self.fc(x)


net = Net()
opt = torch.optim.Adam(net.parameters())
for epoch in range(3):
    loss = nn.functional.cross_entropy(net(x), y)
    loss.backward()
`;
    for (let end = 0; end <= whole.length; end += 7) {
      const project = await projectOf({ '/a.py': whole.slice(0, end) });
      assert.ok(trainingContext(project, { path: '/a.py' }));
    }
  });
});
