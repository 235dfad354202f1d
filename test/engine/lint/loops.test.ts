import { checkMarked } from './support.js';

const MODEL = `
from torch.utils.data import DataLoader
from torch.nn.parallel import DistributedDataParallel as DDP

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.norm = nn.BatchNorm1d(8)
        self.out = nn.Linear(8, 3)

    def forward(self, x):
        return self.out(F.relu(self.norm(self.fc(x))))

model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
`;
const TRAIN = `
def train(model, loader):
    model.train()
    for x, y in loader:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
`;
/** Training that makes a step after some batches. */
const accumulation = (loss: string, backward: string, test: string): string => `${MODEL}
for i, (x, y) in enumerate(loader):
    ${loss}
    ${backward}
    if ${test}:
        optimizer.step()
        optimizer.zero_grad()
`;
const cycle = (made: string, body: string): string => `${MODEL}
scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, ${made})
for epoch in range(10):
    for x, y in loader:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
${body}
`;

const programs: Readonly<Record<string, readonly string[]>> = {
  T04: [
    `${MODEL}${TRAIN}
def evaluate(model, loader):
    model.eval()
    total = 0.0
    for x, y in loader:
        total += F.cross_entropy(model(x), y).item()  #! T04
    return total

for epoch in range(3):
    train(model, train_loader)
    evaluate(model, val_loader)
`,
    `${MODEL}
for epoch in range(3):
    model.train()
    for x, y in train_loader:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
    model.eval()
    for x, y in val_loader:
        logits = model(x)  #! T04
        print((logits.argmax(dim=1) == y).sum().item())
`,
    `${MODEL}${TRAIN}
class Trainer:
    def __init__(self, model):
        self.model = model

    def validate(self, loader):
        self.model.eval()
        losses = []
        for x, y in loader:
            losses.append(F.cross_entropy(self.model(x), y).item())  #! T04
        return sum(losses) / len(losses)

train(model, train_loader)
Trainer(model).validate(val_loader)
`,
    `${MODEL}${TRAIN}
@torch.no_grad()
def evaluate(model, loader):
    model.eval()
    return sum(F.cross_entropy(model(x), y).item() for x, y in loader)

train(model, train_loader)
evaluate(model, val_loader)
`,
    `${MODEL}
teacher = Net()
teacher.requires_grad_(False)
teacher.eval()
for x, y in loader:
    optimizer.zero_grad()
    F.mse_loss(model(x), teacher(x)).backward()
    optimizer.step()
`,
  ],
  T11: [
    accumulation('loss = F.cross_entropy(model(x), y)', 'loss.backward()  #! T11', '(i + 1) % 4 == 0'),
    accumulation('', 'F.cross_entropy(model(x), y).backward()  #! T11', 'i % 8 == 7'),
    `accumulate = 4${accumulation('loss = F.cross_entropy(model(x), y)', 'loss.backward()  #! T11', 'not (i + 1) % accumulate')}`,
    accumulation('loss = F.cross_entropy(model(x), y) / 4', 'loss.backward()', '(i + 1) % 4 == 0'),
    accumulation('loss = F.cross_entropy(model(x), y)', '(loss / 4).backward()', '(i + 1) % 4 == 0'),
    accumulation('loss = F.cross_entropy(model(x), y)\n    loss /= 4', 'loss.backward()', '(i + 1) % 4 == 0'),
    `${MODEL}
for i, (x, y) in enumerate(loader):
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if i % 100 == 0:
        print(loss.item())
`,
    // A second optimizer that steps less often.
    `${MODEL}
actor = torch.optim.SGD(model.parameters(), lr=0.01)
for i, (x, y) in enumerate(loader):
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if i % 2 == 0:
        actor.zero_grad()
        model(x).mean().backward()
        actor.step()
`,
  ],
  T12: [
    cycle('epochs=10, steps_per_epoch=len(loader)', '    scheduler.step()  #! T12'),
    cycle('total_steps=10 * len(loader)', '    scheduler.step()  #! T12\n    print(epoch)'),
    `${cycle('steps_per_epoch=100, epochs=10', '    print(epoch)\n    scheduler.step()  #! T12')}`,
    cycle('total_steps=10', '    scheduler.step()'),
    cycle('epochs=10, steps_per_epoch=len(loader)', '        scheduler.step()'),
  ],
  T15: [
    `${MODEL}opt = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.05)  #! T15`,
    `${MODEL}
from torch.optim import SGD

opt = SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)  #! T15
`,
    `${MODEL}
def configure(net):
    return torch.optim.AdamW(net.parameters(), weight_decay=0.1)  #! T15

opt = configure(model)
`,
    `${MODEL}opt = torch.optim.AdamW([{"params": [p for p in model.parameters() if p.ndim > 1]}], weight_decay=0.05)`,
    `model = nn.Linear(8, 2)\nopt = torch.optim.AdamW(model.parameters(), weight_decay=0.05)`,
  ],
  T18: [
    `${MODEL}
loader = DataLoader(data, batch_size=4)
model = DDP(model)  #! T18
for x, y in loader:
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
`,
    `${MODEL}
def main(data):
    loader = DataLoader(data, 2, shuffle=True)
    net = Net()
    wrapped = nn.parallel.DistributedDataParallel(net, device_ids=[0])  #! T18
    opt = torch.optim.SGD(wrapped.parameters(), lr=0.1)
    for x, y in loader:
        opt.zero_grad()
        F.cross_entropy(wrapped(x), y).backward()
        opt.step()
`,
    `${MODEL}
class Trainer:
    def __init__(self, data):
        self.loader = DataLoader(data, batch_size=8)
        self.model = DDP(Net())  #! T18

    def run(self):
        for x, y in self.loader:
            F.cross_entropy(self.model(x), y).backward()
            optimizer.step()
            optimizer.zero_grad()
`,
    `${MODEL}
loader = DataLoader(data, batch_size=64)
model = DDP(model)
for x, y in loader:
    F.cross_entropy(model(x), y).backward()
`,
    `${MODEL}
loader = DataLoader(data, batch_size=4)
model = nn.SyncBatchNorm.convert_sync_batchnorm(model)
model = DDP(model)
for x, y in loader:
    F.cross_entropy(model(x), y).backward()
`,
  ],
};

describe('rules on loops', () => {
  for (const [rule, texts] of Object.entries(programs))
    texts.forEach((text, index) =>
      it(`${rule} in program ${index + 1}`, async () => {
        await checkMarked(text, new RegExp(rule));
      }),
    );
});
