/** `torch.nn` and its submodules as the interpreter imports them. */
import { defineFunction, type ModelledModule } from '../../python/define.js';
import type { PyClass, Value } from '../../python/value.js';
import { recordOp } from '../trace.js';
import { initMembers } from './init.js';
import { moduleClass } from './module.js';
import { methodMembers } from './moduleMethods.js';
import { stateMembers } from './module.js';
import { walkMembers } from './moduleWalk.js';
import { isUnknown } from './objects.js';
import { parameterMembers } from './parameter.js';
import { sequentialForward } from './sequential.js';
import { simpleLayers } from './simpleLayers.js';
import { tupleMembers } from './tuples.js';
import { utilsModules } from './utils.js';
import { parallelModules } from './parallel.js';
import { quantizationModules } from './quantization.js';
import { weightedLayers } from './weightedLayers.js';
import { factoryOf, newParameter, sizesOf } from './weights.js';
import adaptiveSource from './python/adaptive.py';
import attentionSource from './python/attention.py';
import batchnormSource from './python/batchnorm.py';
import containerSource from './python/container.py';
import instancenormSource from './python/instancenorm.py';
import lazySource from './python/lazy.py';
import lazyConvSource from './python/lazyConv.py';
import lazyLinearSource from './python/lazyLinear.py';
import lossSource from './python/loss.py';
import rnnSource from './python/rnn.py';
import transformerSource from './python/transformer.py';
import utilsSource from './python/utils.py';

for (const [name, value] of Object.entries({ ...stateMembers, ...walkMembers, ...methodMembers })) moduleClass.namespace.set(name, value);

/** `_parameter(shape, device, dtype, bound)`: a parameter as layers make it, uniform within ±bound where a bound is given. */
const makeParameter = defineFunction('_parameter(shape, device=None, dtype=None, bound=None)', ({ shape, device, dtype, bound }, context) => {
  const limit = typeof bound === 'object' && bound?.kind === 'float' ? bound.value : undefined;
  return newParameter(sizesOf(shape ?? null, context), factoryOf(device, dtype, context), context, limit === undefined ? { name: 'empty' } : { name: 'uniform', args: { a: -limit, b: limit } });
});

/** Notes that what runs next costs an amount that depends on data. */
const costUnknown = defineFunction('_cost_unknown(reason)', ({ reason }, context) => {
  const unknown = isUnknown(reason) ? reason : context.unknown(typeof reason === 'string' ? reason : 'the cost depends on data');
  recordOp(context, { op: 'data dependent', inputs: [], macs: unknown });
  return null;
});

const { Parameter: parameterClass, is_lazy: isLazy } = parameterMembers();

/** The parts of `torch.nn.modules` that are written in Python: what they are given, and the public names they define. */
const written: Readonly<Record<string, { readonly source: string; readonly given?: Readonly<Record<string, Value>>; readonly names: readonly string[] }>> = {
  container: {
    source: containerSource,
    given: { Module: moduleClass, Parameter: parameterClass as Value, _sequential_forward: sequentialForward },
    names: ['Container', 'Sequential', 'ModuleList', 'ModuleDict', 'ParameterList', 'ParameterDict'],
  },
  rnn: {
    source: rnnSource,
    given: { Module: moduleClass, _parameter: makeParameter },
    names: ['RNNBase', 'RNN', 'LSTM', 'GRU', 'RNNCellBase', 'RNNCell', 'LSTMCell', 'GRUCell'],
  },
  activation: {
    source: attentionSource,
    given: { Module: moduleClass, Parameter: parameterClass as Value, _parameter: makeParameter },
    names: ['MultiheadAttention'],
  },
  transformer: { source: transformerSource, names: ['TransformerEncoder', 'TransformerDecoder', 'TransformerEncoderLayer', 'TransformerDecoderLayer', 'Transformer'] },
  adaptive: { source: adaptiveSource, given: { _cost_unknown: costUnknown }, names: ['AdaptiveLogSoftmaxWithLoss'] },
  lazy: { source: lazySource, given: { Module: moduleClass, _is_lazy: isLazy as Value }, names: [] },
  linear: { source: lazyLinearSource, names: ['LazyLinear'] },
  conv: { source: lazyConvSource, names: ['LazyConv1d', 'LazyConv2d', 'LazyConv3d', 'LazyConvTranspose1d', 'LazyConvTranspose2d', 'LazyConvTranspose3d'] },
  batchnorm: { source: batchnormSource, names: ['LazyBatchNorm1d', 'LazyBatchNorm2d', 'LazyBatchNorm3d', 'SyncBatchNorm'] },
  instancenorm: { source: instancenormSource, names: ['LazyInstanceNorm1d', 'LazyInstanceNorm2d', 'LazyInstanceNorm3d'] },
  loss: { source: lossSource, names: ['LinearCrossEntropyLoss', 'LinearCrossEntropyOptions'] },
  utils: { source: utilsSource, given: tupleMembers, names: [] },
};

