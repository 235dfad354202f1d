import { checkMarked } from './support.js';

const programs: Readonly<Record<string, readonly string[]>> = {
  A15: [
    `net = nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.5), nn.BatchNorm1d(8))  #! A15\nnet(torch.rand(4, 8))`,
    `
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, bias=False)
        self.drop = nn.Dropout2d(0.2)
        self.norm = nn.BatchNorm2d(8)  #! A15

    def forward(self, x):
        return F.relu(self.norm(self.drop(self.conv(x))))
`,
    `
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.norm = nn.BatchNorm1d(8)  #! A15

    def forward(self, x):
        x = F.dropout(F.relu(self.fc(x)), 0.3, training=self.training)
        return self.norm(x)
`,
    `net = nn.Sequential(nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 2))\nnet(torch.rand(4, 8))`,
    `net = nn.Sequential(nn.Dropout(0.0), nn.BatchNorm1d(8))\nnet(torch.rand(4, 8))`,
  ],
  A16: [
    `conv = nn.Conv2d(3, 8, 4, padding=4 // 2)  #! A16`,
    `
def same_conv(width, kernel):
    return nn.Conv1d(width, width, kernel_size=kernel, padding=kernel // 2)  #! A16

conv = same_conv(8, 6)
`,
    `
class Net(nn.Module):
    def __init__(self, k=2):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, (k, k), 1, (k // 2, k // 2))  #! A16

    def forward(self, x):
        return self.conv(x)
`,
    `a = nn.Conv2d(3, 8, 5, padding=5 // 2)\nb = nn.Conv2d(3, 8, 4, stride=2, padding=4 // 2)\nc = nn.Conv2d(3, 8, 4, padding=2)`,
  ],
  A17: [
    `fc = nn.Linear(8, 4)\nnn.init.constant_(fc.weight, 0.01)  #! A17`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.fc = nn.Linear(8, 2)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.ones_(m.weight)  #! A17

    def forward(self, x):
        return self.fc(self.conv(x).mean((2, 3)))
`,
    `
def reset(m):
    if isinstance(m, nn.Linear):
        torch.nn.init.constant_(m.weight, 0.5)  #! A17
        torch.nn.init.zeros_(m.bias)

net = nn.Sequential(nn.Linear(4, 4), nn.ReLU(), nn.Linear(4, 2))
net.apply(reset)
`,
    `
fc = nn.Linear(8, 4)
nn.init.zeros_(fc.weight)
norm = nn.LayerNorm(8)
nn.init.ones_(norm.weight)
one = nn.Linear(8, 1)
nn.init.constant_(one.weight, 0.1)
depthwise = nn.Conv2d(8, 8, 3, groups=8)
nn.init.constant_(depthwise.weight, 1 / 9)
`,
  ],
};

describe('rules on layers', () => {
  for (const [rule, texts] of Object.entries(programs))
    texts.forEach((text, index) =>
      it(`${rule} in program ${index + 1}`, async () => {
        await checkMarked(text, new RegExp(rule));
      }),
    );
});
