/** The registry of tools, in the order in which models see them: a stable order keeps the cache warm. */
import { z } from 'zod';
import { CancelledError, type ToolDeclaration } from '../backend.js';
import { fenced } from '../context/fence.js';
import { withoutSecrets } from '../context/secrets.js';
import type { AgentPorts } from '../ports.js';
import type { Tool, ToolContext, ToolOutput } from '../tool.js';
import { checkEditsTool, dropEdits } from './checkEdits.js';
import { createFile } from './createFile.js';
import { findUsages } from './findUsages.js';
import { inspectModel } from './inspectModel.js';
import { lint } from './lint.js';
import { listModules } from './listModules.js';
import { proposeEdit } from './proposeEdit.js';
import { readSource } from './readSource.js';
import { suggestSizes } from './suggestSizes.js';
import { trainingContextTool } from './trainingContext.js';
import { bounded } from './text.js';
import { undoEdits } from './undoEdits.js';
import { verify } from './verify.js';

export const TOOLS: readonly Tool[] = [
  listModules,
  inspectModel,
  readSource,
  findUsages,
  trainingContextTool,
  lint,
  suggestSizes,
  proposeEdit,
  createFile,
  checkEditsTool,
  dropEdits,
  undoEdits,
  verify,
];

/** Those that only look: what may be offered to agents that aren't ours. */
export const READING_TOOLS: readonly Tool[] = TOOLS.filter(({ reads }) => reads);

/** The tools that a host has what they need for. */
export function toolsFor(ports: AgentPorts): readonly Tool[] {
  return TOOLS.filter((tool) => tool.available(ports));
}

/** Tools don't change: each is written as a schema once. */
const declared = new WeakMap<Tool, ToolDeclaration>();

/** A tool as a model is told of it. */
export function declarationOf(tool: Tool): ToolDeclaration {
  const known = declared.get(tool);
  if (known) return known;
  const { id, description, input } = tool;
  const { $schema: _schema, ...inputSchema } = z.toJSONSchema(input) as Record<string, unknown>;
  const declaration: ToolDeclaration = { name: id, description, inputSchema };
  declared.set(tool, declaration);
  return declaration;
}

/** What the call is doing, in plain words; the tool's title if the input isn't what it should be. */
export function progressOf(tool: Tool, input: unknown): string {
  const parsed = tool.input.safeParse(input);
  return parsed.success ? tool.progress(parsed.data) : tool.title;
}

/** Characters of a tool's result, unless the settings say otherwise. */
export const MOST_RESULT = 12_000;

/**
 * Runs a tool on what a model wrote, for every model: what looks like a secret is hidden, what is too long is cut, and what was read
 * is marked as nobody's order. What goes wrong is an answer for the model, so that it can do better.
 * @param most characters of the result
 * @throws CancelledError once the signal is aborted
 */
export async function callTool(
  tool: Tool,
  input: unknown,
  context: ToolContext,
  most = MOST_RESULT,
): Promise<ToolOutput> {
  const { text, isError = false } = await outputOf(tool, input, context);
  const shown = bounded(withoutSecrets(text), most);
  return { text: tool.reads && !isError ? fenced(tool.id, shown) : shown, isError };
}

async function outputOf(tool: Tool, input: unknown, context: ToolContext): Promise<ToolOutput> {
  if (context.signal.aborted) throw new CancelledError();
  const parsed = tool.input.safeParse(input);
  if (!parsed.success) return { text: `The input is not right: ${z.prettifyError(parsed.error)}`, isError: true };
  try {
    return await tool.run(parsed.data, context);
  } catch (error) {
    if (context.signal.aborted) throw new CancelledError();
    return { text: `${tool.id} failed: ${error instanceof Error ? error.message : String(error)}`, isError: true };
  }
}
