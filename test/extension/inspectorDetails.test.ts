import assert from 'node:assert/strict';
import { detailsOf } from '../../src/extension/inspector/details.js';
import { graphOf } from '../../src/extension/inspector/graph.js';
import { largestBatch } from '../../src/extension/inspector/largestBatch.js';
import type { Count, ModelReport, ModuleNodeReport } from '../../src/protocol/index.js';

const node = (
  name: string,
  type: string,
  kept: Count,
  children: readonly ModuleNodeReport[] = [],
): ModuleNodeReport => ({
  ...{ name, type, span: null, own: 1, total: 1, trainable: 1, shared: null },
  ...{ inputShape: null, outputShape: null, macs: 0, kept, children },
});

const REPORT: ModelReport = {
  ...{ qualname: 'Net', file: '/net.py', call: 'Net()', buffers: 2, modules: 3, macs: 10, output: [8, 3] },
  span: { file: '/net.py', start: { line: 0, character: 0 }, end: { line: 1, character: 0 } },
  parameters: { total: 256, trainable: 256, frozen: 0 },
  tree: node('', 'Net', 3000, [node('a', 'Linear', 1024), node('b', 'ReLU', 1976), node('c', 'Identity', 0)]),
  inputs: [{ name: 'x', shape: [8, 4], dtype: 'float32', source: 'given' }],
  memory: {
    ...{ parameters: 1024, buffers: 8, gradients: 1024, optimizer: 2048, activations: 3000, peak: 7104 },
    ...{ optimizerName: 'AdamW', optimizerAssumed: true },
  },
  signal: [
    { path: 'a', variance: 0.5, gradientNorm: 1e-4 },
    { path: 'b', variance: 0.2, gradientNorm: 1 },
  ],
  signalVerdict: { kind: 'vanishing', from: 'a' },
  ...{ findings: [], assumptions: [], unknowns: [] },
};
const OPEN: ModelReport = {
  ...REPORT,
  inputs: [
    { name: 'x', shape: [{ expression: 'B', symbols: ['B'], value: null }, 4], dtype: 'float32', source: 'annotation' },
  ],
  signal: [],
  signalVerdict: null,
  signalUnknown: { reason: 'sizes are open', file: '/net.py', line: 4 },
};
const toUri = (file: string): string => `file://${file}`;
const texts = (notes: readonly { readonly text: string }[]): string[] => notes.map(({ text }) => text);

