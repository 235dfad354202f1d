import { checkMarked, lint } from './support.js';
import assert from 'node:assert/strict';

const LOOP = (body: string): string => `
model = nn.Linear(8, 3)
for x, y in loader:
${body.replace(/^/gm, '    ')}
`;

const programs: Readonly<Record<string, readonly (string | Record<string, string>)[]>> = {
  L14: [
    LOOP('pred = model(x).argmax(dim=1).float()  #! L14\nloss = F.mse_loss(pred, y)\nloss.backward()'),
    LOOP('out = model(x).detach()  #! L14\nF.cross_entropy(out, y).backward()'),
    LOOP('hard = (torch.sigmoid(model(x)) > 0.5).float()  #! L14\nF.binary_cross_entropy(hard, y).backward()'),
    LOOP('out = torch.round(model(x))  #! L14\nF.mse_loss(out, y).backward()'),
    {
      '/model.py': `
class Quantised(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        return torch.sign(self.fc(x))  #! L14
`,
      '/train.py': `
from model import Quantised

model = Quantised()
for x, y in loader:
    loss = F.mse_loss(model(x), y)
    loss.backward()
`,
    },
    LOOP('out = model(x)\nste = out + (out.round() - out).detach()\nF.mse_loss(ste, y).backward()'),
    LOOP('out = model(x)\nacc = (out.argmax(dim=1) == y).float().mean()\nF.cross_entropy(out, y).backward()'),
    LOOP('out = model(x)\nloss = F.mse_loss(out, out.detach())\nloss.backward()'),
    LOOP('out = model(x)\nloss = F.mse_loss(out, y) + out.round().sum()\nloss.backward()'),
  ],
  L15: [
    `
model = nn.Linear(8, 5)
x = torch.rand(4, 8)
y = (torch.rand(4, 5) > 0.5).float()
loss = F.cross_entropy(model(x), y)  #! L15
`,
    `
net = nn.Sequential(nn.Linear(8, 5), nn.Sigmoid())
criterion = nn.CrossEntropyLoss()
x, y = torch.rand(4, 8), torch.rand(4, 5)
loss = criterion(net(x), y)  #! L15
`,
    `
def tags(n):
    return torch.randint(0, 2, (n, 5)).float()

def loss_of(model, x):
    return F.cross_entropy(model(x), tags(4))  #! L15

loss_of(nn.Linear(8, 5), torch.rand(4, 8))
`,
    `
model = nn.Linear(8, 5)
x = torch.rand(4, 8)
loss = F.cross_entropy(model(x), F.softmax(torch.rand(4, 5), dim=1)) + F.cross_entropy(model(x), torch.randint(0, 5, (4,)))
`,
  ],
};

describe('rules on what is optimised', () => {
  for (const [rule, texts] of Object.entries(programs))
    texts.forEach((text, index) =>
      it(`${rule} in program ${index + 1}`, async () => {
        await checkMarked(text, new RegExp(rule));
      }),
    );
  it('L14 says what happens: an error, or gradients of 0', async () => {
    const messages = async (call: string): Promise<(string | undefined)[]> =>
      (
        await lint(
          `import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n${LOOP(`F.mse_loss(${call}, y).backward()`)}`,
        )
      )
        .filter(({ rule }) => rule === 'L14')
        .map(({ message }) => /raises an error|exactly 0/.exec(message)?.[0]);
    assert.deepEqual(await messages('model(x).argmax(dim=1)'), ['raises an error']);
    assert.deepEqual(await messages('model(x).floor()'), ['exactly 0']);
  });
});
