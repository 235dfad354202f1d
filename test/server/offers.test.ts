import assert from 'node:assert/strict';
import { applyEdits } from '../../src/edits/index.js';
import type { OfferResult, OffersResult } from '../../src/protocol/index.js';
import { createAnalysisEngine } from '../../src/server/engineFactory.js';
import { offer, offers } from '../../src/server/requests/offers.js';
import { Workspace } from '../../src/server/workspace.js';
import { parser } from '../support/interpret.js';

const uri = 'file:///offers/model.py';

interface Asked {
  readonly text: string;
  readonly position: { readonly line: number; readonly character: number };
  readonly workspace: Workspace;
  readonly result: OffersResult;
}

/** Offers where `‸` stands. */
async function ask(marked: string): Promise<Asked> {
  const offset = marked.indexOf('‸');
  const text = marked.replace('‸', '');
  const before = text.slice(0, offset).split('\n');
  const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  const workspace = new Workspace(createAnalysisEngine, await parser(), ['/offers'], () => false);
  workspace.setText(uri, text, 3);
  return { text, position, workspace, result: offers({ uri, position, patience: Infinity }, workspace) };
}

const titles = ({ result }: Asked): string[] => result.offers.map(({ title }) => title);

function take(
  { workspace, position, text }: Asked,
  id: string,
  numbers?: readonly number[],
): { taken: OfferResult; after: string } {
  const taken = offer({ uri, position, id, ...(numbers ? { numbers } : {}) }, workspace);
  return { taken, after: taken.kind === 'edits' ? applyEdits(text, taken.edits.files[0]?.edits ?? []) : '' };
}

const NET = `import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, padding=1)
        self.conv2 = nn.Conv2d(16, 16, 3, padding=1)
        self.conv3 = nn.Conv2d(16, 32, 3, stride=2, padding=1)
        self.fc = nn.Linear(32, 5)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        x = F.relu(self.conv3(x))
        return self.fc(x.mean((2, 3)))


net = Net()
net(torch.randn(2, 3, 32, 32))
`;

