import assert from 'node:assert/strict';
import { HEAD, problems } from './support.js';

/** Takes images of 64×64. */
const NET = `${HEAD}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.pool = nn.MaxPool2d(4)
        self.fc = nn.Linear(8 * 16 * 16, 10)

    def forward(self, x):
        return self.fc(self.pool(self.conv(x)).flatten(1))
`;
const MAIN = "\nif __name__ == '__main__':\n";
const FIX = 'Set in_features = 512 (line 10)';

async function fixes(text: string, others: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const found = await problems({ '/train.py': NET + text, ...others });
  return found.flatMap(({ fixCandidates }) => (fixCandidates ?? []).map(({ title }) => title));
}

describe('calls of a model that raise', () => {
  for (const [what, text] of Object.entries({
    'of a new object': `${MAIN}    Net()(torch.randn(2, 3, 32, 32))\n`,
    'of a name': `${MAIN}    model = Net().eval()\n    size = 32\n    x = torch.randn(2, 3, size, size)\n    print(model(x).shape)\n`,
    'of what a function makes': `\ndef make():\n    return Net()\n${MAIN}    model = make()\n    model(torch.zeros(1, 3, 32, 32))\n`,
    'in a test': `\ndef test_net():\n    model = Net().to('cpu')\n    assert model(torch.randn(2, 3, 32, 32)).shape == (2, 10)\n`,
    'by a summary': `\nfrom torchinfo import summary\nsummary(Net(), input_size=(1, 3, 32, 32))\n`,
    'after counting': `\ndef count(m):\n    return sum(p.numel() for p in m.parameters())\n\nmodel = Net()\nprint(model, count(model))\nmodel(torch.randn(2, 3, 32, 32))\n`,
    'on a data set': `
from torchvision import datasets, transforms

def train():
    data = datasets.CIFAR10('.', transform=transforms.ToTensor())
    model = Net()
    for x, y in torch.utils.data.DataLoader(data, batch_size=64):
        F.cross_entropy(model(x), y).backward()
`,
  }))
    it(`are told: ${what}`, async () => {
      assert.deepEqual(await fixes(text), [FIX]);
    });

  it('are told in another file, and of a whole that holds the layer', async () => {
    const run = 'import torch\nfrom train import Net\n\nnet = Net()\nnet(torch.rand(4, 3, 32, 32))\n';
    assert.deepEqual(await fixes('', { '/run.py': run }), [FIX]);
    const whole = `
class Whole(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = Net()

    def forward(self, x):
        return self.net(x)

Whole()(torch.randn(2, 3, 32, 32))
`;
    assert.deepEqual(await fixes(whole), [FIX]);
  });

  for (const [what, text] of Object.entries({
    'another layer was put in': `\nmodel = Net()\nmodel.fc = nn.Linear(512, 10)\nmodel(torch.randn(2, 3, 32, 32))\n`,
    'a function may put one in': `\ndef adapt(m):\n    m.fc = nn.Linear(512, 10)\n\nmodel = Net()\nadapt(model)\nmodel(torch.randn(2, 3, 32, 32))\n`,
    'an unknown function gets the model': `\nfrom elsewhere import adapt\nmodel = Net()\nadapt(model)\nmodel(torch.randn(2, 3, 32, 32))\n`,
    'it is meant to raise': `\nimport pytest\n\ndef test_net():\n    with pytest.raises(RuntimeError):\n        Net()(torch.randn(2, 3, 32, 32))\n`,
    'the exception is caught': `\ntry:\n    Net()(torch.randn(2, 3, 32, 32))\nexcept RuntimeError:\n    pass\n`,
    'the name has another value later': `\nx = torch.randn(2, 3, 64, 64)\nNet()(x)\nx = torch.randn(2, 3)\n`,
    'another call fits': `\nNet()(torch.randn(2, 3, 32, 32))\nNet()(torch.randn(2, 3, 64, 64))\n`,
    'its size is a parameter': `\ndef run(size):\n    Net()(torch.randn(2, 3, size, size))\n\nrun(64)\n`,
  }))
    it(`are left alone where ${what}`, async () => {
      assert.deepEqual(await fixes(text), []);
    });

  it('name the argument of the layer that the user made', async () => {
    const at = async (init: string, forward: string, x: string): Promise<string[]> => {
      const text = `class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        ${init}\n\n    def forward(self, x):\n        return ${forward}\n\nNet()(${x})\n`;
      return (await problems(HEAD + text)).flatMap(({ fixCandidates }) =>
        (fixCandidates ?? []).map(({ title }) => title),
      );
    };
    assert.deepEqual(await at('self.a = nn.PReLU(16)', 'self.a(x)', 'torch.randn(2, 8, 4)'), [
      'Set num_parameters = 8 (line 7)',
    ]);
    assert.deepEqual(await at('self.a = nn.LSTMCell(8, 16)', 'self.a(x)[0]', 'torch.randn(2, 4)'), [
      'Set input_size = 4 (line 7)',
    ]);
    assert.deepEqual(await at('self.a = nn.TransformerEncoderLayer(64, 4)', 'self.a(x)', 'torch.randn(5, 2, 48)'), [
      'Set d_model = 48 (line 7)',
    ]);
  });

  it('give the shapes of both tensors, and the axis that PyTorch names', async () => {
    const [finding] = await problems(
      `${HEAD}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Conv2d(3, 16, 3)\n\n    def forward(self, x):\n        y = self.a(x)\n        return y + x\n\nNet()(torch.randn(2, 3, 32, 32))\n`,
    );
    assert.equal(
      finding?.message,
      'The size of tensor a (30) must match the size of tensor b (32) at non-singleton dimension 3. The tensors are [2, 16, 30, 30] from a, line 10 and [2, 3, 32, 32]',
    );
  });
});
