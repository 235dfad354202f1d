import assert from 'node:assert/strict';
import { checkMarked, lint } from './support.js';

const programs: Readonly<Record<string, readonly string[]>> = {
  R01: [
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Linear(8, 8) for _ in range(3)]  #! R01

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
`,
    `
class Net(nn.Module):
    def __init__(self, depth=4):
        super().__init__()
        self.layers = []  #! R01
        for _ in range(depth):
            self.layers.append(nn.Conv2d(3, 3, 3))

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x
`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = {"a": nn.Linear(8, 2), "b": nn.Linear(8, 3)}  #! R01

    def forward(self, x):
        return {name: head(x) for name, head in self.heads.items()}
`,
    // Registered as well, without parameters, or somebody else's.
    `
class Net(nn.Module):
    def __init__(self, teacher=None):
        super().__init__()
        layers = [nn.Linear(8, 8) for _ in range(3)]
        self.net = nn.Sequential(*layers)
        self.order = layers
        self.activations = [nn.ReLU(), nn.Tanh()]
        self.teacher = [teacher]

    def forward(self, x):
        return self.net(x)

Net(nn.Linear(2, 2))
`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = []
        for i in range(3):
            layer = nn.Linear(8, 8)
            self.add_module(f"layer{i}", layer)
            self.layers.append(layer)
`,
  ],
  R02: [
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.scales = [nn.Parameter(torch.ones(8)) for _ in range(3)]  #! R02

    def forward(self, x):
        return x * self.scales[0]
`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.weights = {"w": nn.Parameter(torch.ones(8))}  #! R02
`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.groups = [self.fc.weight]
        self.scales = nn.ParameterList([nn.Parameter(torch.ones(8))])
`,
  ],
  R03: [
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = torch.tensor([0.5, 1.0, 2.0])  #! R03

    def forward(self, x):
        return x * self.scale
`,
    `
class Position(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.fc = nn.Linear(width, width)
        table = torch.zeros(100, width)
        self.table = table.unsqueeze(0)  #! R03

    def forward(self, x):
        return self.fc(x) + self.table[:, : x.size(1)]
`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.mask = torch.tril(torch.ones(8, 8))  #! R03

    def helper(self, x):
        return x.masked_fill(self.mask == 0, float("-inf"))

    def forward(self, x):
        return self.helper(x)
`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("scale", torch.ones(3))
        self.moved = torch.ones(3)
        self.unused = torch.ones(3)

    def forward(self, x):
        return x * self.scale + self.moved.to(x.device)
`,
    // Given anew by what forward calls, however deep and wherever it is written.
    `
class Base(nn.Module):
    def prepare(self, x):
        self.table, self.rows = self.table.to(x), len(x)

class Net(Base):
    def __init__(self):
        super().__init__()
        self.table = torch.ones(3)
        self.scale = torch.ones(3)

    def refresh(self, x):
        self.scale = torch.ones(3, device=x.device)
        self.prepare(x)

    def forward(self, x):
        self.refresh(x)
        return x * self.table + self.scale
`,
    // Moved after a slice, by a helper or under another name, used as an index, moved by the class itself or by who uses it.
    `
def to_device(tensor, other):
    return tensor.to(other.device)

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = torch.ones(3)
        self.b = torch.ones(3)
        self.keep = torch.tensor([True, False, True])
        self.c = torch.ones(3)
        self.d = torch.ones(3)
        self.e = torch.ones(3)

    def _apply(self, fn, recurse=True):
        self.c = fn(self.c)
        return super()._apply(fn, recurse)

    def forward(self, x):
        b = self.b
        b = b.to(x)
        return (x + self.a[None, :].to(x) + b + self.c + self.d + to_device(self.e, x))[:, self.keep]

net = Net()
net.d = net.d.to("cuda")
`,
    // One number of it at a time.
    `
class Scales(nn.Module):
    def __init__(self):
        super().__init__()
        self.weights = torch.tensor([0.5, 0.3, 0.2])

    def forward(self, x):
        total = self.weights[0] * x
        for i, part in enumerate(x):
            total = total + self.weights[i] * part
        return total
`,
    `
class Net(nn.Module):
    def __init__(self, weights):
        super().__init__()
        self.weights = torch.tensor(weights)  #! R03

    def forward(self, x):
        return x * self.weights

net = Net([1.0, 2.0])
`,
  ],
  R04: [
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(8)) * 0.1  #! R04

    def forward(self, x):
        return x * self.scale
`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(8)).half()  #! R04
`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = 2 * nn.Parameter(torch.rand(8) + 1)  #! R04
`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(8) * 0.1)
`,
  ],
  R05: [
    `
class Net(nn.Module):
    def __init__(self):  #! R05
        self.fc = nn.Linear(8, 8)

    def forward(self, x):
        return self.fc(x)
`,
    `
class Net(nn.Module):
    def __init__(self):
        self.width = 8
        self.fc = nn.Linear(8, 8)  #! R05
        super().__init__()
