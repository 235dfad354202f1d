import { checkMarked } from './support.js';

const X = 'x = torch.rand(4, 5, requires_grad=True)\n';

const programs: Readonly<Record<string, readonly string[]>> = {
  S01: [
    `${X}y = torch.log(F.softmax(x, dim=1))  #! S01`,
    `${X}y = x.softmax(1).log()  #! S01`,
    `${X}p = nn.Softmax(dim=-1)(x)\ny = torch.log(p)  #! S01`,
    `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(5, 3)

    def forward(self, x):
        return torch.log(torch.softmax(self.fc(x), dim=1))  #! S01
`,
    `${X}y = F.log_softmax(x, dim=1)\nz = torch.log(x)`,
  ],
  S02: [
    `${X}y = -torch.log(torch.sigmoid(x)).mean()  #! S02`,
    `${X}y = x.sigmoid().log()  #! S02`,
    `${X}p = F.sigmoid(x)\ny = p.log()  #! S02`,
    `${X}y = F.logsigmoid(x)`,
  ],
  S03: [
    `${X}y = torch.log(torch.exp(x).sum(dim=1))  #! S03`,
    `${X}y = torch.log(torch.sum(torch.exp(x), dim=1, keepdim=True))  #! S03`,
    `${X}e = x.exp()\ny = e.sum(1).log()  #! S03`,
    `${X}y = torch.logsumexp(x, dim=1)`,
    // The largest value, or one that was picked, is taken away; cosines and negative squares have an end.
    `${X}s, _ = torch.max(x, dim=1, keepdim=True)\ny = s + (x - s).exp().sum(dim=1, keepdim=True).log()`,
    `${X}s = x[0, x.argmax()]\ny = s + torch.log(torch.sum(torch.exp(x - s)))`,
    `${X}z = F.normalize(x, dim=1)\ny = torch.log(torch.exp(z @ z.T / 0.5).sum(dim=1))`,
    `${X}y = torch.log(torch.exp(-0.5 * x ** 2).sum(dim=1)) + torch.log(torch.exp(-(x - 1).pow(2)).sum(dim=1))`,
    `${X}y = torch.log(torch.exp(x.log_softmax(dim=1)).sum(dim=0)) + torch.log(torch.exp(x.clamp(max=50)).sum(dim=0))`,
  ],
  S04: [
    `def f(x):\n    return torch.log(x.abs() + 1)  #! S04`,
    `${X}y = torch.log(1 + x)  #! S04`,
    `${X}y = (x + 1).log()  #! S04`,
    `${X}y = torch.exp(x) - 1  #! S04`,
    `def f(durations):\n    return torch.round(torch.exp(durations) - 1)  #! S04`,
    `${X}y = torch.log1p(x) + torch.log(x + 2)`,
  ],
  S05: [
    `${X}y = ((x - 1) ** 2).sum(dim=1).sqrt()  #! S05`,
    `${X}y = torch.sqrt(x.var(dim=0))  #! S05`,
    `${X}y = (x * x).sum() ** 0.5  #! S05`,
    `${X}y = F.relu(x).sqrt()  #! S05`,
    `${X}y = ((x ** 2).sum(dim=1) + 1e-8).sqrt() + x.norm() + x.std()\nwith torch.no_grad():\n    z = (x ** 2).sum().sqrt()`,
  ],
  S06: [
    `${X}y = torch.log(F.relu(x))  #! S06`,
    `${X}y = x.abs().log()  #! S06`,
    `${X}y = torch.log(x.square())  #! S06`,
    `${X}y = torch.log(F.relu(x).clamp_min(1e-8)) + torch.log(x.abs() + 1e-8)`,
  ],
  S07: [
    `${X}y = torch.where(x > 0, torch.log(x), 0.0)  #! S07`,
    `${X}y = torch.where(x > 0, x.sqrt(), torch.zeros_like(x))  #! S07`,
    `${X}y = torch.where(x <= 0, torch.zeros_like(x), torch.log(x))  #! S07`,
    `${X}safe = torch.where(x > 0, x, torch.ones_like(x))\ny = torch.where(x > 0, torch.log(safe), 0.0)`,
  ],
  S08: [
    `${X}y = torch.exp(x) / torch.exp(x).sum(dim=1, keepdim=True)  #! S08`,
    `${X}e = x.exp()\ny = e / e.sum(dim=1, keepdim=True)  #! S08`,
    `${X}e = torch.exp(x)\ny = e / torch.sum(e, dim=-1, keepdim=True)  #! S08`,
    `${X}e = torch.exp(x - x.amax(dim=1, keepdim=True))\ny = e / e.sum(dim=1, keepdim=True)`,
  ],
  S09: [
    `${X}w = F.relu(x)\ny = w / w.sum(dim=1, keepdim=True)  #! S09`,
    `${X}y = x.abs() / x.abs().sum()  #! S09`,
    `${X}w = x.square()\ny = w / torch.sum(w, dim=1, keepdim=True)  #! S09`,
    `${X}w = F.relu(x)\ny = w / w.sum(dim=1, keepdim=True).clamp_min(1e-8) + w / 3`,
  ],
  S10: [
    `x = torch.rand(4, 5).half()\ny = x.masked_fill(x > 0, -1e9)  #! S10`,
    `x = torch.rand(4, 5, dtype=torch.float16)\ny = x + -1e9  #! S10`,
    `x = torch.rand(4, 5).to(torch.float16)\ny = x * 1e6  #! S10`,
    `x = torch.rand(4, 5)\ny = x.masked_fill(x > 0, -1e9)\nz = x.bfloat16() + -1e9\nw = x.half().masked_fill(x > 0, float("-inf"))`,
  ],
  S11: [
    `x = torch.rand(4, 5)\ny = x.masked_fill(x > 0, 0).softmax(dim=-1)  #! S11`,
    `x = torch.rand(4, 5)\ny = F.softmax(x.masked_fill(x > 0, value=0.0), dim=-1)  #! S11`,
    `
class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(16, 16)

    def forward(self, x):
        scores = self.q(x) @ x.transpose(1, 2) / 4
        mask = torch.ones(scores.shape[-2:]).triu(1).bool()
        scores = scores.masked_fill(mask, 0)  #! S11
        return F.softmax(scores, dim=-1) @ x

Attention()(torch.rand(2, 3, 16))
`,
    `x = torch.rand(4, 5)\ny = x.masked_fill(x > 0, float("-inf")).softmax(dim=-1)\nz = x.masked_fill(x > 0, 0)`,
  ],
  S12: [
    `
q, k = nn.Linear(16, 64), nn.Linear(16, 64)
x = torch.rand(2, 3, 16)
w = (q(x) @ k(x).transpose(-2, -1)).softmax(dim=-1)  #! S12
`,
    `
class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.q = nn.Linear(16, 16)
        self.k = nn.Linear(16, 16)

    def forward(self, x):
        scores = torch.matmul(self.q(x), self.k(x).transpose(1, 2))  #! S12
        return F.softmax(scores, dim=-1) @ x
`,
    `
q, k = nn.Linear(16, 64), nn.Linear(16, 64)
x = torch.rand(2, 3, 16)
mask = torch.ones(3, 3).triu(1).bool()
scores = torch.bmm(q(x), k(x).transpose(1, 2))  #! S12
w = scores.masked_fill(mask, float("-inf")).softmax(dim=-1)
`,
    `
q, k = nn.Linear(16, 64), nn.Linear(16, 64)
x = torch.rand(2, 3, 16)
w = (q(x) @ k(x).transpose(-2, -1) / 8).softmax(dim=-1)
v = ((q(x) * 0.125) @ k(x).transpose(-2, -1)).softmax(dim=-1)
`,
  ],
  S13: [
    `x = torch.rand(4, 5)\ny = F.softmax(x)  #! S13`,
    `x = torch.rand(2, 4, 5)\nlayer = nn.LogSoftmax()  #! S13\ny = layer(x)`,
    `model = nn.Sequential(nn.Linear(5, 3), nn.Softmax())  #! S13\ny = model(torch.rand(4, 5))`,
    `x = torch.rand(4, 5)\ny = F.softmax(x, dim=1) + F.softmax(x, -1) + nn.Softmax(1)(x)`,
  ],
  S14: [
    `score = nn.Linear(5, 1)\np = F.softmax(score(torch.rand(4, 5)), dim=-1)  #! S14`,
    `score = nn.Linear(5, 1)\np = score(torch.rand(4, 5)).softmax(1)  #! S14`,
    `model = nn.Sequential(nn.Linear(5, 1), nn.Softmax(dim=1))  #! S14\ny = model(torch.rand(4, 5))`,
    `score = nn.Linear(5, 1)\np = F.softmax(score(torch.rand(4, 5)), dim=0)`,
  ],
};

describe('rules on numerics', () => {
  for (const [rule, texts] of Object.entries(programs))
    texts.forEach((text, index) =>
      it(`${rule} in program ${index + 1}`, async () => {
        await checkMarked(text, new RegExp(rule));
      }),
    );
});
