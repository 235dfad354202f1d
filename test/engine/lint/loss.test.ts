import assert from 'node:assert/strict';
import { checkMarked } from './support.js';

/** A script that trains `model` with `criterion`. */
const loop = (step: string): string => `
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in loader:
    optimizer.zero_grad()
    ${step.split('\n').join('\n    ')}
    loss.backward()
    optimizer.step()
`;
const net = (result: string, outputs = 10): string => `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(20, ${outputs})
        self.softmax = nn.Softmax(dim=1)
        self.logsoftmax = nn.LogSoftmax(dim=1)
        self.sigmoid = nn.Sigmoid()
        self.relu = nn.ReLU()

    def forward(self, x):
        return ${result}

model = Net()
`;

const programs: Readonly<Record<string, readonly string[]>> = {
  L01: [
    `${net('F.softmax(self.fc(x), dim=1)  #! L01')}criterion = nn.CrossEntropyLoss()${loop('loss = criterion(model(x), y)')}`,
    `${net('self.softmax(self.fc(x))  #! L01')}${loop('loss = F.cross_entropy(model(x), y)')}`,
    `${net('self.fc(x).softmax(1)  #! L01')}${loop('loss = F.cross_entropy(model(x), y)')}`,
    `model = nn.Sequential(nn.Linear(20, 10), nn.Softmax(dim=1))  #! L01
def train(model, loader):
    criterion = nn.CrossEntropyLoss()
    for x, y in loader:
        loss = criterion(model(x), y)
        loss.backward()
train(model, make_loader())`,
    `${net('self.fc(x)')}${loop('p = torch.softmax(model(x), dim=-1)  #! L01\nloss = F.cross_entropy(p, y)')}`,
    // No loss, another loss, or logits: nothing wrong.
    `${net('F.softmax(self.fc(x), dim=1)')}`,
    `${net('self.fc(x)')}${loop('loss = F.cross_entropy(model(x), y)\nprobabilities = model(x).softmax(1)')}`,
    `${net('F.softmax(self.fc(x), dim=1)')}${loop('loss = F.nll_loss(torch.log(model(x) + 1e-9), y)')}`,
  ],
  L02: [
    `${net('F.log_softmax(self.fc(x), dim=1)  #! L02')}${loop('loss = F.cross_entropy(model(x), y)')}`,
    `${net('self.logsoftmax(self.fc(x))  #! L02')}${loop('loss = nn.CrossEntropyLoss()(model(x), y)')}`,
    `model = nn.Sequential(nn.Linear(20, 10), nn.LogSoftmax(dim=1))  #! L02${loop('loss = F.cross_entropy(model(x), y)')}`,
    `${net('F.log_softmax(self.fc(x), dim=1)')}${loop('loss = F.nll_loss(model(x), y)')}`,
  ],
  L03: [
    `${net('torch.sigmoid(self.fc(x))  #! L03', 1)}${loop('loss = F.binary_cross_entropy_with_logits(model(x), y)')}`,
    `${net('self.sigmoid(self.fc(x)).squeeze(1)  #! L03', 1)}criterion = nn.BCEWithLogitsLoss()${loop('loss = criterion(model(x), y)')}`,
    `model = nn.Sequential(nn.Linear(20, 1), nn.Sigmoid())  #! L03${loop('loss = nn.BCEWithLogitsLoss()(model(x), y.float())')}`,
    `${net('torch.sigmoid(self.fc(x))', 1)}${loop('loss = F.binary_cross_entropy(model(x), y)')}`,
  ],
  L04: [
    `${net('self.fc(x)', 1)}criterion = nn.BCELoss()${loop('loss = criterion(model(x), y)  #! L04')}`,
    `${net('self.fc(x)', 1)}${loop('loss = F.binary_cross_entropy(model(x).squeeze(1), y)  #! L04')}`,
    `model = nn.Sequential(nn.Linear(20, 1))${loop('loss = nn.BCELoss()(model(x), y)  #! L04')}`,
    `model = nn.Sequential(nn.Linear(20, 1), nn.Sigmoid())${loop('loss = nn.BCELoss()(model(x), y)')}`,
  ],
  L05: [
    `${net('self.fc(x)')}criterion = nn.NLLLoss()${loop('loss = criterion(model(x), y)  #! L05')}`,
    `${net('self.fc(x)')}${loop('loss = F.nll_loss(model(x), y)  #! L05')}`,
    `model = nn.Sequential(nn.Linear(20, 10))${loop('loss = F.nll_loss(model(x), y)  #! L05')}`,
    `${net('self.logsoftmax(self.fc(x))')}${loop('loss = F.nll_loss(model(x), y)')}`,
  ],
  L06: [
    `${net('F.softmax(self.fc(x), dim=1)  #! L06')}${loop('loss = F.nll_loss(model(x), y)')}`,
    `model = nn.Sequential(nn.Linear(20, 10), nn.Softmax(dim=1))  #! L06${loop('loss = nn.NLLLoss()(model(x), y)')}`,
    `${net('self.fc(x)')}${loop('loss = F.nll_loss(torch.softmax(model(x), 1), y)  #! L06')}`,
  ],
  L07: [
    `${net('self.fc(x)', 1)}criterion = nn.CrossEntropyLoss()${loop('loss = criterion(model(x), y)  #! L07')}`,
    `model = nn.Sequential(nn.Linear(20, 1))${loop('loss = F.cross_entropy(model(x), y.long())  #! L07')}`,
    `model = nn.Linear(20, 1)
from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(torch.randn(100, 20), torch.randn(100)), batch_size=10)${loop('loss = F.cross_entropy(model(x).squeeze(1), y)  #! L07')}`,
    `${net('self.fc(x)', 2)}${loop('loss = F.cross_entropy(model(x), y)')}`,
  ],
  L08: [
    `model = nn.Sequential(nn.Embedding(50, 8), nn.Linear(8, 50))
from torch.utils.data import DataLoader, TensorDataset
tokens = torch.randint(0, 50, (100, 12))
loader = DataLoader(TensorDataset(tokens, tokens), batch_size=10)${loop('loss = F.cross_entropy(model(x), y)  #! L08')}`,
    `model = nn.Sequential(nn.Embedding(50, 8), nn.Linear(8, 50))
from torch.utils.data import DataLoader, TensorDataset
tokens = torch.randint(0, 50, (100, 12))
loader = DataLoader(TensorDataset(tokens, tokens), batch_size=10)${loop('loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())')}`,
    `model = nn.Sequential(nn.Embedding(50, 8), nn.Linear(8, 50))
x = torch.randint(0, 50, (4, 12))
loss = nn.CrossEntropyLoss()(model(x), x)  #! L08
loss.backward()`,
    `model = nn.Sequential(nn.Embedding(50, 8), nn.Linear(8, 50))
x = torch.randint(0, 50, (4, 12))
loss = nn.CrossEntropyLoss()(model(x).transpose(1, 2), x)
loss.backward()`,
  ],
  L09: [
    `model = nn.Linear(20, 1)
x, y = torch.randn(8, 20), torch.randn(8)
loss = F.mse_loss(model(x), y)  #! L09
loss.backward()`,
    `model = nn.Linear(20, 1)
x, y = torch.randn(8, 20), torch.randn(8)
loss = ((model(x) - y) ** 2).mean()  #! L09
loss.backward()`,
    `model = nn.Linear(20, 1)
criterion = nn.L1Loss()
def evaluate(pred, target):
    return criterion(pred, target)  #! L09
evaluate(model(torch.randn(8, 20)), torch.randn(8))`,
    `model = nn.Linear(20, 1)
x, y = torch.randn(8, 20), torch.randn(8, 1)
loss = F.mse_loss(model(x), y)
loss.backward()`,
    `model = nn.Linear(20, 1)
x, y = torch.randn(8, 20), torch.randn(8)
loss = F.mse_loss(model(x).squeeze(-1), y)
loss.backward()`,
    // A difference that no loss is made of may be meant.
    `table = torch.randn(8, 1) - torch.randn(8)`,
  ],
  L10: [
    `${net('self.fc(x)')}${loop('loss = F.cross_entropy(model(x), F.one_hot(y.long(), 10).float())')}`,
    `model = nn.Linear(20, 10)
x, y = torch.randn(8, 20), torch.randint(0, 10, (8,))
loss = F.cross_entropy(model(x), F.one_hot(y, 10).float())  #! L10`,
    `model = nn.Linear(20, 10)
x, y = torch.randn(8, 20), torch.randint(0, 10, (8,))
loss = nn.CrossEntropyLoss()(model(x), F.one_hot(y, 10))  #! L10`,
  ],
  L11: [
    `student, teacher = nn.Linear(20, 10), nn.Linear(20, 10)
x = torch.randn(8, 20)
loss = F.kl_div(F.softmax(student(x), dim=1), F.softmax(teacher(x), dim=1), reduction="batchmean")  #! L11`,
    `student, teacher = nn.Linear(20, 10), nn.Linear(20, 10)
x = torch.randn(8, 20)
loss = nn.KLDivLoss(reduction="batchmean")(student(x), F.softmax(teacher(x), dim=1))  #! L11`,
    `student, teacher = nn.Linear(20, 10), nn.Linear(20, 10)
x = torch.randn(8, 20)
loss = F.kl_div(F.log_softmax(student(x), dim=1), F.softmax(teacher(x), dim=1), reduction="batchmean")`,
  ],
  L12: [
    `p, q = torch.rand(4, 10).softmax(1), torch.rand(4, 10).log_softmax(1)
loss = F.kl_div(q, p)  #! L12`,
    `p, q = torch.rand(4, 10).softmax(1), torch.rand(4, 10).log_softmax(1)
loss = nn.KLDivLoss()(q, p)  #! L12`,
    `p, q = torch.rand(4, 10).softmax(1), torch.rand(4, 10).log_softmax(1)
loss = nn.KLDivLoss(reduction="sum")(q, p)`,
  ],
  L13: [
    `${net('F.relu(self.fc(x))  #! L13')}${loop('loss = F.cross_entropy(model(x), y)')}`,
    `${net('self.relu(self.fc(x))  #! L13')}${loop('loss = F.cross_entropy(model(x), y)')}`,
    `model = nn.Sequential(nn.Linear(20, 10), nn.ReLU())  #! L13${loop('loss = F.cross_entropy(model(x), y)')}`,
    `${net('self.fc(F.relu(x))')}${loop('loss = F.cross_entropy(model(x), y)')}`,
  ],
  L16: [
    `model = nn.Linear(20, 1)
loss = F.mse_loss(model(torch.randn(8, 20)), torch.randn(8, 1), reduction="none")
loss.backward()  #! L16`,
    `model = nn.Linear(20, 1)
loss = F.mse_loss(model(torch.randn(8, 20)), torch.randn(8, 1), reduction="none").mean()
loss.backward()`,
    `model = nn.Linear(20, 10)
criterion = nn.CrossEntropyLoss(reduction="none")
loss = criterion(model(torch.randn(8, 20)), torch.randint(0, 10, (8,)))
loss.backward()  #! L16`,
  ],
};

describe('rules on losses', () => {
  for (const [rule, texts] of Object.entries(programs))
    texts.forEach((text, index) =>
      it(`${rule} in program ${index + 1}`, async () => {
        await checkMarked(text, new RegExp(rule));
      }),
    );

  it('are found through another file', async () => {
    await checkMarked(
      {
        '/model.py': net('F.softmax(self.fc(x), dim=1)  #! L01'),
        '/train.py': `from model import Net
model = Net()${loop('loss = F.cross_entropy(model(x), y)')}`,
      },
      /L01/,
    );
  });
  it('say the numbers', async () => {
    const [finding] = await checkMarked(
      `${net('F.softmax(self.fc(x), dim=1)  #! L01')}${loop('loss = F.cross_entropy(model(x), y)')}`,
      /L01/,
    );
    assert.match(finding?.message ?? '', /with 10 classes the loss can’t go below 1\.461/);
  });
  it('are silent where the user says so', async () => {
    await checkMarked(
      `${net('F.softmax(self.fc(x), dim=1)  # architect: ignore[L01]')}${loop('loss = F.cross_entropy(model(x), y)')}`,
      /L01/,
    );
  });
});
