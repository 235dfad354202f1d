/** The engine's bundle, which is compiled once for all runs of the command line. */
import { join } from 'node:path';
import type * as answers from './answers.js';
import { runCached } from './cachedCode.js';

/** Loads it into this thread. */
export function loadEngine(): typeof answers {
  return runCached(join(__dirname, 'cli-engine.js')) as typeof answers;
}
