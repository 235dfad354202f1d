import assert from 'node:assert/strict';
import { after, idsOf, made, offersAt } from './support.js';

const MODEL = `import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x):
        return self.sigmoid(self.fc(x)).squeeze(1)
`;

const train = (loss: string, rest = ''): string => `import torch
import torch.nn as nn
from model import Net

model = Net()
criterion = ${loss}
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in loader:
    out = model(x)
    loss = criterion(out, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
${rest}`;

describe('offers: BCELoss on logits', function () {
  this.timeout(60_000);

  it('takes the sigmoid out of the model in another file, with the layer that nothing uses any more', async () => {
    const texts = await after({ '/model.py': MODEL, '/train.py': train('nn.BCE‸Loss()') }, 'loss.logits');
    assert.match(texts['/train.py'] ?? '', /criterion = nn\.BCEWithLogitsLoss\(\)/);
    assert.match(texts['/model.py'] ?? '', /return self\.fc\(x\)\.squeeze\(1\)/);
    assert.doesNotMatch(texts['/model.py'] ?? '', /igmoid/);
  });

  it('is offered where the loss is computed, too', async () => {
    const at = await offersAt({
      '/model.py': MODEL,
      '/train.py': train('nn.BCELoss()').replace('criterion(out', 'criter‸ion(out'),
    });
    assert.ok(idsOf(at).includes('loss.logits'));
  });

  it('puts the sigmoid back wherever probabilities are read', async () => {
    const rest = `
model.eval()
with torch.no_grad():
    for x, y in loader:
        preds = model(x)
        right = (preds > 0.5).float() == y
        print(preds.shape, preds.mean().item(), criterion(preds, y))
`;
    const texts = await after({ '/model.py': MODEL, '/train.py': train('nn.BCE‸Loss()', rest) }, 'loss.logits');
    assert.match(texts['/train.py'] ?? '', /\(torch\.sigmoid\(preds\) > 0\.5\)/);
    assert.match(
      texts['/train.py'] ?? '',
      /print\(preds\.shape, torch\.sigmoid\(preds\)\.mean\(\)\.item\(\), criterion\(preds, y\)\)/,
    );
  });

  it('follows a script that only imports the model', async () => {
    const texts = await after(
      {
        '/model.py': MODEL,
        '/train.py': train('nn.BCE‸Loss()'),
        '/predict.py': 'from model import Net\n\nnet = Net()\n\n\ndef predict(x):\n    return net(x).round()\n',
      },
      'loss.logits',
    );
    assert.match(texts['/predict.py'] ?? '', /return net\(x\)\.sigmoid\(\)\.round\(\)/);
  });

  it('removes the last element of a Sequential', async () => {
    const model = `import torch.nn as nn

net = nn.Sequential(
    nn.Linear(8, 4),
    nn.ReLU(),
    nn.Linear(4, 1),
    nn.Sigmoid(),
)
criterion = nn.‸BCELoss(reduction='sum')
loss = criterion(net(x), y)
loss.backward()
`;
    const text = (await after(model, 'loss.logits'))['/train.py'] ?? '';
    assert.match(text, /nn\.Linear\(4, 1\),\n\)/);
    assert.match(text, /criterion = nn\.BCEWithLogitsLoss\(reduction='sum'\)/);
  });

  it('works on the function, and where the sigmoid stands at the loss', async () => {
    const text = `import torch
import torch.nn.functional as F

def step(model, x, y):
    p = torch.sigmoid(model(x))
    loss = F.binary_cross_‸entropy(p, y)
    loss.backward()
    return (p > 0.5).sum()
`;
    const changed = (await after(text, 'loss.logits'))['/train.py'] ?? '';
    assert.match(changed, / {4}p = model\(x\)\n {4}loss = F\.binary_cross_entropy_with_logits\(p, y\)/);
    assert.match(changed, /return \(torch\.sigmoid\(p\) > 0\.5\)\.sum\(\)/);
  });

  for (const [what, model] of Object.entries({
    'another activation': MODEL.replace('nn.Sigmoid()', 'nn.Softmax(dim=1)'),
    'no activation': MODEL.replace('self.sigmoid(self.fc(x))', 'self.fc(x)'),
    'a sigmoid on one way only': MODEL.replace(
      'return self',
      'if self.training:\n            return self.fc(x)\n        return self',
    ),
  }))
    it(`is not offered for ${what}`, async () => {
      const result = await made({ '/model.py': model, '/train.py': train('nn.BCE‸Loss()') }, 'loss.logits');
      assert.equal(result.kind, 'refused');
    });
});
