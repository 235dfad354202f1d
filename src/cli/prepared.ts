/** The engine's thread of one analysis: it begins to load before the command line is even read. */
import { EngineThread } from './engineThread.js';

const [, , command, ...flags] = process.argv;

/** `undefined` where another command is asked for, or many analyses. */
export const prepared = command === 'analyze' && !flags.includes('--batch') ? new EngineThread().prepare() : undefined;
