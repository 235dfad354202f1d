/**
 * "Architect Playbook (offline)" among VS Code's language models. Chat calls a participant only if some model can be resolved,
 * so this one makes `@architect` work where there is no other. It needs no key and no network.
 */
import * as vscode from 'vscode';
import { findModel } from '../../agent/index.js';
import { answering } from '../agent/settings.js';
import type { ApiKey } from './apiKey.js';
import { listedModels } from './claudeModels.js';

export const PLAYBOOK_VENDOR = 'architect-playbook';

const OFFLINE: vscode.LanguageModelChatInformation = {
  id: 'playbook',
  name: 'Architect Playbook (offline)',
  family: 'architect-playbook',
  version: '1',
  tooltip: 'Answers @architect from the analyser and a built-in playbook. No key, no network.',
  detail: 'Model Architect',
  maxInputTokens: 32_000,
  maxOutputTokens: 8_000,
  // Chat opens in agent mode, which offers only models that call tools.
  capabilities: { toolCalling: true, imageInput: false },
};

const ANSWER =
  'This entry of the model picker is for `@architect` alone: ask `@architect fix overfitting` or `@architect /analyze`. ' +
  'For anything else choose another model in the picker.';

/** The playbook as the picker shows it: once Claude answers `@architect` whatever is picked, it bears Claude's name. */
async function informationOf(apiKey: ApiKey): Promise<vscode.LanguageModelChatInformation> {
  const { backend, model } = answering();
  if ((backend !== 'auto' && backend !== 'anthropic') || !(await apiKey.get())) return OFFLINE;
  const { name = model, images = true } = findModel(model, listedModels()) ?? {};
  return {
    ...OFFLINE,
    name: `${name} (@architect)`,
    tooltip: `${name} answers @architect, with your Anthropic key. For other questions pick another model.`,
    capabilities: { ...OFFLINE.capabilities, imageInput: images },
  };
}

/** Rough, as no tokenizer stands behind it: four characters a token. */
const CHARACTERS_PER_TOKEN = 4;

/** Offers it, and looks once so that it is known before the first question. */
export function registerPlaybookModel(apiKey: ApiKey, log: vscode.LogOutputChannel): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  const registration = vscode.lm.registerLanguageModelChatProvider(PLAYBOOK_VENDOR, {
    onDidChangeLanguageModelChatInformation: changed.event,
    provideLanguageModelChatInformation: async () => [await informationOf(apiKey)],
    provideLanguageModelChatResponse: async (_model, _messages, _options, progress) => {
      progress.report(new vscode.LanguageModelTextPart(ANSWER));
    },
    provideTokenCount: async (_model, text) => Math.ceil(lengthOf(text) / CHARACTERS_PER_TOKEN),
  });
  // A provider is resolved only when somebody asks: without this the first request of a fresh profile finds no model.
  vscode.lm.selectChatModels({ vendor: PLAYBOOK_VENDOR }).then(
    (models) => log.debug(`The picker offers ${models.map((model) => model.name).join(', ') || 'no playbook model'}.`),
    (error: unknown) => log.warn('The playbook could not be offered as a language model.', error),
  );
  return vscode.Disposable.from(
    registration,
    changed,
    apiKey.onDidChange(() => changed.fire()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('architect.backend') || event.affectsConfiguration('architect.anthropic.model'))
        changed.fire();
    }),
  );
}

function lengthOf(text: string | vscode.LanguageModelChatRequestMessage): number {
  if (typeof text === 'string') return text.length;
  return text.content.reduce<number>(
    (sum, part) => sum + (part instanceof vscode.LanguageModelTextPart ? part.value.length : 0),
    0,
  );
}
