// `npm run bench [-- NAME…]`: runs the measurements of bench/ one after another; without a name, all of them.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const benches = ['parse', 'keystroke', 'warm', 'scan', 'cold', 'edits'];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !benches.includes(name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}: ${benches.join(', ')}.`);
  process.exit(2);
}
ensureDependencies();
await build({ production: true });
console.log(`\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'processor'}`);
for (const name of benches.filter((each) => wanted.length === 0 || wanted.includes(each))) {
  console.log(`\n== ${name}`);
  const args = ['--import', 'tsx', '--import', './test/support/text-modules.mjs', `bench/${name}.ts`];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
