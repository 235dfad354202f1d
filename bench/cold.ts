/**
 * The command line from a cold start against PyTorch itself, in turns within one run: `npx tsx bench/cold.ts [rounds]`. Prints medians in
 * milliseconds. Makes the Python environment and installs torchvision's source when they are missing; build with
 * `node scripts/build.mjs --production` first.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { ensurePythonEnv } from '../scripts/python-env.mjs';
import { ensureZoos } from '../scripts/zoos.mjs';
import { modelOf } from './models';

const CLI = join(__dirname, '..', 'dist', 'cli.js');
const ROUNDS = Number(process.argv[2] ?? 5);

/**
 * torchvision's compiled operators are not built for this PyTorch: it imports when their names are there. Pictures are not read:
 * empty modules stand for the library that does it, which only makes Python faster.
 */
const PRELUDE = `import sys, types
class Absent(types.ModuleType):
    __path__ = []
    __version__ = "12.0.0"
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})
sys.modules["PIL"] = Absent("PIL")
for name in ("Image", "ImageColor", "ImageDraw", "ImageEnhance", "ImageFont", "ImageOps"):
    sys.modules["PIL." + name] = Absent(name)
    setattr(sys.modules["PIL"], name, sys.modules["PIL." + name])
import torch
for name in ("torchvision::nms", "torchvision::qnms"):
    torch.library.define(name, "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
`;

interface Case {
  readonly name: string;
  /** Arguments of `architect analyze`. */
  readonly ours: readonly string[];
  /** What Python runs; it prints the number of parameters. */
  readonly theirs: string;
}

function timed(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): { ms: number; output: string } {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
  });
  const ms = performance.now() - start;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stderr}`);
  return { ms, output: stdout };
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] ?? NaN;

function main(): void {
  if (!existsSync(CLI)) throw new Error(`${CLI} is missing: run \`node scripts/build.mjs --production\` first.`);
  const { python } = ensurePythonEnv();
  const zoos = ensureZoos(['torchvision']);
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const vision = (name: string, call: string, file: string): Case => ({
    name,
    ours: [join(zoos, 'torchvision', 'models', file), '--call', call, '--path', zoos],
    theirs: `import sys; sys.path.append(${JSON.stringify(zoos)})
${PRELUDE}import torchvision
print(sum(p.numel() for p in torchvision.models.${call}.parameters()))`,
  });
  try {
    writeFileSync(join(folder, 'net.py'), modelOf(300));
    const cases: Case[] = [
      {
        name: 'user model, 300 lines',
        ours: [join(folder, 'net.py'), '--call', 'Net()'],
        theirs: `import sys; sys.path.insert(0, ${JSON.stringify(folder)})
import torch, net
print(sum(p.numel() for p in net.Net().parameters()))`,
      },
      vision('ResNet-50', 'resnet50()', 'resnet.py'),
      vision('ViT-B/16', 'vit_b_16()', 'vision_transformer.py'),
      vision('Swin-V2-B', 'swin_v2_b()', 'swin_transformer.py'),
    ];
    console.log(
      `${'cold start, median of'.padEnd(21)} ${String(ROUNDS).padEnd(4)}${'first ever'.padStart(11)}${'architect'.padStart(11)}${'PyTorch'.padStart(11)}   ratio  parameters`,
    );
    for (const { name, ours, theirs } of cases) {
      const times = { first: [] as number[], ours: [] as number[], theirs: [] as number[] };
      let count = '';
      // Leaves its compiled code and the trees of what it read for the next ones, as any run does.
      const kept = { XDG_CACHE_HOME: join(folder, 'caches') };
      timed(process.execPath, [CLI, 'analyze', ...ours], { cwd: folder, env: kept });
      for (let i = 0; i < ROUNDS; i++) {
        const env = { ARCHITECT_CODE_CACHE: 'off' };
        times.first.push(timed(process.execPath, [CLI, 'analyze', ...ours], { cwd: folder, env }).ms);
        const mine = timed(process.execPath, [CLI, 'analyze', ...ours], { cwd: folder, env: kept });
        const real = timed(python, ['-c', theirs], { cwd: folder });
        times.ours.push(mine.ms);
        times.theirs.push(real.ms);
        count = Number(real.output.trim()).toLocaleString('en-US');
        if (!mine.output.includes(`Parameters  ${count} `))
          throw new Error(`${name}: the answer is not ${count}:\n${mine.output.slice(-600)}`);
      }
      const [first, a, b] = [median(times.first), median(times.ours), median(times.theirs)];
      console.log(
        `${name.padEnd(26)}${first.toFixed(0).padStart(8)} ms${a.toFixed(0).padStart(8)} ms${b.toFixed(0).padStart(8)} ms${(b / a).toFixed(1).padStart(7)}×  ${count}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main();
