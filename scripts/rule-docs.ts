/**
 * Writes docs/rules from the rule objects: `npx tsx --import ./test/support/text-modules.mjs scripts/rule-docs.ts`. A test sees to it that the
 * pages are those of the rules.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rulePages } from '../src/engine/lint/pages.js';

const folder = join(import.meta.dirname, '..', 'docs', 'rules');
mkdirSync(folder, { recursive: true });
const pages = rulePages();
for (const name of readdirSync(folder)) if (!pages.has(name)) rmSync(join(folder, name));
for (const [name, text] of pages) writeFileSync(join(folder, name), text);
console.log(`${pages.size} pages in docs/rules`);
