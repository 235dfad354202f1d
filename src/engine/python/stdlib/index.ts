/** The modelled part of the standard library. */
import type { ModelledModule } from '../define.js';

export const stdlib: readonly ModelledModule[] = [];
