import { strict as assert } from 'node:assert';
import { adviceFor, effectOf, everySubsetHolds, ids, whyNot, type Files } from './support.js';

const MODEL = `import torch
from torch import nn, optim
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(4, 3)

    def forward(self, x):
        return self.out(x)


`;

/** A training script: what stands in the marked places varies. */
const script = (optimizer: string, imports = ''): string => `${imports}${MODEL}model = Net()
optimizer = ${optimizer}
for epoch in range(3):
    for x, y in batches:
        loss = F.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
`;

async function effect(given: string | Files, id: string): Promise<string[]> {
  const advice = await adviceFor(given);
  await everySubsetHolds(given, advice);
  return effectOf(given, advice, id);
}

describe('advice: weight decay', function () {
  this.timeout(60_000);

  const cases: readonly [string, string, string, string?][] = [
    [
      'a dotted name',
      'torch.optim.Adam(model.parameters(), lr=1e-3)',
      'torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01)',
    ],
    [
      'a module alias',
      'optim.Adam(model.parameters(), 1e-3,)',
      'optim.AdamW(model.parameters(), 1e-3, weight_decay=0.01,)',
    ],
    [
      'a decay that is there',
      'optim.Adam(model.parameters(), weight_decay=1e-4)',
      'optim.AdamW(model.parameters(), weight_decay=1e-4)',
    ],
    [
      'a decay of zero',
      'optim.AdamW(model.parameters(), weight_decay=0.0)',
      'optim.AdamW(model.parameters(), weight_decay=0.01)',
    ],
    [
      'SGD',
      'optim.SGD(model.parameters(), lr=0.1, momentum=0.9)',
      'optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)',
    ],
  ];
  for (const [what, before, after] of cases) {
    it(`changes ${what}`, async () =>
      assert.deepEqual(await effect(script(before), 'weight-decay'), [
        `-optimizer = ${before}`,
        `+optimizer = ${after}`,
      ]));
  }

  it('changes the import of an optimizer imported by name', async () => {
    assert.deepEqual(
      await effect(script('Adam(model.parameters())', 'from torch.optim import SGD, Adam\n'), 'weight-decay'),
      [
        '-from torch.optim import SGD, Adam',
        '+from torch.optim import SGD, AdamW',
        '-optimizer = Adam(model.parameters())',
        '+optimizer = AdamW(model.parameters(), weight_decay=0.01)',
      ],
    );
  });

  it('keeps an import that other code needs', async () => {
    assert.deepEqual(
      (
        await effect(
          script('Adam(model.parameters())', 'from torch.optim import Adam\nDEFAULT = Adam\n'),
          'weight-decay',
        )
      )[1],
      '+from torch.optim import Adam, AdamW',
    );
  });

  const left: readonly [string, string, RegExp][] = [
    ['AdamW, which decays by itself', 'optim.AdamW(model.parameters())', /by 0\.01 unless told/],
    [
      'parameter groups that decay',
      'optim.SGD([{"params": model.parameters(), "weight_decay": 0.1}], lr=1)',
      /parameter groups/,
    ],
    ['arguments that can not be seen', 'optim.Adam(model.parameters(), **settings)', /passed by `\*\*`/],
    ['other optimizers', 'optim.Adagrad(model.parameters())', /Adagrad/],
  ];
  for (const [what, optimizer, why] of left) {
    it(`leaves ${what}`, async () =>
      assert.match(whyNot(await adviceFor(script(optimizer)), /weight decay/i) ?? '', why));
  }
});

