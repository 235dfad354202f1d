/**
 * A look for problems at 500 files, in the analysis thread as it ships: `npx tsx bench/scan.ts [files]`, after
 * `node scripts/build.mjs --production`. The files are models of 40 to 300 lines with a training loop, no two alike.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineThread, timed } from './engineThread';
import { modelOf, trainingOf } from './models';

const FILES = Number(process.argv[2] ?? 500);
const LINES = [40, 60, 80, 120, 200, 300];

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  let lines = 0;
  for (let i = 0; i < FILES; i++) {
    const part = join(folder, `part${Math.floor(i / 50)}`);
    mkdirSync(part, { recursive: true });
    const model = modelOf(LINES[i % LINES.length] ?? 60).replace('num_classes=10', `num_classes=${10 + i}`);
    const text = i % 3 === 0 ? model + trainingOf() : model;
    lines += text.split('\n').length;
    writeFileSync(join(part, `model${i}.py`), text);
  }
  const thread = await EngineThread.start([folder]);
  try {
    let found = 0;
    const { wall, cpu } = await timed(async () => {
      const { uris } = await thread.ask('scanFiles', { folders: [folder] });
      if (uris.length !== FILES) throw new Error(`${uris.length} files instead of ${FILES}`);
      for (const uri of uris) {
        const { problems, findings } = await thread.ask('scanFile', { uri });
        found += problems.length + findings.length;
      }
    });
    const memory = (process.memoryUsage().rss / 2 ** 20).toFixed(0);
    console.log(
      `${FILES} files, ${lines} lines: ${(wall / 1000).toFixed(1)} s (processor ${(cpu / 1000).toFixed(1)} s), ${found} findings, ${memory} MB resident`,
    );
  } finally {
    await thread.stop();
    rmSync(folder, { recursive: true });
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
