import type { Rule } from '../types.js';
import { architectureRules } from './architecture.js';
import { directiveRules } from './directive.js';
import { lossRules } from './loss.js';
import { numericRules } from './numerics.js';
import { registrationRules } from './registration.js';
import { trainingRules } from './training.js';

/** All rules, by id. */
export const rules: readonly Rule[] = [
  ...architectureRules,
  ...directiveRules,
  ...lossRules,
  ...numericRules,
  ...registrationRules,
  ...trainingRules,
];
