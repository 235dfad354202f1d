import { join } from 'node:path';
import { CACHE } from './paths.js';

/** The Python with PyTorch that `npm test` prepares for layers whose tests import this file. */
export const TORCH_PYTHON = join(CACHE, 'venv', 'bin', 'python');
