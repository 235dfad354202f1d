/** Runs the calls of one answer: those that only look side by side, the others in order. */
import type { ToolResultBlock, ToolUseBlock } from '../messages.js';
import type { Tool, ToolContext, ToolOutput } from '../tool.js';
import { callTool, progressOf } from '../tools/index.js';
import type { AgentEvent } from '../types.js';

/** The same call with the same outcome so often is a circle. */
const MOST_REPEATS = 3;

/** Notices when the model goes round in circles. */
export class Repeats {
  private readonly seen = new Map<string, number>();
  private failedRounds = 0;

  /** @returns how often this very call was made before while no proposal changed anything */
  count({ name, input }: ToolUseBlock, state: number): number {
    const key = JSON.stringify([name, input, state]);
    const before = this.seen.get(key) ?? 0;
    this.seen.set(key, before + 1);
    return before;
  }

  /** A round of calls is over. */
  round(results: readonly ToolResultBlock[]): void {
    this.failedRounds = results.length > 0 && results.every(({ isError }) => isError) ? this.failedRounds + 1 : 0;
  }

  get circling(): boolean {
    return this.failedRounds >= 5 || [...this.seen.values()].some((times) => times > MOST_REPEATS);
  }
}

/** @throws CancelledError */
export async function runCalls(
  calls: readonly ToolUseBlock[],
  tools: readonly Tool[],
  context: ToolContext,
  most: number,
  repeats: Repeats,
  observe: (event: AgentEvent) => void,
): Promise<ToolResultBlock[]> {
  const results = new Map<string, ToolResultBlock>();
  const run = async (call: ToolUseBlock): Promise<void> => {
    const before = repeats.count(call, context.draft.state);
    const tool = tools.find(({ id }) => id === call.name);
    observe({ type: 'tool', name: call.name, id: call.id, state: 'started' });
    if (tool) observe({ type: 'progress', text: progressOf(tool, call.input) });
    const output = await outputOf(call, tool, tools, context, most);
    observe({ type: 'tool', name: call.name, id: call.id, state: output.isError ? 'failed' : 'done' });
    const note =
      before > 0 ? '\n(You have made this very call before; its answer is the same. Use what you have.)' : '';
    results.set(call.id, {
      type: 'toolResult',
      toolUseId: call.id,
      text: output.text + note,
      isError: output.isError ?? false,
    });
  };
  let reading: Promise<void>[] = [];
  for (const call of calls) {
    if (tools.find(({ id }) => id === call.name)?.reads) reading.push(run(call));
    else {
      await Promise.all(reading);
      reading = [];
      await run(call);
    }
  }
  await Promise.all(reading);
  const ordered = calls.flatMap(({ id }) => results.get(id) ?? []);
  repeats.round(ordered);
  return ordered;
}

async function outputOf(
  { name, input, inputProblem }: ToolUseBlock,
  tool: Tool | undefined,
  tools: readonly Tool[],
  context: ToolContext,
  most: number,
): Promise<ToolOutput> {
  if (inputProblem !== undefined)
    return {
      text: `This call was not run: ${inputProblem}. Nothing was modified. Call it again, and write less at once if the text is long.`,
      isError: true,
    };
  if (!tool)
    return { text: `There is no tool ${name}. There are: ${tools.map(({ id }) => id).join(', ')}.`, isError: true };
  return callTool(tool, input, context, most);
}
