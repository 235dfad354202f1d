/**
 * Measures parsing and lowering (processor time, median). `npx tsx bench/parse.ts [file.py…]`; without files a model of 5,000 lines is made.
 */
import { readFileSync } from 'node:fs';
import { createParser, type ParserKind, type SourceFile } from '../src/engine/syntax/index.js';

/** Python text like a model zoo's: classes with constructors and `forward`, about 5,000 lines. */
function sample(): string {
  const parts = ['import torch\nfrom torch import nn\nimport torch.nn.functional as F\n'];
  for (let i = 0; i < 250; i++) {
    parts.push(`

class Block${i}(nn.Module):
    """A residual block."""

    def __init__(self, in_channels: int, channels: int = 64, *, stride=1, drop: float = 0.1):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.layers = nn.ModuleList([nn.Linear(channels, channels * 2) for _ in range(${i})])
        self.drop = nn.Dropout(drop) if drop > 0 else nn.Identity()

    def forward(self, x):  # (B, C, H, W)
        identity = x
        out = F.relu(self.bn1(self.conv1(x)), inplace=True)
        for layer in self.layers:
            out = layer(out.flatten(2).transpose(1, 2)) * 0.5 + out.mean(dim=(2, 3), keepdim=True)
        return self.drop(out) + identity
`);
  }
  return parts.join('');
}

function median(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[sorted.length >> 1] ?? 0).toFixed(1);
}

function measure(runs: number, run: () => void): string {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    // Time of the processor: a busy machine doesn't count.
    const before = process.cpuUsage();
    run();
    const used = process.cpuUsage(before);
    times.push((used.user + used.system) / 1000);
  }
  return median(times);
}

const files = process.argv.slice(2);
const texts = files.length > 0 ? files.map((file) => readFileSync(file, 'utf8')) : [sample()];

async function main(): Promise<void> {
  for (const kind of ['native', 'wasm'] satisfies ParserKind[]) {
    let parser;
    try {
      parser = await createParser(kind);
    } catch (error) {
      console.log(`${kind}: ${error instanceof Error ? error.message : String(error)}`);
      continue;
    }
    for (const [index, text] of texts.entries()) {
      const path = files[index] ?? 'sample.py';
      const middle = text.indexOf('\n', text.length >> 1);
      const typed = (insert: string): string => text.slice(0, middle) + insert + text.slice(middle);
      const type = (inserts: readonly string[]): string => {
        let file: SourceFile = parser.parse(path, text);
        let turn = 0;
        return measure(12, () => {
          file = parser.parse(path, typed(inserts[turn++ % inserts.length] ?? ''), file);
        });
      };
      for (let i = 0; i < 5; i++) parser.parse(path, text);
      const lines = text.split('\n').length;
      console.log(
        `${kind} ${path} ${lines} lines: whole ${measure(12, () => parser.parse(path, text))} ms, ` +
          `after a key ${type(['\n', '\n\n'])} ms, while broken ${type(['\nx = f(', '\nx = f(a'])} ms`,
      );
    }
  }
}

void main();
