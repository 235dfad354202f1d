import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { declaredTools } from '../../scripts/language-model-tools.js';
import { BUILT_IN_MODELS, COMMANDS, defaultModel } from '../../src/agent/index.js';

interface Manifest {
  readonly contributes: {
    readonly languageModelTools: readonly object[];
    readonly chatParticipants: readonly { readonly commands: readonly { readonly name: string }[] }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly default: unknown }>> };
  };
}

const { contributes } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Manifest;

describe('what the manifest says of the agent', () => {
  it('declares the tools as they are; `scripts/language-model-tools.ts` writes that', () => {
    assert.deepEqual(contributes.languageModelTools, JSON.parse(JSON.stringify(declaredTools())));
  });

  it('declares the commands that are answered, and no other', () => {
    const declared = contributes.chatParticipants.flatMap(({ commands }) => commands.map(({ name }) => name));
    assert.deepEqual(declared, [...COMMANDS]);
  });

  it('answers with the newest Sonnet that the SDK knows', () => {
    assert.equal(
      contributes.configuration.properties['architect.anthropic.model']?.default,
      defaultModel(BUILT_IN_MODELS),
    );
  });
});