describe('advice: label smoothing and early stopping', function () {
  this.timeout(60_000);

  it('reads a script at module level with validation in the loop', async () => {
    const code = `${MODEL}net = Net()
opt = optim.AdamW(net.parameters())

# every epoch sees all data
for epoch in range(30):
    net.train()
    for x, y in train_batches:
        opt.zero_grad()
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        opt.step()
    net.eval()
    total = 0.0
    with torch.no_grad():
        for x, y in val_batches:
            total += F.cross_entropy(net(x), y).item()
    val = total / len(val_batches)
    print(f'{epoch}: {val:.3f}')
print('done')
`;
    assert.deepEqual(await effect(code, 'label-smoothing'), [
      '-        loss = F.cross_entropy(net(x), y)',
      '+        loss = F.cross_entropy(net(x), y, label_smoothing=0.1)',
    ]);
    assert.deepEqual(await effect(code, 'early-stopping'), [
      '+import copy',
      '+',
      "+best_loss, best_state, bad_epochs = float('inf'), copy.deepcopy(net.state_dict()), 0",
      '+    if val < best_loss:',
      '+        best_loss, best_state, bad_epochs = val, copy.deepcopy(net.state_dict()), 0',
      '+    else:',
      '+        bad_epochs += 1',
      '+        if bad_epochs >= 6:',
      '+            break',
      '+net.load_state_dict(best_state)',
    ]);
  });

  const trainer = `from copy import deepcopy
${MODEL}class Trainer:
    def __init__(self, model, train_loader, val_loader):
        self.model = model
        self.train_loader = train_loader
        self.val_loader = val_loader
        self.criterion = nn.CrossEntropyLoss(ignore_index=0)
        self.optimizer = optim.Adam(self.model.parameters())
        self.best = deepcopy(model)

    def train_epoch(self):
        self.model.train()
        for x, y in self.train_loader:
            loss = self.criterion(self.model(x), y)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()

    @torch.no_grad()
    def validate(self):
        self.model.eval()
        losses = []
        for x, y in self.val_loader:
            losses.append(self.criterion(self.model(x), y).item())
        return sum(losses) / len(losses)

    def fit(self, epochs):
        epoch = 0
        while epoch < epochs:
            self.train_epoch()
            val_loss = self.validate()
            epoch += 1


trainer = Trainer(Net(), [], [])
`;

  it('reads a trainer class, and keeps its plain criterion for validation', async () => {
    assert.deepEqual(await effect(trainer, 'label-smoothing'), [
      '-        self.criterion = nn.CrossEntropyLoss(ignore_index=0)',
      '+        self.criterion = nn.CrossEntropyLoss(ignore_index=0, label_smoothing=0.1)',
      '+        self.val_criterion = nn.CrossEntropyLoss(ignore_index=0)',
      '-            losses.append(self.criterion(self.model(x), y).item())',
      '+            losses.append(self.val_criterion(self.model(x), y).item())',
    ]);
    assert.deepEqual(await effect(trainer, 'early-stopping'), [
      '+        best_loss, best_state, bad_epochs = float("inf"), deepcopy(self.model.state_dict()), 0',
      '+            if val_loss < best_loss:',
      '+                best_loss, best_state, bad_epochs = val_loss, deepcopy(self.model.state_dict()), 0',
      '+            else:',
      '+                bad_epochs += 1',
      '+                if bad_epochs >= 5:',
      '+                    break',
      '+        self.model.load_state_dict(best_state)',
    ]);
  });

  it('keeps line ends, tabs and a missing final line end', async () => {
    const code = trainer.replace(/\n$/, '').replaceAll('    ', '\t').replaceAll('\n', '\r\n');
    const advice = await adviceFor(code);
    await everySubsetHolds(code, advice);
    assert.deepEqual(ids(advice), ['weight-decay', 'label-smoothing', 'early-stopping']);
    for (const { newText } of advice.prescriptions.flatMap(({ changes }) => changes)) {
      assert.doesNotMatch(newText, /(?<!\r)\n| {2}/);
    }
    assert.ok(effectOf(code, advice, 'early-stopping').includes('+\t\t\t\tif bad_epochs >= 5:'));
  });

  it('tells apart one function that trains and evaluates, and goes before what may leave the round', async () => {
    const code = `${MODEL}def run(model, batches, loss_fn, optimizer=None):
    total = 0
    for x, y in batches:
        loss = loss_fn(model(x), y)
        if optimizer is not None:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        total += loss.item()
    return total / len(batches)


def main(train_batches, val_batches):
    model = Net()
    loss_fn = nn.CrossEntropyLoss()
    optimizer = optim.AdamW(model.parameters())
    best_loss = None
    for epoch in range(40):
        train_loss = run(model, train_batches, loss_fn, optimizer)
        val_loss = run(model, val_batches, loss_fn)
        if epoch < 1:
            continue
        print(val_loss)


main([], [])
`;
    assert.deepEqual(await effect(code, 'label-smoothing'), [
      '-    loss_fn = nn.CrossEntropyLoss()',
      '+    loss_fn = nn.CrossEntropyLoss(label_smoothing=0.1)',
      '+    val_loss_fn = nn.CrossEntropyLoss()',
      '-        val_loss = run(model, val_batches, loss_fn)',
      '+        val_loss = run(model, val_batches, val_loss_fn)',
    ]);
    const [, , before, first] = await effect(code, 'early-stopping');
    assert.equal(
      before,
      '+    best_loss_2, best_state, bad_epochs = float("inf"), copy.deepcopy(model.state_dict()), 0',
    );
    assert.equal(first, '+        if val_loss < best_loss_2:');
  });

  it('smooths the loss inside a model only while it trains', async () => {
    const code = `${MODEL.replace('return self.out(x)', 'return self.out(x)\n\n    def loss(self, x, y):\n        return F.cross_entropy(self(x), y, reduction="sum")')}model = Net()
optimizer = optim.AdamW(model.parameters())
for step in range(100):
    loss = model.loss(x, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
`;
    assert.equal(
      (await effect(code, 'label-smoothing'))[1],
      '+        return F.cross_entropy(self(x), y, reduction="sum", label_smoothing=0.1 if self.training else 0.0)',
    );
  });

  it('says why where it has nothing to change', async () => {
    const advice = await adviceFor(`${MODEL}def fit(model, batches, held_out, epochs):
    optimizer = optim.AdamW(model.parameters())
    best, wait = 1e9, 0
    for epoch in range(epochs):
        for x, y in batches:
            loss = F.cross_entropy(model(x), y, label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            val = sum(F.cross_entropy(model(x), y) for x, y in held_out)
        if val < best:
            best, wait = val, 0
        elif (wait := wait + 1) > 5:
            break


fit(Net(), [], [], 3)
`);
    assert.deepEqual(
      ids(advice).filter((id) => id !== 'dropout'),
      [],
    );
    assert.match(whyNot(advice, /smoothing/) ?? '', /label_smoothing=0\.05/);
    assert.match(whyNot(advice, /Early/) ?? '', /ends early already/);
    assert.match(whyNot(advice, /decay/) ?? '', /is there/);
  });

  it('advises validation where there is none, without a change', async () => {
    const advice = await adviceFor(script('optim.AdamW(model.parameters())'));
    const early = advice.prescriptions.find(({ id }) => id === 'early-stopping');
    assert.deepEqual(early?.changes, []);
    assert.match(early?.reason ?? '', /held-out data/);
    assert.match(whyNot(advice, /smoothing/) ?? '', /mse_loss/);
  });

  it('finds training code in another file of a package, and changes both', async () => {
    const files: Files = {
      '/lib/__init__.py': '',
      '/lib/nets.py': `${MODEL.replace('nn.Linear(4, 3)', 'nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))')}`,
      '/lib/engine.py': `def train_epoch(model, loader, criterion, optimizer):
    for x, y in loader:
        loss = criterion(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def evaluate(model, loader, criterion):
    total = 0.0
    for x, y in loader:
        total += criterion(model(x), y).item()
    return {"loss": total / len(loader), "count": len(loader)}
`,
      '/main.py': `import torch
import torch.nn as nn

from lib.engine import evaluate, train_epoch
from lib.nets import Net

model = Net().to("cpu")
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), 0.1)
for epoch in range(20):
    train_epoch(model, batches, criterion, optimizer)
    metrics = evaluate(model, held_out, criterion)
    print(metrics)
`,
    };
    const advice = await adviceFor(files, 'fix overfitting', '/lib/nets.py');
    await everySubsetHolds(files, advice);
    assert.deepEqual(ids(advice), ['dropout', 'weight-decay', 'label-smoothing', 'early-stopping']);
    assert.deepEqual(effectOf(files, advice, 'label-smoothing'), [
      '-criterion = nn.CrossEntropyLoss()',
      '+criterion = nn.CrossEntropyLoss(label_smoothing=0.1)',
      '+val_criterion = nn.CrossEntropyLoss()',
      '-    metrics = evaluate(model, held_out, criterion)',
      '+    metrics = evaluate(model, held_out, val_criterion)',
    ]);
    assert.ok(effectOf(files, advice, 'early-stopping').includes('+    if metrics["loss"] < best_loss:'));
  });

  it('reads only the model where nothing trains it', async () => {
    const advice = await adviceFor({ '/train.py': `${MODEL.replace('self.out(x)', 'self.out(x.relu())')}` });
    assert.deepEqual(ids(advice), ['dropout']);
    assert.match(advice.evidence.map(({ text }) => text).join(' '), /No training loop/);
  });
});
