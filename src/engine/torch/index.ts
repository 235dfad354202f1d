/** Everything the engine knows about PyTorch, as modules the interpreter imports. */
import type { ModelledModule } from '../python/define.js';
import { baseModules } from './bases/index.js';
import { nnModules } from './nn/index.js';
import { opsModules } from './ops/index.js';

export const torchModules: readonly ModelledModule[] = [...opsModules, ...nnModules, ...baseModules];
