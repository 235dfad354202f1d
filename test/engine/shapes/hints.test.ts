import assert from 'node:assert/strict';
import { withHints } from './support.js';

/** The program as it is written here is what an editor shows. */
async function shows(marked: string, options?: Parameters<typeof withHints>[1]): Promise<void> {
  assert.equal(await withHints(marked, options), marked);
}

describe('hints between the lines', () => {
  it('show shapes after arguments, assignments and returned values', () =>
    shows(`
# architect: Net()(x: f32[B, 3, 32, 32])
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 64, 3, padding=1)
        self.scale = nn.Parameter(torch.ones(64, 1, 1)) «[64, 1, 1]»
        self.fc = nn.Linear(64, 10)

    def forward(self, x «: [B, 3, 32, 32]»):
        x = self.conv(x) * self.scale «[B, 64, 32, 32]»
        x += 1 «[B, 64, 32, 32]»
        b, c, h, w = x.shape
        q, k = x.chunk(2, dim=1) «q, k: [B, 32, 32, 32]»
        top, where = x.flatten(1).max(1) «top: [B]  where: i64[B]»
        both = torch.stack([q, k]).unbind(0) «([B, 32, 32, 32], [B, 32, 32, 32])»
        return self.fc(x.mean((2, 3))) «→ [B, 10]»
`));

  it('can be compact', () =>
    shows(
      `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)

    def forward(self, x: torch.Tensor «B×3×H×W»):
        y = self.conv(x) «B×8×(H - 2)×(W - 2)»
        return y
`,
      { shapes: 'compact' },
    ));

  it('tell of a block called with different shapes that they differ', () =>
    shows(`
class Block(nn.Module):
    def __init__(self, cin, cout):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, 1)

    def forward(self, x «: [2, 3, 8, 8] +1»):
        y = self.conv(x) «[2, 16, 8, 8] +1»
        return y.relu() «→ [2, 16, 8, 8] +1»

# architect: Net()(x: f32[2, 3, 8, 8])
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = Block(3, 16)
        self.b = Block(16, 32)

    def forward(self, x «: [2, 3, 8, 8]»):
        return self.b(self.a(x)) «→ [2, 32, 8, 8]»
`));

  it('say nothing where nothing is known', () =>
    shows(`
from elsewhere import mystery

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x «: [B, 4]»):
        y = mystery(self.fc(x))
        return y + 1
`));

  it('show parameters of each line that makes layers', () =>
    shows(
      `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 64, 3) «1,792 parameters»
        self.relu = nn.ReLU()
        self.head = nn.Sequential(
            nn.Linear(64, 10), «650 parameters»
            nn.ReLU(),
            nn.Linear(10, 4, bias=False), «40 parameters»
        ) «690 parameters»
        for i in range(3):
            setattr(self, f'l{i}', nn.Linear(2, 2)) «18 parameters in 3»

    def forward(self, x):
        return x
`,
      { shapes: 'off', parameters: true },
    ));
});
