import assert from 'node:assert/strict';
import type { InputReport, ModelReport } from '../../../src/engine/report/index.js';
import { asFiles, engineFor, type Files } from '../advice/support.js';
import { HEAD } from './support.js';

async function report(given: string | Files, qualname = 'Net', path = '/train.py'): Promise<ModelReport> {
  const [found] = (await engineFor(asFiles(given))).analyzeFile(path, { qualname });
  assert.ok(found);
  return found;
}

const shown = ({ inputs }: ModelReport): [InputReport['source'], string][] =>
  inputs.map(({ source, shape, dtype }) => [
    source,
    `${dtype ?? ''}[${(shape ?? []).map((size) => (typeof size === 'object' ? (size?.expression ?? '?') : size)).join(', ')}]`,
  ]);

const NET = `${HEAD}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 64, 3, padding=1)
        self.fc = nn.Linear(64, 10)

    def forward(self, x):
        return self.fc(self.conv(x).mean((2, 3)))
`;

describe('inputs of forward', () => {
  it('come from a call in the project', async () => {
    const found = await report(`${NET}
def check():
    side = 64
    net = Net()
    x = torch.randn(2, 3, side, side)
    print(net(x).shape)
`);
    assert.deepEqual(shown(found), [['call', 'float32[2, 3, 64, 64]']]);
    assert.deepEqual(found.output, [2, 10]);
    assert.equal(found.inputs[0]?.note?.line, 18);
  });

  it('come from a call in another file', async () => {
    const found = await report({
      '/train.py': NET,
      '/test.py': 'import torch\nfrom train import Net\nmodel = Net().eval()\nmodel(torch.zeros(1, 3, 96, 96))\n',
    });
    assert.deepEqual(shown(found), [['call', 'float32[1, 3, 96, 96]']]);
  });

  it('come from a summary', async () => {
    const found = await report(
      `from torchsummary import summary\n${NET}\nmodel = Net()\nsummary(model, (3, 40, 40))\n`,
    );
    assert.deepEqual(shown(found), [['call', 'float32[B, 3, 40, 40]']]);
  });

  it('come from jaxtyping annotations', async () => {
    const found = await report(
      `from jaxtyping import Float\nfrom torch import Tensor\n${NET.replace('x):', 'x: Float[Tensor, "batch 3 224 w"]):')}`,
    );
    assert.deepEqual(shown(found), [['annotation', 'float32[batch, 3, 224, w]']]);
  });

  it('come from a data set and its transforms', async () => {
    const loop = (dataset: string, transform: string): string => `from torchvision import datasets, transforms
from torch.utils.data import DataLoader, TensorDataset
${NET}
tf = transforms.Compose([${transform}, transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
loader = DataLoader(${dataset}, batch_size=8)
model = Net().to('cuda')
for epoch in range(3):
    for i, (images, labels) in enumerate(loader):
        images = images.to('cuda')
        out = model(images)
`;
    assert.deepEqual(
      shown(await report(loop("datasets.ImageFolder('d', transform=tf)", 'transforms.Resize((224, 160))'))),
      [['data', 'float32[B, 3, 224, 160]']],
    );
    assert.deepEqual(
      shown(await report(loop("datasets.CIFAR10('d', transform=tf)", 'transforms.RandomCrop(32, padding=4)'))),
      [['data', 'float32[B, 3, 32, 32]']],
    );
    assert.deepEqual(
      shown(await report(loop('TensorDataset(torch.zeros(100, 3, 20, 20), torch.zeros(100))', 'transforms.Resize(3)'))),
      [['data', 'float32[B, 3, 20, 20]']],
    );
    // One number is the shorter side of an image: nobody knows the other.
    assert.deepEqual(shown(await report(loop("datasets.ImageFolder('d', transform=tf)", 'transforms.Resize(224)'))), [
      ['inferred', 'float32[B, 3, H, W]'],
    ]);
  });

  it('are solved from what the layers need, and said to be', async () => {
    const found = await report(`${HEAD}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 64, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(64 * 7 * 7, 10)

    def forward(self, x):
        x = self.pool(self.pool(self.conv(x)))
        return self.fc(x.view(-1, 64 * 7 * 7))
`);
    assert.deepEqual(shown(found), [['inferred', 'float32[B, 1, 28, 28]']]);
    assert.deepEqual(found.output, [{ expression: 'B', symbols: ['B'], value: null }, 10]);
    const note = found.assumptions.find(({ reason }) => reason.includes('H = W = 28'));
    assert.match(note?.reason ?? '', /28 to 31 do/);
    assert.equal(note?.line, 14);
  });

  it('stay named where nothing says them', async () => {
    assert.deepEqual(shown(await report(NET)), [['inferred', 'float32[B, 3, H, W]']]);
  });

  it('leave another project’s class of the same name alone', async () => {
    const found = await report({
      '/train.py': NET,
      '/other.py': `${HEAD}
class Net(nn.Module):
    def forward(self, x):
        return x
Net()(torch.zeros(5))
net = Net()
net(torch.zeros(5))
`,
    });
    assert.deepEqual(shown(found), [['inferred', 'float32[B, 3, H, W]']]);
  });

  it('come from a file that has a class of that name and imports this one', async () => {
    const found = await report({
      '/train.py': NET,
      '/check.py': `${HEAD}
def check():
    from train import Net
    net = Net()
    net(torch.zeros(2, 3, 16, 16))

class Net(nn.Module):
    pass
`,
    });
    assert.deepEqual(shown(found), [['call', 'float32[2, 3, 16, 16]']]);
  });

  it('of a part come from the module that holds it, wherever that stands', async () => {
    const block = `
class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x, scale=1.0):
        return x + scale * self.conv(x)
`;
    const whole = `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.block = Block(8)

    def forward(self, x):
        return self.block(self.stem(x), scale=2)
`;
    const call = '\nNet()(torch.randn(4, 3, 20, 20))\nnet = Net()\nnet(torch.randn(4, 3, 20, 20))\n';
    for (const text of [HEAD + block + whole + call, HEAD + whole + block + call]) {
      const found = await report(text, 'Block');
      assert.deepEqual(shown(found), [
        ['whole', 'float32[4, 8, 10, 10]'],
        ['whole', '[]'],
      ]);
      assert.equal(found.macs, 4 * 8 * 8 * 9 * 100);
    }
    // Sizes that nobody says stay sizes of the whole's own input.
    const open = await report(HEAD + block + whole, 'Block');
    assert.deepEqual(shown(open)[0], ['whole', 'float32[B, 8, (H + 1)//2, (W + 1)//2]']);
    assert.deepEqual(open.output, open.inputs[0]?.shape);
  });

  it('of a part keep products of sizes', async () => {
    const text = `${HEAD}
class Part(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(8, 8)

    def forward(self, x):
        return self.out(x)

# architect: Net()(x: f32[B, T, 8])
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.part = Part()

    def forward(self, x):
        b, t, d = x.shape
        return self.part(x.reshape(b * t, d)).reshape(b, t, d)
`;
    const found = await report(text, 'Part');
    assert.deepEqual(shown(found), [['whole', 'float32[B*T, 8]']]);
    assert.deepEqual(found.macs, { expression: '64*B*T', symbols: ['B', 'T'], value: null });
  });
});
