/** `logging` and `warnings`: silent, and without any effect on what they are given. */
import type { ModelledModule } from '../define.js';
import logging from './logging.py';
import warnings from './warnings.py';

export const loggingModules: readonly ModelledModule[] = [
  { name: 'logging', isPackage: true, source: logging },
  { name: 'warnings', source: warnings },
];
