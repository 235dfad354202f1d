/** Rules in further styles of writing: layers, functions, helpers, classes, other files. See `checkMarked` for the marks. */
import type { Files } from '../advice/support.js';
import { checkMarked, net } from './support.js';

const MODEL = `torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
`;

/** A method that has scaled a loss and computed its gradients. */
const SCALED = `${MODEL}
class Trainer:
    def __init__(self):
        self.scaler = torch.cuda.amp.GradScaler()

    def update(self, loss):
        self.scaler.scale(loss).backward()
`;

/** A loop over batches with these lines. */
const loop = (body: string, before = ''): string => `${MODEL}${before}for x, y in loader:
${body.replace(/^/gm, '    ')}
`;

const CLASSIFIER = net('self.fc = nn.Linear(8, 5)', 'return self.fc(x)');

const programs: Readonly<Record<string, readonly (string | Files)[]>> = {
  A08: [
    `
def head(width):
    return nn.Sequential(nn.Linear(width, 128), nn.Linear(128, width))  #! A08

head(64)(torch.rand(2, 64))
`,
  ],
  A09: [net('self.act = nn.ReLU6()', 'x = self.act(x)\nreturn self.act(x)  #! A09', 'Net()(torch.rand(2, 3))\n')],
  A14: [
    `
class Net(nn.Module):
    def forward(self, x):
        if self.training:
            x = F.dropout(x, 0.5)
        x = F.dropout(x, 0.5) if self.training else x
        return F.dropout(x, p=0.5 if self.training else 0.0)
`,
    `
class Net(nn.Module):
    def forward(self, x):
        if not self.training:
            return x
        return F.dropout(x, 0.5)
`,
    `
class Sampler:
    def noise(self, x, p=0.0):
        return F.dropout(x, p=p)
`,
    `
class Diffusion(nn.Module):
    @torch.no_grad()
    def sample(self, x, p):
        return F.dropout(x, p=p)
`,
    `
from lightning import LightningModule

class Net(LightningModule):
    def forward(self, x):
        return F.dropout(x, 0.1)  #! A14
`,
    `
class Net(nn.Module):
    def forward(self, x):
        if x.size(0) > 2:
            x = F.dropout(x, 0.5)  #! A14
        return x
`,
  ],
  A17: [
    `model = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))
for layer in model:
    if isinstance(layer, nn.Linear):
        torch.nn.init.constant_(layer.weight.data, val=0.5)  #! A17
`,
    `fc = nn.Linear(8, 4)\nfc.weight.data.fill_(0.5)  #! A17`,
    `
def init_weights(m):
    if isinstance(m, nn.Linear):
        nn.init.constant_(m.weight, 0.1)  #! A17
        m.bias.data.fill_(0.01)

model = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 2))
model.apply(init_weights)
`,
  ],
  A18: [
    net('self.register_parameter("scale", nn.Parameter(torch.empty(8)))', 'return x * self.scale').replace(
      'self.register_parameter("scale", nn.Parameter(torch.empty(8)))',
      'self.scale = nn.Parameter(torch.empty(8))  #! A18',
    ),
    net('self.queries = nn.Parameter(torch.FloatTensor(4, 8))  #! A18', 'return x @ self.queries.t()'),
  ],
  L04: [
    `${net('self.fc = nn.Linear(8, 1)', 'return self.fc(x)')}
model, criterion = Net(), nn.BCELoss()
loss = criterion(model(torch.rand(4, 8)), torch.rand(4, 1))  #! L04
`,
    {
      '/losses.py': 'from torch.nn.functional import binary_cross_entropy as bce\nfrom torch.nn.functional import *\n',
      '/train.py': `model = nn.Sequential(nn.Linear(8, 4), nn.BatchNorm1d(4))
loss = F.binary_cross_entropy(model(torch.rand(3, 8)), torch.ones(3, 4))  #! L04
`,
    },
  ],
  L05: [
    `${CLASSIFIER}
criterion = torch.nn.NLLLoss()
loss = criterion(Net()(torch.rand(4, 8)), torch.zeros(4, dtype=torch.long))  #! L05
`,
  ],
  L07: [
    `
model = nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 1))
loss = F.cross_entropy(model(torch.rand(6, 8)), torch.rand(6, 1))  #! L07
`,
  ],
  L08: [
    `
class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(50, 8)
        self.out = nn.Linear(8, 12)

    def forward(self, tokens):
        return self.out(self.embed(tokens))

def step(model, tokens, tags):
    return nn.CrossEntropyLoss()(model(tokens), tags)  #! L08

step(Tagger(), torch.zeros(2, 7, dtype=torch.long), torch.zeros(2, 7, dtype=torch.long))
`,
  ],
  L10: [
    `
y = torch.randint(0, 5, (4,))
target = F.one_hot(y, 5)
loss = F.cross_entropy(nn.Linear(8, 5)(torch.rand(4, 8)), target.float())  #! L10
`,
    `${CLASSIFIER}
criterion = nn.CrossEntropyLoss()
y = torch.randint(0, 5, (4,))
loss = criterion(Net()(torch.rand(4, 8)), F.one_hot(y, num_classes=5))  #! L10
`,
  ],
  L11: [
    `
criterion = nn.KLDivLoss(reduction="batchmean")

def distil(student, teacher):
    p = torch.softmax(student, dim=-1)
    return criterion(p, torch.softmax(teacher, dim=-1))  #! L11

distil(nn.Linear(4, 3)(torch.rand(2, 4)), torch.rand(2, 3))
`,
  ],
  L12: [
    `
def distil(student, teacher):
    return F.kl_div(F.log_softmax(student, dim=1), teacher.softmax(dim=1))  #! L12

distil(nn.Linear(4, 3)(torch.rand(2, 4)), torch.rand(2, 3))
`,
  ],
  L14: [
    `${MODEL}
if tunes:
    log_alpha = torch.zeros(1, requires_grad=True)
    alpha_optimizer = torch.optim.Adam([log_alpha])
for x, y in loader:
    entropy = F.softmax(model(torch.rand(5, 4)), dim=1).log().sum()
    if tunes:
        (log_alpha.exp() * (entropy + 1.0).detach()).mean().backward()
`,
  ],
  L15: [
    `
labels = (torch.rand(4, 5) > 0.5).float()
loss = nn.CrossEntropyLoss()(nn.Linear(8, 5)(torch.rand(4, 8)), labels)  #! L15
`,
  ],
  L16: [
    loop(`optimizer.zero_grad()
nn.CrossEntropyLoss(reduction="none")(model(torch.rand(5, 4)), torch.zeros(5, dtype=torch.long)).backward()  #! L16
optimizer.step()`),
  ],
  R02: [
    net(
      'self.tables = {"a": nn.Parameter(torch.zeros(3)), "b": nn.Parameter(torch.ones(3))}  #! R02',
      'return x * self.tables["a"] + self.tables["b"]',
    ),
  ],
  T02: [
    `${MODEL}
def train(net, opt, loader):
    for x, y in loader:
        loss = F.cross_entropy(net(x), y)
        loss.backward()
        opt.zero_grad()  #! T02
        opt.step()

train(model, optimizer, make_loader())
`,
  ],
  T03: [
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 3)
        self.norm = nn.BatchNorm1d(3)

    def forward(self, x):
        return self.norm(self.fc(x))

model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

def validate(net, loader):
    with torch.no_grad():
        for x, y in loader:
            print(F.cross_entropy(net(x), y).item())  #! T03

for epoch in range(3):
    for x, y in train_loader:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
    validate(model, val_loader)
`,
  ],
  T06: [
    `${MODEL}
class Trainer:
    def __init__(self):
        self.total = 0.0

    def run(self, loader):
        for x, y in loader:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            self.total += loss  #! T06

Trainer().run(make_loader())
`,
  ],
  T07: [
    loop(
      `optimizer.zero_grad()
F.cross_entropy(model(x), y).backward()
scheduler.step()  #! T07
optimizer.step()`,
      'scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 100)\n',
    ),
    `${MODEL}
from torch.optim.lr_scheduler import StepLR

def fit(loader, epochs=3):
    schedule = StepLR(optimizer, 1)
    for epoch in range(epochs):
        schedule.step()  #! T07
        for x, y in loader:
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()

fit(make_loader())
`,
  ],
  T08: [
    `${MODEL}
from torch.nn.utils import clip_grad_norm_

def update(loss):
    loss.backward()
    optimizer.step()
    clip_grad_norm_(model.parameters(), 5.0)  #! T08
`,
    `${MODEL}
def update(loss):
    loss.backward()
    optimizer.step()
    nn.utils.clip_grad_norm_(  #! T08
        model.parameters(), max_norm=5.0
    )
`,
  ],
  T09: [
    `${SCALED}        nn.utils.clip_grad_value_(model.parameters(), 0.5)  #! T09
        self.scaler.step(optimizer)
        self.scaler.update()
`,
    loop(
      `optimizer.zero_grad()
scaler.scale(F.cross_entropy(model(x), y)).backward()
clip_grad_norm_(model.parameters(), max_norm=1.0)  #! T09
scaler.step(optimizer)
scaler.update()`,
      'from torch.cuda.amp import GradScaler\nfrom torch.nn.utils import clip_grad_norm_\nscaler = GradScaler()\n',
    ),
  ],
  T10: [
    `${SCALED}        self.scaler.step(optimizer)  #! T10
        optimizer.zero_grad()
`,
    loop(
      `optimizer.zero_grad()
grad_scaler.scale(F.cross_entropy(model(x), y)).backward()
grad_scaler.step(optimizer)  #! T10`,
      'from torch.cuda.amp import GradScaler\ngrad_scaler = GradScaler()\n',
    ),
  ],
  T13: [
    loop(
      `optimizer.zero_grad()
F.cross_entropy(model(x), y).backward()
optimizer.step()`,
      `class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 8)
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(8, 2))

    def forward(self, x):
        return self.head(self.body(x))

model = Net()
optimizer = torch.optim.Adam(model.parameters())
model.head = nn.Sequential(nn.ReLU(), nn.Linear(8, 7))  #! T13
`,
    ),
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 8)
        self.out = nn.Linear(8, 2)

    def forward(self, x):
        return self.out(self.fc(x))

