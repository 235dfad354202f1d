import assert from 'node:assert/strict';
import { MemorySourceProvider } from '../../src/engine/project/index.js';
import { createEngine, parseInput, type GraphReport } from '../../src/engine/report/index.js';
import { outputText } from '../../src/texts.js';
import { parser } from '../support/interpret.js';

const HEAD = `import torch
from torch import nn
import torch.nn.functional as F
from somewhere import mystery

`;

async function graphOf(source: string, input = '2,8'): Promise<GraphReport> {
  const engine = createEngine({
    provider: new MemorySourceProvider(new Map([['/net.py', `${HEAD}${source}`]])),
    parser: await parser(),
    roots: ['/'],
    timeLimit: 60_000,
  });
  const [report] = engine.analyzeFile('/net.py', { qualname: 'Net', inputs: [parseInput(input)], graph: true });
  assert.ok(report?.graph);
  return report.graph;
}

/** A class `Net` with these lines in its methods. */
const net = (init: string, forward: string): string => `
class Net(nn.Module):
    def __init__(self):
        super().__init__()
${indented(init)}

    def forward(self, x):
${indented(forward)}
`;

const indented = (text: string): string =>
  text
    .split('\n')
    .map((line) => `        ${line}`)
    .join('\n');

/** `x → Linear a: [2, 8]`, sorted by nothing: in the order in which tensors were read. */
function edgesOf({ nodes, edges }: GraphReport): string[] {
  const name = (index: number): string => {
    const node = nodes[index];
    assert.ok(node);
    return [node.label, node.kind === 'layer' ? node.path : '', node.time ?? '']
      .filter((part) => part !== '')
      .join(' ');
  };
  return edges.map(({ from, to, shape }) => `${name(from)} → ${name(to)}: ${outputText(shape)}`);
}

describe('the dataflow graph', () => {
  it('follows layers and operators one after another', async () => {
    const graph = await graphOf(
      net('self.a = nn.Linear(8, 4)\nself.b = nn.Linear(4, 3)', 'return self.b(F.relu(self.a(x)))'),
    );
    assert.deepEqual(edgesOf(graph), [
      'input 1 → Linear a: [2, 8]',
      'Linear a → relu: [2, 4]',
      'relu → Linear b: [2, 4]',
      'Linear b → output: [2, 3]',
    ]);
    assert.equal(graph.unknown, null);
  });

  it('knows the line and the cost of each', async () => {
    const { nodes } = await graphOf(net('self.a = nn.Linear(8, 4)', 'x = self.a(x)\nreturn torch.tanh(x)'));
    assert.deepEqual(
      nodes.map(({ kind, span, macs }) => [kind, span && span.start.line + 1, macs]),
      [
        ['input', null, undefined],
        ['layer', 13, 64],
        ['operator', 14, 0],
        ['output', null, undefined],
      ],
    );
  });

  it('draws both ways of a residual connection', async () => {
    const graph = await graphOf(net('self.a = nn.Linear(8, 8)', 'x = x + self.a(x)\nreturn x'));
    assert.deepEqual(edgesOf(graph), [
      'input 1 → Linear a: [2, 8]',
      'input 1 → add: [2, 8]',
      'Linear a → add: [2, 8]',
      'add → output: [2, 8]',
    ]);
  });

  it('keeps a shortcut in which nothing runs', async () => {
    const init = 'self.a = nn.Linear(8, 8)\nself.shortcut = nn.Sequential()';
    const graph = await graphOf(net(init, 'y = self.a(x)\ny += self.shortcut(x)\nreturn y'));
    assert.deepEqual(edgesOf(graph), [
      'input 1 → Linear a: [2, 8]',
      'input 1 → Sequential shortcut: [2, 8]',
      'Linear a → add: [2, 8]',
      'Sequential shortcut → add: [2, 8]',
      'add → output: [2, 8]',
    ]);
  });

  it('joins what is concatenated, and parts what is split', async () => {
    const forward = 'a, b = torch.cat([self.a(x), x], dim=1).split([4, 8], dim=1)\nreturn a, {"rest": b}';
    const graph = await graphOf(net('self.a = nn.Linear(8, 4)', forward));
    assert.deepEqual(edgesOf(graph), [
      'input 1 → Linear a: [2, 8]',
      'Linear a → cat: [2, 4]',
      'input 1 → cat: [2, 8]',
      'cat → split: [2, 12]',
      'split → output[0]: [2, 4]',
      'split → output[1].rest: [2, 8]',
    ]);
  });

  it('puts what a module runs into a group of its own, call by call', async () => {
    const graph = await graphOf(`
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(8, 8)

    def forward(self, x):
        return x + self.fc(x)
${net('self.blocks = nn.ModuleList(Block() for _ in range(2))', 'for block in self.blocks:\n    x = block(x)\nreturn x')}`);
    assert.deepEqual(
      graph.groups.map(({ path, type, parent }) => [path, type, parent]),
      [
        ['blocks.0', 'Block', null],
        ['blocks.1', 'Block', null],
      ],
    );
    assert.deepEqual(
      graph.nodes.map(({ label, path, group }) => [label, path, group]),
      [
        ['input 1', '', null],
        ['Linear', 'blocks.0.fc', 0],
        ['add', 'blocks.0', 0],
        ['Linear', 'blocks.1.fc', 1],
        ['add', 'blocks.1', 1],
        ['output', '', null],
      ],
    );
  });

  it('shows each call of a shared module', async () => {
    const graph = await graphOf(net('self.a = nn.Linear(8, 8)', 'for _ in range(3):\n    x = self.a(x)\nreturn x'));
    assert.deepEqual(edgesOf(graph), [
      'input 1 → Linear a: [2, 8]',
      'Linear a → Linear a 2: [2, 8]',
      'Linear a 2 → Linear a 3: [2, 8]',
      'Linear a 3 → output: [2, 8]',
    ]);
  });

  it('shows parameters that forward reads itself', async () => {
    const init = 'self.scale = nn.Parameter(torch.ones(8))\nself.register_buffer("mean", torch.zeros(8))';
    const graph = await graphOf(net(init, 'return (x - self.mean) * self.scale'));
    assert.deepEqual(edgesOf(graph), [
      'input 1 → sub: [2, 8]',
      'mean → sub: [8]',
      'sub → mul: [2, 8]',
      'scale → mul: [8]',
      'mul → output: [2, 8]',
    ]);
    assert.deepEqual(
      graph.nodes.map(({ kind }) => kind),
      ['input', 'operator', 'buffer', 'operator', 'parameter', 'output'],
    );
  });

  it('says where it ends because something is not known', async () => {
    const { nodes, edges } = await graphOf(net('self.a = nn.Linear(8, 8)', 'y = mystery(self.a(x))\nreturn self.a(y)'));
    const unknown = nodes.findIndex(({ kind }) => kind === 'unknown');
    assert.match(nodes[unknown]?.label ?? '', /somewhere/);
    assert.deepEqual(
      edges.filter(({ from }) => from === unknown).map(({ to, shape }) => [nodes[to]?.kind, nodes[to]?.time, shape]),
      [
        ['layer', 2, null],
        ['output', undefined, null],
      ],
    );
  });

  it('does not pretend to know which of two ways is taken', async () => {
    const forward = 'if x.sum() > 0:\n    x = self.a(x)\nelse:\n    x = torch.tanh(self.a(self.a(x)))\nreturn x';
    const { unknown } = await graphOf(net('self.a = nn.Linear(8, 8)', forward));
    assert.ok(unknown?.reason);
    assert.equal(unknown.line, 13);
  });
});
