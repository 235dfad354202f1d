/** Every layer of `torch.nn` without parameters. */
import type { PyClass } from '../../python/value.js';
import { activationLayers } from './activation.js';
import { dropoutLayers } from './dropout.js';
import { lossLayers } from './loss.js';
import { otherLayers } from './otherLayers.js';
import { paddingLayers } from './padding.js';
import { poolingLayers } from './pooling.js';

export const simpleLayers: readonly PyClass[] = [
  ...activationLayers,
  ...dropoutLayers,
  ...poolingLayers,
  ...paddingLayers,
  ...otherLayers,
  ...lossLayers,
];
