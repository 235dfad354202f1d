/** Asks a model until it has answered, gives it the tools, and lets only changes out that the analyser has passed. */
import { BackendError, CancelledError, type BackendRequest } from './backend.js';
import { withoutSecrets } from './context/secrets.js';
import { findModel } from './backends/anthropic/index.js';
import type { EditSet } from '../edits/index.js';
import { budgetOutcome, budgetText, isHeld } from './edits/budget.js';
import { checkDraft, type DraftCheck } from './edits/check.js';
import { Draft } from './edits/draft.js';
import { closingFence } from './fences.js';
import { footerOf } from './footer.js';
import { Repeats, runCalls } from './loop/calls.js';
import { questionOf, storable } from './loop/history.js';
import { firstRequest } from './loop/question.js';
import { askModel, type Round } from './loop/round.js';
import { addUsage, NO_USAGE, type Message, type ToolUseBlock, type Usage } from './messages.js';
import { costOf } from './prices.js';
import { MOST_RESULT, toolsFor } from './tools/index.js';
import { beginning, bounded } from './tools/text.js';
import { asMarkdown } from '../texts.js';
import type { AgentEvent, AgentLimits, AgentOptions, AgentResult, AgentStop, SentReference } from './types.js';

export const DEFAULT_LIMITS: AgentLimits = {
  maxRounds: 24,
  maxTokens: 16_000,
  contextTokens: 24_000,
  spending: null,
  toolResult: MOST_RESULT,
};

/** Characters of a line of progress. */
const MOST_GIST = 120;

/** So often a model is told that it missed the budget. */
const MOST_OVER_BUDGET = 2;

/** An answer ended; thrown through the loop. */
interface Ending {
  readonly stop: AgentStop;
  readonly problem?: AgentResult['problem'];
}

/**
 * Answers one question. What goes wrong with the provider is in the result, together with what had come until then; a cancel
 * leaves no changes.
 * @throws Error for people if the analyser can't be asked at all
 */
export async function runAgent(options: AgentOptions): Promise<AgentResult> {
  return new Run(options).answer();
}

class Run {
  private readonly started = performance.now();
  private readonly limits: AgentLimits;
  private readonly draft: Draft;
  private readonly tools;
  private readonly repeats = new Repeats();
  private text = '';
  private usage: Usage = NO_USAGE;
  private cost: number | null = 0;
  private gathered: number | undefined;
  private rounds = 0;
  private repaired = false;
  /** Rounds in which the model was told that it missed the budget. */
  private overBudget = 0;
  /** Told last as having passed. */
  private passed: readonly EditSet[] = [];
  /** From the question on. */
  private messages: Message[] = [];
  private references: readonly SentReference[] = [];
  private notices: readonly string[] = [];

  constructor(private readonly options: AgentOptions) {
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.draft = new Draft(options.ports.files, usedProposals(options.history));
    this.tools = toolsFor(options.ports);
  }

  async answer(): Promise<AgentResult> {
    let ending: Ending;
    try {
      ending = await this.converse();
    } catch (error) {
      ending = this.endingOf(error);
    }
    return this.result(ending);
  }

  private async converse(): Promise<Ending> {
    const { backend } = this.options;
    this.tell({ type: 'progress', text: 'Reading the model and the code around it' });
    const first = await firstRequest(this.options, this.limits, this.tools, backend);
    this.gathered = performance.now() - this.started;
    this.references = first.references;
    for (const reference of this.references) this.tell({ type: 'reference', reference });
    this.notices = first.notices;
    const history = first.request.messages.slice(0, -1);
    this.messages = first.request.messages.slice(-1);
    this.tell({ type: 'progress', text: 'Thinking' });
    while (this.rounds < this.limits.maxRounds) {
      if (this.isSpent()) return this.spent();
      const round = await this.ask({ ...first.request, messages: [...history, ...this.messages] });
      if (round.blocks.length > 0) this.messages.push({ role: 'assistant', content: round.blocks });
      const calls = round.blocks.filter((block): block is ToolUseBlock => block.type === 'toolUse');
      const ending = endingOfRound(round, calls);
      if (ending) return ending;
      if (calls.length > 0) await this.run(calls);
      else if (await this.isFinished()) return { stop: 'done' };
      if (this.repeats.circling)
        return problem(
          'loop',
          'The model went round in circles and was stopped. Say more about what you want, or choose another model.',
        );
    }
    return problem(
      'maxRounds',
      `The model used all ${this.limits.maxRounds} rounds that the settings allow. Ask it to go on, or allow more (Architect › Agent: Max Rounds).`,
    );
  }

