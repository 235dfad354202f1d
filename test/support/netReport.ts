// Reports of a small network with all details, for tests of memory, signal and capacity.
import assert from 'node:assert/strict';
import { MemorySourceProvider } from '../../src/engine/project/index.js';
import { createEngine, parseInput, type ModelReport, type Precision } from '../../src/engine/report/index.js';
import { parser } from './interpret.js';

/** What every file begins with. */
export const HEAD = 'import torch\nfrom torch import nn\nimport torch.nn.functional as F\n';

/** `/net.py` with a class `Net` of these bodies. */
export const netFile = (init: string, forward: string, imports = ''): Record<string, string> => ({
  '/net.py': `${HEAD}${imports}
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        ${init}

    def forward(self, x):
        ${forward}
`,
});

/** The report of `Net` in `/net.py`. `inputs`: as on the command line; what the layers take if left out. */
export async function netReport(
  files: Readonly<Record<string, string>>,
  inputs?: readonly string[],
  options: { readonly batch?: number; readonly precision?: Precision } = {},
): Promise<ModelReport> {
  const engine = createEngine({
    provider: new MemorySourceProvider(new Map(Object.entries(files))),
    parser: await parser(),
    roots: ['/'],
    timeLimit: 60_000,
  });
  const [report] = engine.analyzeFile('/net.py', {
    ...options,
    qualname: 'Net',
    inputs: inputs?.map(parseInput),
    details: true,
  });
  assert.ok(report);
  return report;
}
