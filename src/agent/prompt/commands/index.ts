import type { AgentCommand } from '../../types.js';
import { ANALYZE } from './analyze.js';
import { DESIGN } from './design.js';
import { EXPLAIN } from './explain.js';
import { FIX } from './fix.js';
import { LOSS } from './loss.js';
import { SHRINK } from './shrink.js';
import { TRAIN } from './train.js';
import { VERIFY } from './verify.js';

/** What a command adds to the question. It goes with the question, so that the system prompt stays the same and cached. */
export const COMMAND_INSTRUCTIONS: Readonly<Record<AgentCommand, string>> = {
  analyze: ANALYZE,
  fix: FIX,
  design: DESIGN,
  loss: LOSS,
  explain: EXPLAIN,
  train: TRAIN,
  verify: VERIFY,
  shrink: SHRINK,
};