  private async ask(request: BackendRequest): Promise<Round> {
    this.rounds++;
    let used = NO_USAGE;
    let begun = false;
    let thoughts = '';
    try {
      return await askModel(this.options.backend, request, this.options.signal, {
        text: (piece) => {
          // Answers before and after a tool are paragraphs of one text.
          if (!begun && this.text !== '' && !this.text.endsWith('\n\n')) this.write('\n\n');
          begun = true;
          this.write(piece);
        },
        thinking: (piece) => (thoughts += piece),
        calls: (name) => {
          // What models write between their calls comes as thoughts: it says what the calls are for.
          const gist = gistOf(thoughts);
          thoughts = '';
          if (gist !== '') this.tell({ type: 'progress', text: gist });
          this.tell({ type: 'progress', text: this.tools.find(({ id }) => id === name)?.title ?? name });
        },
        retry: (reason) => this.tell({ type: 'progress', text: reason }),
        usage: (usage) => (used = usage),
      });
    } finally {
      this.usage = addUsage(this.usage, used);
      const cost = costOf(request.model, used);
      this.cost = this.cost === null || cost === null ? null : this.cost + cost;
    }
  }

  private async run(calls: readonly ToolUseBlock[]): Promise<void> {
    const { ports, signal } = this.options;
    const context = { ports, draft: this.draft, signal, reads: (uri: string) => this.listed(uri) };
    const results = await runCalls(calls, this.tools, context, this.limits.toolResult, this.repeats, (event) => {
      this.tell(event);
      // At once: a call that comes after it in the same round may run what has passed.
      if (event.type === 'tool' && event.state === 'done') this.tellPassed();
    });
    this.messages.push({ role: 'user', content: results });
    this.tellPassed();
    this.tell({ type: 'progress', text: 'Thinking' });
  }

  /** Names a file of which something is sent, once. */
  private listed(uri: string): void {
    if (this.references.some((each) => each.uri === uri)) return;
    const reference: SentReference = { uri, label: this.options.ports.files.display(uri) };
    this.references = [...this.references, reference];
    this.tell({ type: 'reference', reference });
  }

  /** The model has said its last word; its changes have to have passed, or get one more round. */
  private async isFinished(): Promise<boolean> {
    const { ports, signal } = this.options;
    if (this.draft.files.length === 0) return true;
    if (!this.draft.lastCheck) this.tell({ type: 'progress', text: 'Checking the changes' });
    const check = this.draft.lastCheck ?? (await checkDraft(this.draft, ports, signal));
    if (check.passed && this.isOverBudget(check)) return false;
    if (check.passed) {
      this.tellPassed();
      return true;
    }
    if (this.repaired) return true;
    this.repaired = true;
    this.tell({ type: 'progress', text: 'The check failed: one more round to repair it' });
    const text = `The proposed edits did not pass the check, so none of them has reached the user:\n${bounded(withoutSecrets(check.text), this.limits.toolResult)}\nRepair them, or take them back with drop_edits and say plainly what could not be made to work.`;
    this.messages.push({ role: 'user', content: [{ type: 'text', text }] });
    return false;
  }

  /** A budget counts as held only by the analyser's count: a model that missed it is told so, and goes on. */
  private isOverBudget({ together }: DraftCheck): boolean {
    const { command, prompt } = this.options;
    const outcome = budgetOutcome(command, prompt, together);
    if (!outcome || isHeld(outcome) !== false || this.overBudget === MOST_OVER_BUDGET) return false;
    this.overBudget++;
    this.tell({ type: 'progress', text: 'The budget is not held: one more round' });
    const text = `The edits passed the check, but ${budgetText(outcome)} Use suggest_sizes, change the edits and check them again; if it can't be reached without breaking the task, say plainly how far one gets.`;
    this.messages.push({ role: 'user', content: [{ type: 'text', text }] });
    return true;
  }

  /** The changes that can be shown, if they are not those that were told last. */
  private tellPassed(): void {
    const { lastCheck, files } = this.draft;
    const sets = files.length === 0 ? [] : lastCheck?.passed ? lastCheck.sets : this.passed;
    if (sets === this.passed || (sets.length === 0 && this.passed.length === 0)) return;
    this.passed = sets;
    const originals = files
      .filter(({ created }) => !created)
      .map(({ uri, original, version }) => ({ uri, text: original, ...(version === undefined ? {} : { version }) }));
    this.tell({ type: 'passed', titles: sets.map(({ title }) => title), sets, originals });
  }

  private isSpent(): boolean {
    const { spending } = this.limits;
    return spending !== null && this.cost !== null && this.cost >= spending;
  }

  private spent(): Ending {
    return problem(
      'spending',
      `This question has cost $${(this.cost ?? 0).toFixed(2)}, which is the limit in the settings. Ask to go on, or raise it (Architect › Agent: Max Cost).`,
    );
  }

