import { z } from 'zod';
import type { SourcePlace, TrainingResult } from '../../protocol/index.js';
import type { AgentPorts } from '../ports.js';
import { defineTool } from './define.js';
import { locate } from './locate.js';

export const trainingContextTool = defineTool({
  id: 'training_context',
  title: 'Find the training code',
  description:
    'The code that trains a model, wherever in the workspace it is: construction, loss, optimizer, scheduler, loaders, loops, clipping, mixed precision, early stopping. Each with its place and text; what was not found is named.',
  input: z.object({
    path: z.string().describe('The file that defines the model or trains it.'),
    qualname: z.string().optional().describe('The model’s class.'),
  }),
  reads: true,
  progress: () => 'Looking for the code that trains the model',
  run: async ({ path, qualname }, context) => {
    const located = await locate(path, context);
    if ('failed' in located) return located.failed;
    const { ports, signal } = context;
    const found = await ports.analyser.request('architect/training', { uri: located.uri, qualname }, signal);
    return { text: await trainingText(found, ports, context.reads) };
  },
});

const LABELS: readonly [Exclude<keyof TrainingResult, 'model'>, string][] = [
  ['modelCall', 'constructed by'],
  ['losses', 'loss'],
  ['validationLosses', 'validation loss'],
  ['optimizers', 'optimizer'],
  ['schedulers', 'scheduler'],
  ['trainLoader', 'training data'],
  ['validationLoader', 'validation data'],
  ['epochs', 'epochs'],
  ['batchLoop', 'loop over batches'],
  ['clipping', 'gradient clipping'],
  ['amp', 'mixed precision'],
  ['earlyStop', 'early stopping'],
  ['keepsBest', 'keeps the best'],
];

/** Places of files that may be sent, one after the other. */
export async function trainingText(
  found: TrainingResult,
  { files }: AgentPorts,
  reads?: (uri: string) => void,
): Promise<string> {
  if (!found.model) return 'No training code was found.';
  const lines = [
    `model: ${found.model.qualname} (${files.display(found.model.uri)}:${found.model.range.start.line + 1})`,
  ];
  const missing: string[] = [];
  for (const [key, label] of LABELS) {
    const value = found[key];
    const places: readonly SourcePlace[] = value === null ? [] : 'uri' in value ? [value] : value;
    if (places.length === 0) missing.push(label);
    for (const { uri, range, text, name } of places) {
      if ((await files.refusal(uri)) !== undefined) continue;
      reads?.(uri);
      lines.push(`${label}${name === null ? '' : ` (${name})`}, ${files.display(uri)}:${range.start.line + 1}:`, text);
    }
  }
  if (missing.length > 0) lines.push(`not found: ${missing.join(', ')}`);
  return lines.join('\n');
}
