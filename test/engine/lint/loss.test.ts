import assert from 'node:assert/strict';
import { shown } from './support.js';

const HEAD = `
import torch
import torch.nn as nn
import torch.nn.functional as F
`;

describe('rules on losses', () => {
  describe('L01 softmax before CrossEntropyLoss', () => {
    it('sees a softmax at the end of forward', async () => {
      const text = `${HEAD}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(20, 10)

    def forward(self, x):
        return F.softmax(self.fc(x), dim=1)

model = Net()
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in loader:
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
`;
      assert.equal(await shown(text), 'L01 at 12: F.softmax(self.fc(x), dim=1)');
    });
    it('sees an nn.Softmax in a Sequential', async () => {
      const text = `${HEAD}
model = nn.Sequential(nn.Linear(20, 10), nn.Softmax(dim=1))
def train(model, loader):
    criterion = nn.CrossEntropyLoss()
    for x, y in loader:
        loss = criterion(model(x), y)
        loss.backward()
train(model, make_loader())
`;
      assert.equal(await shown(text), 'L01 at 6: nn.Softmax(dim=1)');
    });
  });
});
