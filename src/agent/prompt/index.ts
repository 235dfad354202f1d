/** The system prompt: the same for every question, so that providers keep it in their cache. */
import type { SystemBlock } from '../backend.js';
import { ANSWER } from './answer.js';
import { CODE } from './code.js';
import { METHOD } from './method.js';
import { PAPERS } from './papers.js';
import { PRACTICE } from './practice.js';
import { ROLE } from './role.js';
import { TOOL_RULES } from './tools.js';

export { COMMAND_INSTRUCTIONS } from './commands/index.js';

export const SYSTEM_PROMPT = [ROLE, METHOD, TOOL_RULES, CODE, PRACTICE, PAPERS, ANSWER].join('\n\n');

/** @param facts what holds for the workspace as long as it is open */
export function systemBlocks(facts: string): readonly SystemBlock[] {
  const prompt: SystemBlock = { text: SYSTEM_PROMPT, cache: true };
  return facts === '' ? [prompt] : [prompt, { text: facts, cache: true }];
}
