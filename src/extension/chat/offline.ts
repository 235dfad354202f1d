/** Answers without a model: the playbook and what the analyser knows. Nothing leaves the machine. */
import * as vscode from 'vscode';
import { nameOf } from '../notebooks.js';
import type { Services } from '../services.js';
import { analyze } from './analyze.js';
import { explain, shrink, train } from './explain.js';
import { fix } from './fix.js';
import type { AnswerSink, ChatCommand, Question } from './question.js';
import { documentThatNames, subjectOf } from './subject.js';
import { verify } from './verify.js';

/** The offer that explains a loss. */
const EXPLAIN = 'loss.explain';

export interface OfflineAnswer {
  /** What it came down to: follow-ups go by it. */
  readonly command: ChatCommand | undefined;
  /** Ids of the changes that are pending now. */
  readonly proposed: readonly string[];
}

/** @throws what the analysis throws; nothing is changed then */
export async function answerOffline(
  services: Services,
  { command, prompt, references }: Question,
  sink: AnswerSink,
  token: vscode.CancellationToken,
): Promise<OfflineAnswer> {
  const wanted = command ?? intentOf(prompt);
  if (wanted === 'design') {
    sink.markdown(DESIGN);
    return { command: wanted, proposed: [] };
  }
  const looked = await subjectOf(references);
  if (!looked) {
    sink.markdown(
      'I found no Python file with an `nn.Module` in this workspace. Open the file with your model, or attach it to the question.',
    );
    return { command: undefined, proposed: [] };
  }
  const document = (await documentThatNames(prompt, looked)) ?? looked;
  switch (wanted) {
    case 'analyze':
      await analyze(services, prompt, document, sink, token);
      return { command: wanted, proposed: [] };
    case 'explain':
      return { command: wanted, proposed: await explain(services, prompt, document, sink, token) };
    case 'train':
      return { command: wanted, proposed: await train(services, prompt, document, sink, token) };
    case 'shrink':
      return { command: wanted, proposed: await shrink(services, prompt, document, sink, token) };
    case 'verify':
      await verify(services, prompt, document, sink, token);
      return { command: wanted, proposed: [] };
    case 'loss':
      await loss(services, document, sink, token);
      return { command: wanted, proposed: [] };
    case 'fix':
    case undefined: {
      const text = wanted === 'fix' ? `fix ${prompt}` : prompt;
      const { advice, proposed } = await fix(services, text, document, sink, token);
      return { command: advice.symptom ? 'fix' : undefined, proposed };
    }
  }
}

/** Each loss that is minimised: its mathematics, and what the light bulb offers on it. */
async function loss(
  { analysis }: Services,
  document: vscode.TextDocument,
  sink: AnswerSink,
  token: vscode.CancellationToken,
): Promise<void> {
  sink.progress('Looking for the losses');
  const { losses, model } = await analysis.request('architect/training', { uri: document.uri.toString() }, token);
  const parts: string[] = [];
  for (const { uri, range, text } of losses) {
    const at = vscode.Uri.parse(uri);
    sink.reference(at, new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character));
    const where = `\`${text.replaceAll(/\s+/g, ' ')}\` (${nameOf(at)}, line ${range.start.line + 1})`;
    const place = { uri, position: range.start };
    const { offers } = await analysis.request('architect/offers', place, token);
    const own = offers.filter(({ group }) => group === 'loss');
    const explained = own.some(({ id }) => id === EXPLAIN)
      ? await analysis.request('architect/offer', { ...place, id: EXPLAIN }, token)
      : undefined;
    parts.push(
      explained?.kind === 'text'
        ? `${where}\n\n${explained.markdown}`
        : `${where} is a loss that the playbook has no mathematics for.`,
    );
    const changes = own.filter(({ id }) => id !== EXPLAIN).map(({ title }) => `- ${title}`);
    if (changes.length > 0) parts.push(`**The light bulb on that line offers**\n\n${changes.join('\n')}`);
  }
  sink.markdown(
    parts.length > 0
      ? `${parts.join('\n\n')}\n`
      : `I found no loss that ${model ? `\`${model.qualname}\`` : 'this model'} is trained with. Open the file with the training loop, or attach it to the question.\n`,
  );
}

/** A question without a command that plainly asks for one; everything else is left to the playbook. */
function intentOf(prompt: string): ChatCommand | undefined {
  if (/\b(?:analy[sz]e|inspect|count|how many parameters|summary)\b/i.test(prompt)) return 'analyze';
  if (/\b(?:explain|how does|what does)\b/i.test(prompt)) return 'explain';
  if (/\b(?:shrink|smaller|fewer parameters|compress)\b/i.test(prompt)) return 'shrink';
  if (
    /\b(?:build|design|create|write)\b.*\b(?:model|network|cnn|rnn|lstm|gru|transformer|gan|vae|u-?net|mlp|classifier)\b/i.test(
      prompt,
    )
  )
    return 'design';
  return undefined;
}

const DESIGN = [
  '### Designing a model needs a language model',
  '',
  'The offline playbook does not write architectures. What works without one:',
  '',
  '- Write a class that derives from `nn.Module`: its parameter count stands above it as you type, and `/analyze` has shapes and multiply-accumulates.',
  '- `/shrink to under 5M parameters` finds the largest sizes of a model of yours that keep within a budget, each counted.',
  '- `/fix overfitting` reads a model with the code that trains it and proposes changes.',
  '',
].join('\n');
