// What the inspector asks for beside counts and shapes: memory, signal and the dataflow graph.
import assert from 'node:assert/strict';
import { createAnalysisEngine } from '../../src/server/engineFactory.js';
import { inspect } from '../../src/server/requests/inspect.js';
import { Workspace } from '../../src/server/workspace.js';
import { parser } from '../support/interpret.js';

const uri = 'file:///project/net.py';
const TEXT = `import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Linear(10, 20)
        self.b = nn.Linear(20, 3)

    def forward(self, x):
        return self.b(torch.relu(self.a(x)))

optimizer = torch.optim.AdamW(Net().parameters())
`;

describe('inspecting with details', () => {
  let workspace: Workspace;
  before(async () => {
    workspace = new Workspace(createAnalysisEngine, await parser(), ['/project'], () => false);
    workspace.setText(uri, TEXT, 1);
  });
  const base = { uri, qualname: 'Net', inputs: ['4,10'] };

  it('gives memory for the batch that is asked for', () => {
    const memory = (batch?: number): unknown =>
      inspect({ ...base, details: true, ...(batch === undefined ? {} : { batch }) }, workspace).reports[0]?.memory;
    // The input, what relu gives, and nothing else is needed again.
    assert.deepEqual(memory(), {
      parameters: 4 * 283,
      gradients: 4 * 283,
      optimizer: 8 * 283,
      buffers: 0,
      activations: 4 * 4 * 30,
      peak: 4 * 283 * 4 + 4 * 4 * 30,
      optimizerName: 'AdamW',
      optimizerAssumed: false,
    });
    assert.equal((memory(64) as { activations: number }).activations, 4 * 64 * 30);
  });

  it('gives the signal layer by layer', () => {
    const [report] = inspect({ ...base, details: true }, workspace).reports;
    assert.deepEqual(
      report?.signal.map(({ path }) => path),
      ['a', 'b'],
    );
    assert.equal(report.signalVerdict?.kind, 'healthy');
    assert.equal(report.graph, undefined);
  });

  it('gives the graph only to those who ask for it, and of proposed texts too', () => {
    const [report] = inspect({ ...base, graph: true }, workspace).reports;
    assert.deepEqual(
      report?.graph?.nodes.map(({ label }) => label),
      ['input 1', 'Linear', 'relu', 'Linear', 'output'],
    );
    assert.deepEqual(report.signal, []);
    const overlay = [{ uri, text: TEXT.replace('torch.relu(', 'torch.tanh(') }];
    const [proposed] = inspect({ ...base, graph: true, overlay }, workspace).reports;
    assert.equal(proposed?.graph?.nodes[2]?.label, 'tanh');
  });

  it('follows the text', () => {
    workspace.setText(uri, TEXT.replace('torch.relu(', '('), 2);
    const [report] = inspect({ ...base, graph: true }, workspace).reports;
    assert.equal(report?.graph?.nodes.length, 4);
  });
});