describe('the inspector’s memory', () => {
  it('is told by part, with the buffers that only the whole has', () => {
    const { memory } = detailsOf({ after: REPORT, batch: null, toUri });
    assert.deepEqual(
      memory.parts.map(({ label, text }) => `${label}: ${text}`),
      [
        'Parameters: 1.0 KiB',
        'Gradients: 1.0 KiB',
        'Optimizer (AdamW): 2.0 KiB',
        'Activations: 2.9 KiB',
        'Buffers: 8 bytes',
      ],
    );
    assert.equal(memory.peak.bytes, 7104);
    assert.equal(memory.batch, '8');
    assert.deepEqual(texts(memory.notes), ['No optimizer was found in the project; AdamW is taken.']);
  });

  it('names the layers that keep most, largest first', () => {
    const { memory } = detailsOf({ after: REPORT, batch: null, toUri });
    assert.deepEqual(
      memory.kept.map(({ path, bytes }) => [path, bytes]),
      [
        ['b', 1976],
        ['a', 1024],
      ],
    );
  });

  it('names none as long as one of them depends on a size that is open', () => {
    const open = { expression: '4*B', symbols: ['B'], value: null };
    const tree = node('', 'Net', open, [node('a', 'Linear', 1024), node('b', 'ReLU', open)]);
    assert.deepEqual(detailsOf({ after: { ...REPORT, tree }, batch: null, toUri }).memory.kept, []);
  });

  it('stands beside what it was before a change; 0 where the module is new', () => {
    const before = { ...REPORT, memory: { ...REPORT.memory, activations: 1000 } };
    const { memory } = detailsOf({ after: REPORT, before, batch: null, toUri });
    assert.equal(memory.parts.find(({ label }) => label === 'Activations')?.before?.bytes, 1000);
    const fresh = detailsOf({ after: REPORT, before: null, batch: null, toUri });
    assert.equal(fresh.memory.peak.before?.bytes, 0);
  });

  it('asks for a batch size that the source leaves open', () => {
    const { memory, signal } = detailsOf({ after: OPEN, batch: null, toUri });
    assert.equal(memory.batch, 'B');
    assert.match(texts(memory.notes).join('\n'), /leaves the batch size open \(B\): give a number above/);
    assert.deepEqual(texts(signal.notes), ['sizes are open']);
    assert.deepEqual(signal.notes[0]?.source, { uri: 'file:///net.py', line: 3, character: 0 });
  });

  it('says how to tell the sizes of inputs where they are unknown', () => {
    const blind = { ...OPEN, inputs: [], memory: { ...OPEN.memory, activations: null, peak: null } };
    const { memory, signal } = detailsOf({ after: blind, batch: null, toUri });
    for (const { notes } of [memory, signal, graphOf(blind, toUri)])
      assert.match(texts(notes).join('\n'), /# architect: Net\(…\)\(x: f32\[8, 3, 32, 32\]\)/);
  });
});

describe('the inspector’s gradient flow', () => {
  it('has the layers with their types, and the verdict with its layer', () => {
    const { signal } = detailsOf({ after: REPORT, batch: null, toUri });
    assert.deepEqual(
      signal.layers.map(({ path, type }) => [path, type]),
      [
        ['a', 'Linear'],
        ['b', 'ReLU'],
      ],
    );
    assert.match(signal.verdict?.text ?? '', /vanish at initialisation: at a less than a thousandth/);
    assert.deepEqual(signal.notes, []);
  });
});

describe('the largest batch', () => {
  /** 100 bytes, and 10 for each sample. */
  const linear = async (batch: number): Promise<number> => Promise.resolve(100 + 10 * batch);

  it('fits while the next one does not', async () => {
    assert.deepEqual(await largestBatch(1234, linear), { kind: 'fits', batch: 113, bytes: 1230 });
    assert.deepEqual(await largestBatch(110, linear), { kind: 'fits', batch: 1, bytes: 110 });
  });

  it('is found in few questions', async () => {
    let questions = 0;
    await largestBatch(1e6, (batch) => {
      questions++;
      return linear(batch);
    });
    assert(questions <= 6, `${questions} questions`);
    // A line through two points far apart says little of this one.
    questions = 0;
    const bent = await largestBatch(1e9, (batch) => {
      questions++;
      return Promise.resolve(Math.min(1.01 ** batch, 1e300));
    });
    assert(questions <= 60, `${questions} questions`);
    assert.equal(bent.kind === 'fits' && bent.batch, Math.floor(Math.log(1e9) / Math.log(1.01)));
  });

  it('is none, any, or unknown', async () => {
    assert.deepEqual(await largestBatch(109, linear), { kind: 'nothing', bytes: 110 });
    assert.equal((await largestBatch(200, () => Promise.resolve(150))).kind, 'unbounded');
    assert.equal((await largestBatch(200, () => Promise.resolve(null))).kind, 'unknown');
  });

  it('is found where memory grows in steps', async () => {
    const steps = (batch: number): Promise<number> => Promise.resolve(512 * Math.ceil(batch / 7));
    assert.deepEqual(await largestBatch(5000, steps), { kind: 'fits', batch: 63, bytes: 4608 });
  });
});

describe('the inspector’s capacity', () => {
  const capacity: NonNullable<ModelReport['capacity']> = {
    axes: [
      { axis: 2, size: 32 },
      { axis: 3, size: 32 },
    ],
    layers: [
      { path: 'a', type: 'Conv2d', receptiveField: [3, 3], stride: [1, 1] },
      { path: 'b', type: 'AdaptiveAvgPool2d', receptiveField: ['all', 'all'], stride: [null, null] },
      { path: 'c', type: 'Embedding', receptiveField: [null, null], stride: [null, null] },
    ],
    bottlenecks: [{ path: 'a', rank: 8, width: 64, bypassed: false }],
    samples: { count: 60_000, source: 'MNIST("data")', span: { ...REPORT.span, start: { line: 4, character: 2 } } },
    parametersPerSample: 12.5,
    unknown: null,
  };

  it('has what layers see, narrow places, and parameters against samples', () => {
    const shown = detailsOf({ after: { ...REPORT, capacity }, batch: null, toUri }).capacity;
    assert.equal(shown.axes, '32×32');
    assert.deepEqual(
      shown.layers.map(({ path, receptiveField, stride }) => [path, receptiveField, stride]),
      [
        ['a', '3×3', '1×1'],
        ['b', 'all', ''],
      ],
    );
    assert.match(
      texts(shown.findings).join('\n'),
      /^a lets at most 8 of 64 features through\n12\.5 trainable parameters/,
    );
    assert.deepEqual(shown.findings[1]?.source, { uri: 'file:///net.py', line: 4, character: 2 });
    assert.deepEqual(shown.notes, []);
  });

  it('says why there is none', () => {
    const flat = { ...REPORT, capacity: { ...capacity, axes: [], layers: [] } };
    assert.match(texts(detailsOf({ after: flat, batch: null, toUri }).capacity.notes).join('\n'), /No layer slides/);
    const unknown = { ...REPORT, capacity: { ...capacity, unknown: { reason: 'no idea', file: null, line: null } } };
    assert.deepEqual(texts(detailsOf({ after: unknown, batch: null, toUri }).capacity.notes), ['no idea']);
  });
});