`,
    `
class Net(nn.Module):
    def __init__(self):
        super()._init_()  #! R05
        self.fc = nn.Linear(8, 8)
`,
    `
class Block(nn.Module):
    def __init__(self):
        super(Block, self).__init__()

class Net(nn.Module):
    def __init__(self):
        """Makes it."""
        self.block = Block()  #! R05
        super(Net, self).__init__()
`,
    `
class Net(nn.Module):
    def __init__(self):
        self.width = 8
        super().__init__()
        self.fc = nn.Linear(self.width, 8)

class Other(Net):
    def __init__(self):
        Net.__init__(self)
        self.other = nn.Linear(8, 8)

class Plain(nn.Module):
    width = 3

class NoModule:
    def __init__(self):
        self.fc = nn.Linear(8, 8)
`,
    `
from abc import abstractmethod

class Raises(nn.Module):
    def __init__(self, width):
        """To be written by a class that derives from it."""
        raise NotImplementedError

class Abstract(nn.Module):
    @abstractmethod
    def __init__(self):
        pass

class Apart(nn.Module):
    def __init__(self):
        self.setup()

    def setup(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
`,
  ],
  R06: [
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)

    def forward(self, x):
        return nn.Linear(8, 4)(self.fc(x))  #! R06
`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x):
        norm = nn.BatchNorm2d(8)  #! R06
        return norm(self.conv(x))
`,
    `
class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query = nn.Linear(16, 16)

    def forward(self, x):
        key = nn.Linear(16, 16)  #! R06
        return self.query(x) @ key(x).transpose(1, 2)
`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.fc = None

    def forward(self, x):
        x = nn.ReLU()(self.conv(x)).flatten(1)
        if self.fc is None:
            self.fc = nn.Linear(x.shape[1], 10)
        return self.fc(x)
`,
  ],
  R07: [
    `
layers = nn.ModuleList([nn.Linear(8, 8)] * 4)  #! R07
`,
    `
class Net(nn.Module):
    def __init__(self, depth=3):
        super().__init__()
        block = nn.Conv2d(8, 8, 3, padding=1)
        self.body = nn.Sequential(*[block] * depth)  #! R07

    def forward(self, x):
        return self.body(x)
`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(*([nn.Linear(8, 8), nn.ReLU()] * 3))  #! R07
`,
    `
shared = nn.ModuleList([nn.Linear(8, 8)] * 4)  # architect: share
activations = nn.Sequential(*[nn.ReLU()] * 2)
own = nn.ModuleList([nn.Linear(8, 8) for _ in range(4)])
`,
  ],
  R09: [
    `
model = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 2))
model.requires_grad = False  #! R09
`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Linear(8, 8)
        self.backbone.requires_grad = False  #! R09
`,
    `
def freeze(part):
    part.requires_grad = False  #! R09

freeze(nn.Linear(8, 8))
`,
    `
model = nn.Linear(8, 8)
model.weight.requires_grad = False
for p in model.parameters():
    p.requires_grad = False
model.requires_grad_(False)
`,
  ],
  R10: [
    `
model = nn.Linear(8, 8)
for p in model.parameters():
    p.require_grad = False  #! R10
`,
    `
x = torch.zeros(3)
x.requires_grads = True  #! R10
`,
    `
def make(shape):
    return dict(shape=shape, require_grad=True)  #! R10
`,
    `
model = nn.Linear(8, 8)
for p in model.parameters():
    p.requires_grad = False
`,
  ],
};

describe('rules on registration', () => {
  for (const [rule, texts] of Object.entries(programs))
    texts.forEach((text, index) =>
      it(`${rule} in program ${index + 1}`, async () => {
        await checkMarked(text, new RegExp(rule));
      }),
    );
});

describe('a tensor attribute whose device somebody chose', () => {
  it('is an information: it works as long as the module stays there', async () => {
    const found = await lint(`import torch
import torch.nn as nn

def centres(boxes):
    return boxes[:, :2] + boxes[:, 2:] / 2

def table(width):
    return torch.ones(4, width)

class Loss(nn.Module):
    def __init__(self, boxes, device, width=2):
        super().__init__()
        self.boxes = boxes
        self.centres = centres(boxes)
        grid = torch.ones(4, 2, device=device)
        self.grid = grid * 2
        self.middle = centres(self.grid.repeat(1, 2))
        self.own = table(width)

    def forward(self, x):
        return (x - self.centres + self.grid + self.middle) * self.own + self.boxes[:, 2:]

loss = Loss(torch.rand(4, 4), "cpu")
loss(torch.rand(4, 2))
`);
    const tensors = found.filter(({ rule }) => rule === 'R03');
    assert.deepEqual(
      tensors.map(({ message, severity }) => [/self\.(\w+)/.exec(message)?.[1], severity]),
      [
        ['boxes', 'info'],
        ['centres', 'info'],
        ['grid', 'info'],
        ['middle', 'info'],
        ['own', 'warning'],
      ],
    );
  });
});
