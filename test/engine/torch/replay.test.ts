// Attention of one description runs its code once and is replayed from then on: what a report says must not tell them apart.
import assert from 'node:assert/strict';
import { MemorySourceProvider } from '../../../src/engine/project/index.js';
import { createEngine, type Count, type Engine, type ModelReport } from '../../../src/engine/report/index.js';
import { parser } from '../../support/interpret.js';

const PATH = '/project/model.py';

/** How `self.attention` of `width` 24 is made and called. */
interface Case {
  readonly made: string;
  readonly called: string;
}

const CASES: readonly Case[] = [
  { made: 'nn.MultiheadAttention(24, 4)', called: 'attention(x, x, x)[0]' },
  { made: 'nn.MultiheadAttention(24, 4, batch_first=True)', called: 'attention(x, x, x, need_weights=False)[0]' },
  { made: 'nn.MultiheadAttention(24, 3, bias=False, add_bias_kv=True)', called: 'attention(x, x, x)[0]' },
  { made: 'nn.MultiheadAttention(24, 3, add_zero_attn=True, batch_first=True)', called: 'attention(x, x, x)[0]' },
  { made: 'nn.MultiheadAttention(24, 4, kdim=24, vdim=24)', called: 'attention(x, x + 1, x + 1)[0]' },
  {
    made: 'nn.MultiheadAttention(24, 4, dropout=0.5)',
    called: 'attention(x, x, x, attn_mask=torch.ones(x.size(0), x.size(0), dtype=torch.bool))[0]',
  },
  { made: 'nn.MultiheadAttention(24, 4)', called: 'attention(x, x, x, average_attn_weights=False)[1].sum() + x' },
  { made: 'nn.TransformerEncoderLayer(24, 4, 48, batch_first=True)', called: 'attention(x)' },
];

function modelOf({ made, called }: Case, times: number): string {
  return `import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([${made} for _ in range(${times})])

    def forward(self, x):
        for attention in self.layers:
            x = ${called}
        return x

model = Net()
model(torch.randn(6, 5, 24))
`;
}

async function engineOf(text: string): Promise<{ engine: Engine; type: (text: string) => void }> {
  const files = new Map([[PATH, text]]);
  const engine = createEngine({
    provider: new MemorySourceProvider(files),
    parser: await parser(),
    roots: ['/project'],
    timeLimit: 120_000,
  });
  const type = (now: string): void => {
    files.set(PATH, now);
    engine.invalidate([PATH]);
  };
  return { engine, type };
}

const all = { details: true, graph: true } as const;

function only(engine: Engine, options = {}): ModelReport {
  const [report] = engine.analyzeFile(PATH, options);
  assert(report);
  return report;
}

function numberOf(count: Count): number {
  assert(typeof count === 'number');
  return count;
}

/** What the report says of the layers, each by itself. */
function layersOf({ tree }: ModelReport): string[] {
  const layers = tree?.children[0]?.children ?? [];
  return layers.map((layer) => JSON.stringify({ ...layer, name: '' }));
}

describe('attention that is replayed', () => {
  for (const each of CASES) {
    const title = `${each.made}, ${each.called}`;
    it(`says the same of every layer: ${title}`, async () => {
      const once = only((await engineOf(modelOf(each, 1))).engine);
      const { engine } = await engineOf(modelOf(each, 4));
      for (const report of [only(engine), only(engine)]) {
        const layers = layersOf(report);
        assert.equal(layers.length, 4);
        assert.deepEqual(new Set(layers), new Set(layersOf(once)));
        assert.deepEqual(report.output, once.output);
        assert.equal(report.macs, 4 * numberOf(once.macs));
        assert.deepEqual(report.unknowns, once.unknowns);
      }
    });

    it(`leaves graph, memory and signal as they are: ${title}`, async () => {
      const fresh = only((await engineOf(modelOf(each, 3))).engine, all);
      const { engine } = await engineOf(modelOf(each, 3));
      only(engine);
      assert.deepEqual(only(engine, all), fresh);
    });
  }

  it('follows what a user puts in the place of an operator, and back', async () => {
    const [plain] = CASES.slice(1);
    assert(plain);
    const text = modelOf(plain, 2);
    const patch = `import torch.nn.functional as F
F.scaled_dot_product_attention = lambda q, k, v, *rest: q - k
`;
    const { engine, type } = await engineOf(text);
    const first = only(engine);
    type(patch + text);
    const patched = only(engine);
    type(text);
    assert.deepEqual(only(engine), first);
    const expected = only((await engineOf(patch + text)).engine);
    assert.deepEqual(patched, expected);
    assert.notEqual(patched.macs, first.macs);
  });

  it('follows an operator that changes while forward runs', async () => {
    const text = (change: string): string => `import torch
from torch import nn
import torch.nn.functional as F

# architect: Net()(x: f32[6, 5, 24])
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.MultiheadAttention(24, 4)
        self.b = nn.MultiheadAttention(24, 4)

    def forward(self, x):
        x = self.a(x, x, x, need_weights=False)[0]
        ${change}
        return self.b(x, x, x, need_weights=False)[0]
`;
    const { engine, type } = await engineOf(text('pass'));
    const macs = numberOf(only(engine).macs);
    type(text('F.scaled_dot_product_attention = lambda q, k, v, *rest: q - k'));
    const changed = only(engine);
    assert(numberOf(changed.macs) < macs);
    assert.equal(changed.tree?.children[0]?.macs, macs / 2);
  });
});
