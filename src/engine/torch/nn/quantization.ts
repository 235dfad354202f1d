/** `torch.ao` as far as float models name it: the same classes stand at all the places where PyTorch offers them. */
import type { ModelledModule } from '../../python/define.js';
import source from './python/quantization.py';

const SOURCE = 'torch.ao.quantization';
const stubs = ['QuantStub', 'DeQuantStub', 'QuantWrapper'];
const fusion = ['fuse_modules', 'fuse_modules_qat'];
const functional = ['FloatFunctional', 'FXFloatFunctional'];
const fused = [
  '_FusedModule',
  'ConvReLU1d',
  'ConvReLU2d',
  'ConvReLU3d',
  'LinearReLU',
  'BNReLU2d',
  'BNReLU3d',
  'ConvBn1d',
  'ConvBn2d',
  'ConvBn3d',
  'ConvBnReLU1d',
  'ConvBnReLU2d',
  'ConvBnReLU3d',
];

const reexport = (name: string, names: readonly string[], isPackage = false): ModelledModule => ({
  name,
  isPackage,
  source: names.length === 0 ? undefined : `from ${SOURCE} import ${names.join(', ')}\n`,
});

export const quantizationModules: readonly ModelledModule[] = [
  { name: 'torch.ao', isPackage: true },
  { name: SOURCE, isPackage: true, source },
  reexport('torch.ao.quantization.stubs', stubs),
  reexport('torch.ao.quantization.fuse_modules', fusion),
  reexport('torch.quantization', [...stubs, ...fusion], true),
  reexport('torch.ao.nn', [], true),
  reexport('torch.ao.nn.quantized', functional, true),
  reexport('torch.ao.nn.quantized.modules', functional, true),
  reexport('torch.ao.nn.quantized.modules.functional_modules', functional),
  reexport('torch.ao.nn.intrinsic', fused, true),
  reexport('torch.ao.nn.intrinsic.modules', fused, true),
  reexport('torch.ao.nn.intrinsic.modules.fused', fused),
  reexport('torch.nn.quantized', functional, true),
  reexport('torch.nn.quantized.modules', functional, true),
  reexport('torch.nn.intrinsic', fused, true),
  reexport('torch.nn.intrinsic.modules', fused, true),
];
