/** What is worth asking next. */
import type * as vscode from 'vscode';
import type { AnswerMetadata } from './answer.js';

type Followup = Pick<vscode.ChatFollowup, 'prompt' | 'command' | 'label'>;

const ANALYZE: Followup = { prompt: '', command: 'analyze', label: 'Analyze the model' };
const EXPLAIN: Followup = { prompt: '', command: 'explain', label: 'Explain the module' };
const FIX: Followup = { prompt: 'overfitting', command: 'fix', label: 'Fix overfitting' };
const LOSS: Followup = { prompt: '', command: 'loss', label: 'Look at the loss' };
const TRAIN: Followup = { prompt: '', command: 'train', label: 'Look at the training' };
const VERIFY: Followup = { prompt: '', command: 'verify', label: 'Verify it in Python' };
const SHRINK: Followup = { prompt: 'to half its parameters', command: 'shrink', label: 'Shrink it to half' };
const WHY: Followup = { prompt: 'Explain the change.', label: 'Explain the change' };
const WHY_FIRST: Followup = { prompt: 'Explain the first change.', label: 'Explain the first change' };
const UNDO: Followup = { prompt: 'Undo that.', label: 'Undo that' };

const NEXT: Readonly<Record<AnswerMetadata['command'], readonly Followup[]>> = {
  analyze: [EXPLAIN, SHRINK, FIX, VERIFY],
  explain: [SHRINK, LOSS],
  fix: [ANALYZE, TRAIN],
  design: [ANALYZE, TRAIN, VERIFY],
  loss: [TRAIN, FIX],
  train: [LOSS, FIX],
  verify: [ANALYZE, TRAIN],
  shrink: [ANALYZE, VERIFY],
  help: [FIX, ANALYZE],
};

/** After an answer; none after one that failed. */
export function followups(metadata: AnswerMetadata | undefined): vscode.ChatFollowup[] {
  if (!metadata) return [];
  const { command, backend, proposed } = metadata;
  // Without a model nothing was designed: there is only what the workspace has.
  const next = command === 'design' && backend === 'playbook' ? NEXT.help : NEXT[command];
  if (proposed.length === 0) return [...next];
  const why = proposed.length === 1 ? WHY : WHY_FIRST;
  return [...(backend === 'model' ? [why, UNDO] : [UNDO]), ...next];
}