def adapt(net, classes):
    net.out = nn.Linear(8, classes)  #! T13

net = Net()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
adapt(net, 5)
for x, y in loader:
    opt.zero_grad()
    F.cross_entropy(net(x), y).backward()
    opt.step()
`,
  ],
  T14: [
    `
from torch import optim

def configure(net):
    return optim.Adam(net.parameters(), 1e-3, (0.9, 0.999), 1e-8, 0.05)  #! T14

opt = configure(nn.Linear(4, 2))
`,
  ],
  T16: [
    `${MODEL}
from torch.utils.data import DataLoader

class Trainer:
    def __init__(self, data):
        self.loader = DataLoader(data, batch_size=10, shuffle=False)  #! T16

    def fit(self):
        for x, y in self.loader:
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
`,
    `${MODEL}
def train(data):
    train_loader = torch.utils.data.DataLoader(data, 32, num_workers=4)  #! T16
    for epoch in range(3):
        for x, y in train_loader:
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
`,
  ],
  T17: [
    `${MODEL}
def main(dataset):
    train_sampler = torch.utils.data.distributed.DistributedSampler(dataset)  #! T17
    test_sampler = torch.utils.data.distributed.DistributedSampler(dataset)
    loader = torch.utils.data.DataLoader(dataset, sampler=train_sampler)
    for epoch in range(3):
        for x, y in loader:
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
`,
    `${MODEL}
