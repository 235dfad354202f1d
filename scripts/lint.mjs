// All checks that run no test: types, ESLint, Prettier. `node scripts/lint.mjs`; exit code 1 if one of them complains.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

/** @param {string} name a package; @param {string} path its program */
function program(name, path) {
  return join(dirname(require.resolve(`${name}/package.json`)), path);
}

const CHECKS = [
  { name: 'types', args: [program('typescript', 'bin/tsc'), '--noEmit', '-p', '.'] },
  // The webview's code sees the browser's types, and only it.
  { name: 'webview types', args: [program('typescript', 'bin/tsc'), '--noEmit', '-p', 'src/inspector'] },
  { name: 'eslint', args: [program('eslint', 'bin/eslint.js'), '--max-warnings', '0', '.'] },
  { name: 'prettier', args: [program('prettier', 'bin/prettier.cjs'), '--check', '--log-level', 'warn', '.'] },
];

/**
 * Runs all checks and prints what they find.
 * @returns {Promise<{ passed: number, failed: number }>} how many were clean and how many were not
 */
export async function lint() {
  const outcomes = await Promise.all(
    CHECKS.map(async ({ name, args }) => {
      const child = spawn(process.execPath, ['--max-old-space-size=4096', ...args], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text) => (output += text));
      const code = await new Promise((done, fail) => child.once('error', fail).once('close', done));
      console.log(`lint: ${name} ${code === 0 ? 'clean' : `failed\n${output}`}`);
      return code === 0;
    }),
  );
  const passed = outcomes.filter(Boolean).length;
  return { passed, failed: outcomes.length - passed };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { passed, failed } = await lint();
  const result = process.env.TEST_RESULT;
  if (result) writeFileSync(result, JSON.stringify({ passed, failed, skipped: 0 }));
  process.exitCode = failed === 0 ? 0 : 1;
}
