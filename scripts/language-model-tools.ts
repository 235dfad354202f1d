/**
 * Writes what package.json says of the tools for VS Code's agent mode, from the tools themselves:
 * `npx tsx --import ./test/support/text-modules.mjs scripts/language-model-tools.ts`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import * as prettier from 'prettier';
import { declarationOf, READING_TOOLS } from '../src/agent/index.js';

/** What package.json has to say, in the order of the tools. */
export function declaredTools(): object[] {
  return READING_TOOLS.map((tool) => {
    const { name, description, inputSchema } = declarationOf(tool);
    return {
      name: `architect_${name}`,
      displayName: tool.title,
      toolReferenceName: `architect_${name}`,
      canBeReferencedInPrompt: true,
      userDescription: `${description.split(/(?<=\.) /)[0] ?? ''}`,
      modelDescription: description,
      tags: ['pytorch', 'architect'],
      inputSchema,
    };
  });
}

async function write(): Promise<void> {
  const path = new URL('../package.json', import.meta.url);
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as { contributes: Record<string, unknown> };
  manifest.contributes['languageModelTools'] = declaredTools();
  writeFileSync(path, await prettier.format(JSON.stringify(manifest, null, 2), { parser: 'json-stringify' }));
}

if (process.argv[1]?.endsWith('language-model-tools.ts'))
  write().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
