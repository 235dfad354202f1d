/** `torch.nn.parallel` and the wrappers of `torch.distributed` that keep a module's parameters as they are. */
import type { ModelledModule } from '../../python/define.js';
import source from './python/parallel.py';

export const parallelModules: readonly ModelledModule[] = [
  { name: 'torch.nn.parallel', isPackage: true, source },
  { name: 'torch.nn.parallel.data_parallel', source: 'from torch.nn.parallel import DataParallel, data_parallel\n' },
  { name: 'torch.nn.parallel.distributed', source: 'from torch.nn.parallel import DistributedDataParallel\n' },
];
