import { checkMarked } from './support.js';

const MODEL = `
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 2))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
`;

const programs: Readonly<Record<string, readonly string[]>> = {
  T01: [
    `${MODEL}
for x, y in loader:
    loss = F.cross_entropy(model(x), y)
    loss.backward()  #! T01
    optimizer.step()
`,
    `${MODEL}
def train(model, loader, optimizer):
    for x, y in loader:
        loss = F.cross_entropy(model(x), y)
        loss.backward()  #! T01
        optimizer.step()

for epoch in range(3):
    train(model, make_loader(), optimizer)
`,
    `${MODEL}
x, y = torch.randn(8, 4), torch.zeros(8).long()
for step in range(100):
    F.cross_entropy(model(x), y).backward()  #! T01
    optimizer.step()
`,
    `${MODEL}
for x, y in loader:
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
`,
    `${MODEL}
for i, (x, y) in enumerate(loader):
    F.cross_entropy(model(x), y).backward()
    if (i + 1) % 4 == 0:
        optimizer.step()
        model.zero_grad()
for x, y in loader:
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
    for p in model.parameters():
        p.grad = None
`,
    // Cleared by hand, by wrappers, by what isn't known.
    `${MODEL}
from torch.autograd import Variable
for x, y in loader:
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
    for p in model.parameters():
        if p.grad is not None:
            data = p.grad.data
            p.grad = Variable(data.new().resize_as_(data).zero_())
`,
    `${MODEL}
def clear(params):
    for p in params:
        p.grad.data.zero_()
def step(x, y):
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
for x, y in loader:
    step(x, y)
    clear(list(model.parameters()))
`,
    `${MODEL}
from somewhere import Wrapper
wrapped = Wrapper(optimizer)
def step(x, y):
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
for x, y in loader:
    wrapped.zero_grad()
    step(x, y)
`,
    `${MODEL}
from lightning.fabric import Fabric
fabric = Fabric()
for x, y in loader:
    fabric.clear_gradients(optimizer)
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
`,
    // Another optimizer from some step on.
    `${MODEL}
def train(config):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    step = 0
    for x, y in loader:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
        step += 1
        if step > config["steps"]:
            optimizer = torch.optim.SGD(model.parameters(), lr=config["lr"])
train(read_config())
`,
    `${MODEL}
class Trainer:
    def __init__(self, model, optimizer):
        self.model, self.optimizer = model, optimizer

    def reset_grad(self):
        self.optimizer.zero_grad()

    def step(self, x, y):
        F.cross_entropy(self.model(x), y).backward()
        self.optimizer.step()

trainer = Trainer(model, optimizer)
for x, y in loader:
    trainer.reset_grad()
    trainer.step(x, y)
`,
    `${MODEL}
scaler = torch.amp.GradScaler()
for x, y in loader:
    scaler.scale(F.cross_entropy(model(x), y)).backward()
    scaler.step(optimizer)
    scaler.update()
    model.zero_grad(set_to_none=True)
`,
    `${MODEL}
from accelerate import Accelerator
accelerator = Accelerator()
model, optimizer = accelerator.prepare(model, optimizer)
for x, y in loader:
    loss = F.cross_entropy(model(x), y)
    accelerator.backward(loss)
    optimizer.step()
    optimizer.zero_grad()
`,
  ],
  T02: [
    `${MODEL}
for x, y in loader:
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    optimizer.zero_grad()  #! T02
    optimizer.step()
`,
    `${MODEL}
def step(x, y):
    F.cross_entropy(model(x), y).backward()
    optimizer.zero_grad()  #! T02
    optimizer.step()
step(torch.randn(8, 4), torch.zeros(8).long())
`,
    `${MODEL}
for x, y in loader:
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
    optimizer.zero_grad()
`,
    // What the second loss is can't be known, that its gradients are computed can.
    `import mixing
${MODEL}
for x, y in loader:
    F.cross_entropy(model(x), y).backward()
    optimizer.zero_grad()
    mixing.of(model, x, y).backward()
    optimizer.step()
`,
  ],
  T03: [
    `${MODEL}
for x, y in loader:
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
with torch.no_grad():
    for x, y in test_loader:
        out = model(x)  #! T03
`,
    `${MODEL}
@torch.no_grad()
def evaluate(loader):
    for x, y in loader:
        out = model(x)  #! T03
for x, y in loader:
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
evaluate(test_loader)
`,
    `${MODEL}
for x, y in loader:
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
model.eval()
with torch.no_grad():
    for x, y in test_loader:
        out = model(x)
`,
  ],
  T05: [
    `${MODEL}model.eval  #! T05\n`,
    `${MODEL}
for x, y in loader:
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()
    optimizer.step  #! T05
`,
    `${MODEL}
def prepare(net):
    net.train  #! T05
    return net.eval
`,
  ],
  T06: [
    `${MODEL}
total = 0
for x, y in loader:
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss.backward()
    optimizer.step()
    total += loss  #! T06
`,
    `${MODEL}
def train(loader):
    running = 0.0
    for x, y in loader:
        optimizer.zero_grad()
        loss = nn.CrossEntropyLoss()(model(x), y)
        loss.backward()
        optimizer.step()
        running += loss  #! T06
    return running
train(make_loader())
`,
    `${MODEL}
total = 0
for x, y in loader:
    optimizer.zero_grad()
    loss = F.cross_entropy(model(x), y)
    loss += 1e-4 * model[0].weight.square().sum()
    loss.backward()
    optimizer.step()
    total += loss.item()
`,
  ],
  T07: [
    `${MODEL}
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10)
for epoch in range(10):
    scheduler.step()  #! T07
    for x, y in loader:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
`,
    `${MODEL}
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10)
for epoch in range(10):
    for x, y in loader:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
    scheduler.step()
`,
  ],
  T08: [
    `${MODEL}
for x, y in loader:
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)  #! T08
`,
    `${MODEL}
for x, y in loader:
    optimizer.zero_grad()
    torch.nn.utils.clip_grad_value_(model.parameters(), 1.0)  #! T08
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
`,
    `${MODEL}
for x, y in loader:
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
`,
    // Two networks in turn: each is clipped between its own backward and step.
    `
for x in loader:
    optim_d.zero_grad()
    scaler.scale(d_loss(x)).backward()
    scaler.unscale_(optim_d)
    norm = commons.clip_grad_value_(net_d.parameters(), None)
    scaler.step(optim_d)
    optim_g.zero_grad()
    scaler.scale(g_loss(x)).backward()
    scaler.unscale_(optim_g)
    norm = commons.clip_grad_value_(net_g.parameters(), None)
    scaler.step(optim_g)
`,
    `
for x in loader:
    loss(x).backward()
    scheduler.step()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    other(x).backward()
    other_optimizer.step()
    nn.utils.clip_grad_norm_(other.parameters(), 1.0)  #! T08
`,
  ],
  T09: [
    `${MODEL}
scaler = torch.amp.GradScaler("cuda")
for x, y in loader:
    optimizer.zero_grad()
    scaler.scale(F.cross_entropy(model(x), y)).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)  #! T09
    scaler.step(optimizer)
    scaler.update()
`,
    `${MODEL}
scaler = torch.amp.GradScaler("cuda")
for x, y in loader:
    optimizer.zero_grad()
    scaler.scale(F.cross_entropy(model(x), y)).backward()
    scaler.unscale_(optimizer)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
`,
  ],
  T10: [
    `${MODEL}
scaler = torch.amp.GradScaler("cuda")
for x, y in loader:
    optimizer.zero_grad()
    scaler.scale(F.cross_entropy(model(x), y)).backward()
    scaler.step(optimizer)  #! T10
`,
  ],
  T13: [
    `${MODEL}
model[2] = nn.Linear(8, 3)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 8)
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        return self.fc(self.body(x))

net = Net()
opt = torch.optim.Adam(net.parameters())
net.fc = nn.Linear(8, 10)  #! T13
for x, y in loader:
    opt.zero_grad()
    F.cross_entropy(net(x), y).backward()
    opt.step()
`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 8)
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        return self.fc(self.body(x))

net = Net()
net.fc = nn.Linear(8, 10)
opt = torch.optim.Adam(net.parameters())
for x, y in loader:
    opt.zero_grad()
    F.cross_entropy(net(x), y).backward()
    opt.step()
`,
  ],
  T14: [
    `model = nn.Linear(4, 2)\nopt = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-2)  #! T14`,
    `from torch.optim import Adam, AdamW\nmodel = nn.Linear(4, 2)\nopt = Adam(model.parameters(), weight_decay=0.1)  #! T14\nb = AdamW(model.parameters(), weight_decay=0.1)\nc = Adam(model.parameters())`,
  ],
  T16: [
    `${MODEL}
from torch.utils.data import DataLoader, TensorDataset
data = TensorDataset(torch.randn(100, 4), torch.zeros(100).long())
loader = DataLoader(data, batch_size=10)  #! T16
for x, y in loader:
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
`,
    `${MODEL}
from torch.utils.data import DataLoader, TensorDataset
data = TensorDataset(torch.randn(100, 4), torch.zeros(100).long())
loader = DataLoader(data, batch_size=10, shuffle=True)
for x, y in loader:
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
`,
  ],
  T17: [
    `${MODEL}
from torch.utils.data.distributed import DistributedSampler
sampler = DistributedSampler(dataset)  #! T17
for epoch in range(3):
    for x, y in loader:
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()
`,
  ],
  T19: [
    `
from torch.nn.parallel import DistributedDataParallel as DDP
model = DDP(nn.Linear(4, 2))
torch.save(model.state_dict(), "model.pt")  #! T19
plain = nn.Linear(4, 2)
torch.save({"model": plain.state_dict()}, "model.pt")
`,
    `
model = nn.DataParallel(nn.Linear(4, 2))
torch.save({"model": model.state_dict()}, "model.pt")  #! T19
torch.save(model.module.state_dict(), "model.pt")
`,
  ],
  T20: [`state = torch.load("model.pt", weights_only=False)  #! T20\nother = torch.load("model.pt")`],
  T21: [
    `
model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x, y in loader:
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()  #! T21
    optimizer.step()
`,
    `${MODEL}
for x, y in loader:
    optimizer.zero_grad()
    F.cross_entropy(model(x), y).backward()
    optimizer.step()
`,
  ],
};

describe('rules on training', () => {
  for (const [rule, texts] of Object.entries(programs))
    texts.forEach((text, index) =>
      it(`${rule} in program ${index + 1}`, async () => {
        await checkMarked(text, new RegExp(rule));
      }),
    );
});
