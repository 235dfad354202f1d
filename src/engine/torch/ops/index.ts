/** All operators, and the modules of PyTorch they make up. */
import './pointwise.js';
import './shaping.js';
import './reducing.js';
import './joining.js';
import './indexing.js';
import './products.js';
import './conv.js';
import './pooling.js';
import './activation.js';
import './vision.js';
import './attention.js';
import './recurrent.js';
import './spectral.js';
import './linalg.js';
import '../creation.js';
import './methods.js';
import { operatorsOf } from './operator.js';
import { tensorClass } from '../tensorClass.js';
import { tensorNames } from '../tensorNames.js';
import { torchModuleList } from '../modules.js';
import { einopsModules } from '../einops.js';
import { numpyModules } from '../numpy.js';
import type { ModelledModule } from '../../python/define.js';

for (const [name, method] of operatorsOf('method')) tensorClass.namespace.set(name, method);
// Methods that exist and are not described: known to be there, their results are not known.
for (const name of tensorNames)
  if (!tensorClass.namespace.has(name))
    tensorClass.namespace.set(name, {
      kind: 'unknown',
      reason: `torch.Tensor.${name} is not described by the analyser`,
      place: null,
    });

export const opsModules: readonly ModelledModule[] = [...torchModuleList, ...einopsModules, ...numpyModules];
