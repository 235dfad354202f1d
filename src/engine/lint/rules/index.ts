import type { Rule } from '../types.js';
import { lossRules } from './loss.js';

/** All rules, by id. */
export const rules: readonly Rule[] = [...lossRules];