describe('architect/offers', function () {
  this.timeout(60_000);

  it('counts what each change of a layer does to the parameters', async () => {
    const asked = await ask(NET.replace('nn.Conv2d(16, 16', 'nn.Con‸v2d(16, 16'));
    // BatchNorm: 2·16 − 16 biases. Separable: 16·9 + 16·16 + 16 instead of 16·16·9 + 16.
    assert.deepEqual(titles(asked), [
      'Add BatchNorm2d, drop the bias (+16 parameters)',
      'Add a residual path (same parameters)',
      'Make depthwise-separable (−1,904 parameters)',
      'Add Dropout2d (p = 0.1) (same parameters)',
    ]);
    assert.match(
      take(asked, 'layer.norm').after,
      /self\.conv2_norm = nn\.BatchNorm2d\(16\)\n[^]*self\.conv2_norm\(self\.conv2\(x\)\)/,
    );
    assert.match(take(asked, 'layer.residual').after, /F\.relu\(x \+ self\.conv2\(x\)\)/);
  });

  it('adds a projection where the shapes differ', async () => {
    const asked = await ask(NET.replace('nn.Conv2d(16, 32', 'nn.Con‸v2d(16, 32'));
    assert.ok(titles(asked).includes('Add a residual path with projection (+512 parameters)'), titles(asked).join());
    assert.match(
      take(asked, 'layer.residual').after,
      /self\.conv3_skip = nn\.Conv2d\(16, 32, 1, stride=2, bias=False\)/,
    );
  });

  it('offers nothing on the output layer that would break it', async () => {
    assert.deepEqual(titles(await ask(NET.replace('nn.Linear', 'nn.Lin‸ear'))), []);
  });

  it('turns post-norm into pre-norm, in PyTorch’s block and in one’s own', async () => {
    const block = `import torch
import torch.nn as nn


class Block(nn.Module):
    def __init__(self, d=32):
        super().__init__()
        self.norm = nn.LayerNorm(d)
        self.ff = nn.Linear(d, d)
        self.layer = nn.TransformerEncoderLayer(d, 4, batch_first=True)

    def forward(self, x):
        x = self.layer(x)
        x = self.norm(x + self.ff(x))
        return x


Block()(torch.randn(2, 7, 32))
`;
    const own = await ask(block.replace('self.norm(x +', 'self.no‸rm(x +'));
    assert.deepEqual(titles(own), [
      'Normalise first (pre-norm); you add a LayerNorm after the last block (same parameters)',
    ]);
    assert.match(take(own, 'layer.preNorm').after, / {8}normed = self\.norm\(x\)\n {8}x = x \+ self\.ff\(normed\)\n/);
    const layer = await ask(block.replace('nn.Transformer', 'nn.Trans‸former'));
    assert.match(take(layer, 'layer.preNorm').after, /batch_first=True, norm_first=True\)/);
  });

  it('puts the norm after the last block that pre-norm needs, wherever the stack is in sight', async () => {
    const model = (made: string): string => `import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, d=32):
        super().__init__()
        ${made}

    def forward(self, x):
        return self.encoder(x)


Net()(torch.randn(2, 7, 32))
`;
    const apart = await ask(
      model('layer = nn.Trans‸formerEncoderLayer(d, 4)\n        self.encoder = nn.TransformerEncoder(layer, 2)'),
    );
    assert.deepEqual(titles(apart), ['Normalise first (pre-norm), with a final LayerNorm (+64 parameters)']);
    assert.match(
      take(apart, 'layer.preNorm').after,
      /layer = nn\.TransformerEncoderLayer\(d, 4, norm_first=True\)\n.*TransformerEncoder\(layer, 2, norm=nn\.LayerNorm\(d\)\)/,
    );
    const within = await ask(
      model('self.encoder = nn.TransformerEncoder(nn.Trans‸formerEncoderLayer(d, 4), 2, norm=nn.LayerNorm(d))'),
    );
    assert.deepEqual(titles(within), ['Normalise first (pre-norm) (same parameters)']);
    const many = await ask(
      model('self.encoder = nn.Sequential(*[nn.Trans‸formerEncoderLayer(d, 4) for _ in range(2)])'),
    );
    assert.deepEqual(titles(many), [
      'Normalise first (pre-norm); you add a LayerNorm after the last block (same parameters)',
    ]);
  });

  it('asks for class counts that the source does not show, and weighs by the answer', async () => {
    const asked = await ask(`${NET}criterion = nn.CrossEntropy‸Loss()\n`);
    const question = take(asked, 'loss.classWeights').taken;
    assert.equal(question.kind === 'question' && question.numbers, 5);
    const { after } = take(asked, 'loss.classWeights', [100, 100, 100, 100, 600]);
    assert.match(after, /class_weights = torch\.tensor\(\[2\.0, 2\.0, 2\.0, 2\.0, 0\.3333\]\) {2}# N/);
    assert.match(after, /nn\.CrossEntropyLoss\(weight=class_weights\)/);
  });

  it('answers a cursor that only moves within 50 ms', async () => {
    const asked = await ask(NET.replace('nn.Conv2d(16, 16', 'nn.Con‸v2d(16, 16'));
    const start = performance.now();
    for (let i = 0; i < 10; i++) offers({ uri, position: asked.position }, asked.workspace);
    const each = (performance.now() - start) / 10;
    assert.ok(each < 50, `${each.toFixed(1)} ms`);
    console.log(`      ${each.toFixed(1)} ms`);
  });

  it('says in hovers what a loss computes, with the number of classes of the model', async () => {
    const { workspace, position } = await ask(
      `${NET}criterion = nn.Cross‸EntropyLoss()\nloss = criterion(net(x), y)\n`,
    );
    const hover = (line: number, character: number): string =>
      workspace.current().hoverAt('/offers/model.py', { line, character })?.markdown ?? '';
    const { line } = position;
    for (const text of [hover(line, position.character), hover(line + 1, 9)]) {
      assert.match(text, /\*\*CrossEntropyLoss\*\*/);
      assert.match(text, /\\ln 5 = 1\.6094/);
    }
    // Not on its arguments, and not on other calls.
    assert.equal(hover(line + 1, 24), '');
    assert.doesNotMatch(hover(line - 1, 2), /Gradient/);
  });
});
