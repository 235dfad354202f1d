/** The layers that most parameters live in. */
import type { PyClass } from '../../python/value.js';
import { batchNormLayers } from './batchNorm.js';
import { convolutionLayers } from './convolution.js';
import { embeddingLayers } from './embedding.js';
import { layerNormLayers } from './layerNorm.js';
import { linearLayers } from './linear.js';

export const weightedLayers: readonly PyClass[] = [
  ...linearLayers,
  ...convolutionLayers,
  ...batchNormLayers,
  ...layerNormLayers,
  ...embeddingLayers,
];
