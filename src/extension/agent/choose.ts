/** Who answers a question: Claude, the model in chat's picker, or the offline playbook. */
import type * as vscode from 'vscode';
import { findModel, type ModelBackend } from '../../agent/index.js';
import { CLAUDE_VENDOR } from '../models/claude.js';
import { editorModelBackend } from '../models/editorModel.js';
import { PLAYBOOK_VENDOR } from '../models/playbook.js';
import { claudeBackend } from '../models/claudeBackend.js';
import { listedModels } from '../models/claudeModels.js';
import type { Services } from '../services.js';
import type { AgentSettings } from './settings.js';

export type Chosen =
  | {
      readonly kind: 'model';
      readonly backend: ModelBackend;
      readonly model: string;
      /** As people call it. */
      readonly modelName?: string | undefined;
    }
  /** `keyless`: a key would have made Claude answer. */
  | { readonly kind: 'playbook'; readonly keyless: boolean };

/** @param picked the model that chat's picker shows; `undefined` for editor commands */
export async function chooseBackend(
  { apiKey }: Services,
  settings: AgentSettings,
  picked: vscode.LanguageModelChat | undefined,
): Promise<Chosen> {
  const { backend } = settings;
  if (backend === 'playbook') return { kind: 'playbook', keyless: false };
  const wantsClaude = backend !== 'picker' || picked?.vendor === CLAUDE_VENDOR;
  const known = wantsClaude ? await apiKey.get() : undefined;
  if (known) {
    // A Claude model that was picked by hand goes before the setting.
    const model = picked?.vendor === CLAUDE_VENDOR ? picked.id : settings.model;
    const modelName = findModel(model, listedModels())?.name;
    return { kind: 'model', backend: claudeBackend(known.key, settings), model, modelName };
  }
  const usable = picked && picked.vendor !== PLAYBOOK_VENDOR && picked.vendor !== CLAUDE_VENDOR ? picked : undefined;
  if (backend !== 'anthropic' && usable)
    return { kind: 'model', backend: editorModelBackend(usable), model: usable.id, modelName: usable.name };
  return { kind: 'playbook', keyless: wantsClaude };
}
