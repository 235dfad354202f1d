import assert from 'node:assert/strict';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { borders } from '../../scripts/eslint/borders.mjs';
import { ROOT } from '../support/paths.js';

/** What the rule says about one line in a file of ours. */
function complaints(filename: string, code: string): string[] {
  const linter = new Linter({ configType: 'flat', cwd: ROOT });
  const config = {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser },
    plugins: { architect: { rules: { borders } } },
    rules: { 'architect/borders': 'error' },
  };
  return linter.verify(code, [config as Linter.Config], { filename }).map(({ message }) => message);
}

describe('borders between the parts of src', () => {
  const allowed: [string, string][] = [
    ['src/engine/torch/conv.ts', `import { join } from '../python/join.js';`],
    ['src/engine/syntax/load.ts', `import { createRequire } from 'node:module';`],
    ['src/engine/advice/dropout.ts', `import type { EditSet } from '../../edits/index.js';`],
    ['src/server/main.ts', `import { analyse } from '../engine/report/index.js';`],
    ['src/extension/main.ts', `import * as vscode from 'vscode';`],
    ['src/protocol/report.ts', `import type { ModelReport } from '../engine/report/index.js';`],
  ];
  for (const [file, code] of allowed) it(`${file}: ${code}`, () => assert.deepEqual(complaints(file, code), []));

  const forbidden: [string, string][] = [
    ['src/engine/python/call.ts', `import { conv } from '../torch/conv.js';`],
    ['src/engine/python/call.ts', `import type { Tensor } from '../torch/tensor.js';`],
    ['src/engine/python/call.ts', `export * from '../torch/tensor.js';`],
    ['src/engine/report/build.ts', `import { readFileSync } from 'node:fs';`],
    ['src/engine/report/build.ts', `import { readFileSync } from 'fs';`],
    ['src/engine/report/build.ts', `const fs = require('fs');`],
    ['src/engine/report/build.ts', `import * as vscode from 'vscode';`],
    ['src/engine/advice/dropout.ts', `import { apply } from '../../edits/index.js';`],
    ['src/edits/hunks.ts', `import { z } from 'zod';`],
    ['src/agent/loop.ts', `import * as vscode from 'vscode';`],
    ['src/extension/main.ts', `import type { ModelReport } from '../engine/report/index.js';`],
    ['src/extension/main.ts', `const engine = await import('../engine/report/index.js');`],
    ['src/inspector/main.ts', `import { readFileSync } from 'node:fs';`],
    ['src/server/main.ts', `import { fixture } from '../../test/support/fixture.js';`],
  ];
  for (const [file, code] of forbidden)
    it(`not ${file}: ${code}`, () => assert.equal(complaints(file, code).length, 1));
});