  private async result(ending: Ending): Promise<AgentResult> {
    const { options, draft } = this;
    const { model, ports, command, prompt } = options;
    const cancelled = ending.stop === 'cancelled';
    const check = cancelled ? undefined : draft.lastCheck;
    // What is told below must not become a part of code that was cut.
    const closing = closingFence(this.text);
    if (closing !== '') this.write(closing);
    if (!cancelled && draft.files.length > 0 && !check?.passed) this.write(leftOut(check?.text));
    const edits = check?.passed ? check.sets : [];
    const budget = edits.length > 0 ? budgetOutcome(command, prompt, check?.together) : undefined;
    if (budget) this.write(`\n\n${budgetText(budget)}`);
    // At the end: what stands above progress is folded away.
    if (!cancelled) for (const notice of this.notices) this.write(`\n\n> ${asMarkdown(notice)}`);
    const milliseconds = performance.now() - this.started;
    const name = options.modelName ?? findModel(model)?.name ?? model;
    return {
      text: this.text,
      edits,
      stop: ending.stop,
      ...(ending.problem ? { problem: ending.problem } : {}),
      model,
      usage: this.usage,
      cost: this.cost,
      milliseconds,
      ...(this.gathered === undefined ? {} : { gathered: this.gathered }),
      rounds: this.rounds,
      references: this.references,
      footer: footerOf({
        model: name,
        usage: this.usage,
        cost: this.cost,
        gateway: options.backend.gateway ?? false,
        milliseconds,
      }),
      turn: {
        version: 1,
        command,
        prompt,
        model,
        // What the model refused it would refuse again with every later question.
        messages:
          this.messages.length === 0 || ending.stop === 'refusal'
            ? []
            : storable(this.messages, questionOf({ command, prompt })),
        edits: edits.map(({ id, title, files }) => ({
          id,
          title,
          files: files.map(({ uri }) => ports.files.display(uri)),
        })),
        proposals: draft.usedIds,
      },
    };
  }

  private endingOf(error: unknown): Ending {
    if (error instanceof CancelledError || this.options.signal.aborted) return { stop: 'cancelled' };
    if (error instanceof BackendError) {
      const { kind, message, details } = error;
      return { stop: 'error', problem: { kind, message, ...details } };
    }
    throw error;
  }

  private write(text: string): void {
    this.text += text;
    this.tell({ type: 'text', text });
  }

  private tell(event: AgentEvent): void {
    // After a cancel nobody wants to hear more.
    if (!this.options.signal.aborted) this.options.observer?.(event);
  }
}

/** The first sentence of what a model thought last, as a line of progress. */
function gistOf(thoughts: string): string {
  const paragraph =
    thoughts
      .trim()
      .split(/\n\s*\n/)
      .at(-1) ?? '';
  const [sentence = ''] = paragraph
    .replace(/[*_`#]+/g, '')
    .trim()
    .split(/(?<=[.!?:])\s|\n/);
  return sentence.length <= MOST_GIST ? sentence : `${beginning(sentence, MOST_GIST).replace(/\s+\S*$/, '')} …`;
}

function endingOfRound({ stop, detail, text }: Round, calls: readonly ToolUseBlock[]): Ending | undefined {
  switch (stop) {
    case 'refusal':
      return problem(
        'refusal',
        `The model declined to answer${detail === undefined ? '' : `: ${detail.replace(/\.?$/, '')}`}. Put the question in other words, or choose another model.`,
      );
    case 'contextExceeded':
      return problem(
        'tooLarge',
        'The conversation is longer than the model can read. Start a new chat, or attach less.',
        'error',
      );
    case 'maxTokens':
      // A call that was cut off gets another chance.
      return calls.length > 0
        ? undefined
        : problem(
            'maxTokens',
            'The answer reached the longest length that the settings allow and was cut. Ask to go on, or allow more (Architect › Anthropic: Max Tokens).',
          );
    case 'endTurn':
    case 'toolUse':
    case 'other':
      return calls.length === 0 && text.trim() === ''
        ? problem('empty', 'The model gave no answer. Ask again, or put the question in other words.')
        : undefined;
  }
}

function problem(
  kind: NonNullable<AgentResult['problem']>['kind'],
  message: string,
  stop: AgentStop = kind as AgentStop,
): Ending {
  return { stop, problem: { kind, message } };
}

function leftOut(check: string | undefined): string {
  const why = check === undefined ? 'The answer ended before they were checked.' : `\n\n\`\`\`text\n${check}\n\`\`\``;
  return `\n\n**The proposed changes were left out**, because they did not pass the analyser's check; your files are as they were. ${why}`;
}

function usedProposals(history: AgentOptions['history']): number {
  return history.reduce((most, { proposals }) => Math.max(most, proposals), 0);
}