from torch.utils.data import DataLoader, DistributedSampler

class Trainer:
    def __init__(self, data):
        self.loader = DataLoader(data, sampler=DistributedSampler(data, shuffle=True))  #! T17

    def fit(self):
        for epoch in range(3):
            for x, y in self.loader:
                optimizer.zero_grad()
                F.cross_entropy(model(x), y).backward()
                optimizer.step()
`,
  ],
  T19: [
    `
from torch.nn.parallel import DistributedDataParallel

def save(path):
    net = DistributedDataParallel(nn.Linear(4, 2), device_ids=[0])
    torch.save(dict(model=net.state_dict(), epoch=1), path)  #! T19
`,
  ],
  T20: [
    `
def restore(model, path):
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=False))  #! T20
`,
    { '/requirements.txt': 'numpy\ntorch==2.1.0\n', '/train.py': 'state = torch.load("model.pt")  #! T20\n' },
    {
      '/pyproject.toml': '[project]\ndependencies = ["torchvision", "torch>=1.13,<2.4"]\n',
      '/src/train.py': 'def restore(path):\n    return torch.load(path, map_location="cpu")  #! T20\n',
    },
    {
      '/environment.yml': 'dependencies:\n  - python=3.10\n  - pytorch=2.0\n',
      '/train.py': 'torch.load("a.pt")  #! T20\n',
    },
    { '/pyproject.toml': '[tool.poetry.dependencies]\ntorch = "~2.5"\n', '/train.py': 'torch.load("a.pt")  #! T20\n' },
    { '/requirements.txt': 'torch>=1.8\n', '/train.py': 'torch.load("a.pt")\n' },
    { '/requirements.txt': 'torch==2.6.0\ntorchvision==0.21\n', '/train.py': 'torch.load("a.pt")\n' },
    { '/requirements.txt': 'pytorch-lightning==1.9\ntorch\n', '/train.py': 'torch.load("a.pt")\n' },
    { '/pyproject.toml': 'dependencies = ["torch~=2.1"]\n', '/train.py': 'torch.load("a.pt")\n' },
    { '/requirements.txt': 'torch==2.1.0\n', '/train.py': 'torch.load("a.pt", weights_only=True)\n' },
  ],
  T21: [
    `
def train(model, loader):
    optimizer = torch.optim.Adam(model.parameters())
    for epoch in range(3):
        for x, y in loader:
            optimizer.zero_grad()
            loss = F.mse_loss(model(x), y)
            loss.backward()  #! T21
            optimizer.step()

train(nn.Linear(4, 2), make_loader())
`,
    `
class Trainer:
    def __init__(self):
        self.model = nn.Linear(4, 2)
        self.optimizer = torch.optim.Adam(self.model.parameters())

    def fit(self, loader):
        for x, y in loader:
            self.optimizer.zero_grad()
            F.mse_loss(self.model(x), y).backward()  #! T21
            self.optimizer.step()

Trainer().fit(make_loader())
`,
  ],
};

describe('rules in further styles', () => {
  for (const [rule, texts] of Object.entries(programs))
    texts.forEach((text, index) =>
      it(`${rule} in program ${index + 1}`, async () => {
        await checkMarked(text, new RegExp(rule));
      }),
    );
});
