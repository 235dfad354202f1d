import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rules } from '../../../src/engine/lint/index.js';
import { rulePages } from '../../../src/engine/lint/pages.js';
import { ROOT } from '../../support/paths.js';

describe('pages of the rules', () => {
  it('are those of the rule objects (scripts/rule-docs.ts writes them)', () => {
    const folder = join(ROOT, 'docs', 'rules');
    const pages = rulePages();
    assert.deepEqual(readdirSync(folder).sort(), [...pages.keys()].sort());
    for (const [name, text] of pages) assert.equal(readFileSync(join(folder, name), 'utf8'), text, name);
  });
  it('have an id of their own each', () => {
    assert.equal(new Set(rules.map(({ id }) => id)).size, rules.length);
  });
});
