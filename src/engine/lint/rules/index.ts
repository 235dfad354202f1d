import type { Rule } from '../types.js';
import { architectureRules } from './architecture.js';
import { bufferRules } from './buffers.js';
import { depthRules } from './depth.js';
import { directiveRules } from './directive.js';
import { gradientRules } from './gradients.js';
import { layerRules } from './layers.js';
import { loopRules } from './loops.js';
import { lossRules } from './loss.js';
import { misfitRules } from './misfits.js';
import { numericRules } from './numerics.js';
import { objectiveRules } from './objective.js';
import { registrationRules } from './registration.js';
import { trainingRules } from './training.js';
import { usageRules } from './usage.js';
import { viewRules } from './views.js';

/** All rules, by id. */
export const rules: readonly Rule[] = [
  ...architectureRules,
  ...depthRules,
  ...misfitRules,
  ...viewRules,
  ...layerRules,
  ...directiveRules,
  ...lossRules,
  ...objectiveRules,
  ...numericRules,
  ...registrationRules,
  ...bufferRules,
  ...usageRules,
  ...gradientRules,
  ...trainingRules,
  ...loopRules,
].sort((a, b) => (a.id < b.id ? -1 : 1));