/** Classes that need no interpretation, by the last part of their module's name. */
const classes: readonly PyClass[] = [...simpleLayers, ...weightedLayers];

function classesOf(part: string): Record<string, Value> {
  return Object.fromEntries(classes.filter((cls) => cls.module === `torch.nn.modules.${part}`).map((cls) => [cls.name, cls]));
}

/** Where a name of `torch.nn` is found that is not there from the start. */
const homes = new Map<string, string>();
for (const [part, { names }] of Object.entries(written)) for (const name of names) homes.set(name, `torch.nn.modules.${part}`);
homes.set('DataParallel', 'torch.nn.parallel');

/** `torch.nn.__getattr__`: brings in the rarer classes when they are first named. */
const lateName = defineFunction('__getattr__(name)', ({ name }, context) => {
  const home = typeof name === 'string' ? homes.get(name) : undefined;
  if (home === undefined) return isUnknown(name) ? name : context.raise('AttributeError', `module 'torch.nn' has no attribute '${String(name)}'`);
  const module = context.importModule(home);
  return isUnknown(module) ? module : context.requireAttribute(module, name as string);
});

function publicClasses(): Record<string, Value> {
  return Object.fromEntries(classes.filter((cls) => !cls.name.startsWith('_') && cls.name !== 'NonDynamicallyQuantizableLinear').map((cls) => [cls.name, cls]));
}

function exported(names: Record<string, Value>): Value {
  return { kind: 'list', items: [...Object.keys(names).filter((name) => !name.startsWith('_')), ...homes.keys()], cls: null, attrs: null, saved: 0, taint: null };
}

const factoryKwargs = defineFunction('factory_kwargs(kwargs)', ({ kwargs }, context) => {
  if (isUnknown(kwargs)) return kwargs;
  if (kwargs === null || kwargs === undefined) return context.dict();
  const names = ['device', 'dtype', 'memory_format'];
  const given = context.items(context.callMethod(kwargs, 'items'));
  if (isUnknown(given)) return given;
  return context.dict(given.flatMap((pair) => {
    const [key, value] = typeof pair === 'object' && pair?.kind === 'tuple' ? pair.items : [];
    return typeof key === 'string' && names.includes(key) && value !== undefined ? [[key, value] as const] : [];
  }));
});

const nnMembers = (): Record<string, Value> => ({ Module: moduleClass, ...publicClasses(), ...parameterMembers(), factory_kwargs: factoryKwargs, __getattr__: lateName });

const parts = new Set([...Object.keys(written), ...classes.map((cls) => cls.module.slice('torch.nn.modules.'.length))]);

/** Type aliases of `torch.nn.common_types`; what they stand for doesn't matter at run time. */
const sizeAliases = ['_scalar_or_tuple_any_t', '_scalar_or_tuple_1_t', '_scalar_or_tuple_2_t', '_scalar_or_tuple_3_t', '_scalar_or_tuple_4_t', '_scalar_or_tuple_5_t', '_scalar_or_tuple_6_t', '_size_any_t', '_size_1_t', '_size_2_t', '_size_3_t', '_size_4_t', '_size_5_t', '_size_6_t', '_size_any_opt_t', '_size_2_opt_t', '_size_3_opt_t', '_ratio_2_t', '_ratio_3_t', '_ratio_any_t', '_tensor_list_t', '_maybe_indices_t'];

export const nnModules: readonly ModelledModule[] = [
  { name: 'torch.nn', isPackage: true, complete: true, members: () => ({ ...nnMembers(), __all__: exported(nnMembers()) }) },
  { name: 'torch.nn.modules', isPackage: true, complete: true, members: () => ({ ...nnMembers(), __all__: exported(nnMembers()) }) },
  { name: 'torch.nn.modules.module', members: () => ({ Module: moduleClass }) },
  ...[...parts].map((part): ModelledModule => ({
    name: `torch.nn.modules.${part}`,
    members: () => ({ Module: moduleClass, ...classesOf(part), ...written[part]?.given }),
    source: written[part]?.source,
  })),
  { name: 'torch.nn.parameter', complete: true, members: parameterMembers },
  { name: 'torch.nn.init', complete: true, members: initMembers },
  { name: 'torch.nn.common_types', members: () => Object.fromEntries(sizeAliases.map((name) => [name, { kind: 'singleton', name: 'Ellipsis' }])) },
  ...utilsModules,
  ...parallelModules,
  ...quantizationModules,
];
