/** `torch.nn` and its submodules as the interpreter imports them. */
import { intClass } from '../../python/builtins/classes.js';
import { defineFunction, type ModelledModule } from '../../python/define.js';
import type { PyClass, Value } from '../../python/value.js';
import { recordOp } from '../trace.js';
import { initMembers } from './init.js';
import { moduleClass } from './module.js';
import { methodMembers, removableHandle } from './moduleMethods.js';
import { stateMembers } from './module.js';
import { walkMembers } from './moduleWalk.js';
import { isUnknown, keyText } from './objects.js';
import { parameterMembers } from './parameter.js';
import { sequentialForward } from './sequential.js';
import { simpleLayers } from './simpleLayers.js';
import { tupleMembers } from './tuples.js';
import { utilsModules } from './utils.js';
import { parallelModules } from './parallel.js';
import { quantizationModules } from './quantization.js';
import { weightedLayers } from './weightedLayers.js';
import { factoryOf, newParameter, sizesOf } from './weights.js';
import attentionKernelsSource from './python/attentionKernels.py';
import flexAttentionSource from './python/flexAttention.py';
import moduleHooksSource from './python/moduleHooks.py';
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

for (const [name, value] of Object.entries({ ...stateMembers, ...walkMembers, ...methodMembers }))
  moduleClass.namespace.set(name, value);

/** `_parameter(shape, device, dtype, bound)`: a parameter as layers make it, uniform within ±bound where a bound is given. */
const makeParameter = defineFunction(
  '_parameter(shape, device=None, dtype=None, bound=None)',
  ({ shape, device, dtype, bound }, context) => {
    const limit = typeof bound === 'object' && bound?.kind === 'float' ? bound.value : undefined;
    return newParameter(
      sizesOf(shape ?? null, context),
      factoryOf(device, dtype, context),
      context,
      limit === undefined ? { name: 'empty' } : { name: 'uniform', args: { a: -limit, b: limit } },
    );
  },
);

/** Notes that what runs next costs an amount that depends on data. */
const costUnknown = defineFunction('_cost_unknown(reason)', ({ reason }, context) => {
  const unknown = isUnknown(reason)
    ? reason
    : context.unknown(typeof reason === 'string' ? reason : 'the cost depends on data');
  recordOp(context, { op: 'data dependent', inputs: [], macs: unknown });
  return null;
});

const { Parameter: parameterClass, is_lazy: isLazy } = parameterMembers();

/** The parts of `torch.nn.modules` that are written in Python: what they are given, and the public names they define. */
const written: Readonly<
  Record<
    string,
    { readonly source: string; readonly given?: Readonly<Record<string, Value>>; readonly names: readonly string[] }
  >
> = {
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
  transformer: {
    source: transformerSource,
    names: [
      'TransformerEncoder',
      'TransformerDecoder',
      'TransformerEncoderLayer',
      'TransformerDecoderLayer',
      'Transformer',
    ],
  },
  adaptive: { source: adaptiveSource, given: { _cost_unknown: costUnknown }, names: ['AdaptiveLogSoftmaxWithLoss'] },
  lazy: { source: lazySource, given: { Module: moduleClass, _is_lazy: isLazy as Value }, names: [] },
  linear: { source: lazyLinearSource, names: ['LazyLinear'] },
  conv: {
    source: lazyConvSource,
    names: [
      'LazyConv1d',
      'LazyConv2d',
      'LazyConv3d',
      'LazyConvTranspose1d',
      'LazyConvTranspose2d',
      'LazyConvTranspose3d',
    ],
  },
  batchnorm: {
    source: batchnormSource,
    names: ['LazyBatchNorm1d', 'LazyBatchNorm2d', 'LazyBatchNorm3d', 'SyncBatchNorm'],
  },
  instancenorm: {
    source: instancenormSource,
    names: ['LazyInstanceNorm1d', 'LazyInstanceNorm2d', 'LazyInstanceNorm3d'],
  },
  loss: { source: lossSource, names: ['LinearCrossEntropyLoss', 'LinearCrossEntropyOptions'] },
  utils: { source: utilsSource, given: tupleMembers, names: [] },
};

/** Classes that need no interpretation, by the last part of their module's name. */
const classes: readonly PyClass[] = [...simpleLayers, ...weightedLayers];

function classesOf(part: string): Record<string, Value> {
  return Object.fromEntries(
    classes.filter((cls) => cls.module === `torch.nn.modules.${part}`).map((cls) => [cls.name, cls]),
  );
}

/** Where a name of `torch.nn` is found that is not there from the start. */
const homes = new Map<string, string>();
for (const [part, { names }] of Object.entries(written))
  for (const name of names) homes.set(name, `torch.nn.modules.${part}`);
homes.set('DataParallel', 'torch.nn.parallel');

/** `torch.nn.__getattr__`: brings in the rarer classes when they are first named. */
const lateName = defineFunction('__getattr__(name)', ({ name }, context) => {
  const home = typeof name === 'string' ? homes.get(name) : undefined;
  if (home === undefined)
    return isUnknown(name)
      ? name
      : context.raise('AttributeError', `module 'torch.nn' has no attribute '${keyText(name ?? null)}'`);
  const module = context.importModule(home);
  return isUnknown(module) ? module : context.requireAttribute(module, name as string);
});

function publicClasses(): Record<string, Value> {
  return Object.fromEntries(
    classes
      .filter((cls) => !cls.name.startsWith('_') && cls.name !== 'NonDynamicallyQuantizableLinear')
      .map((cls) => [cls.name, cls]),
  );
}

function exported(names: Record<string, Value>): Value {
  return {
    kind: 'list',
    items: [...Object.keys(names).filter((name) => !name.startsWith('_')), ...homes.keys()],
    cls: null,
    attrs: null,
    saved: 0,
    taint: null,
  };
}

/** `torch.nn._reduction`. */
const reductionMembers: Readonly<Record<string, Value>> = {
  get_enum: defineFunction('get_enum(reduction)', ({ reduction }, context) => {
    const index = ['none', 'mean', 'sum'].indexOf(typeof reduction === 'string' ? reduction : '');
    if (isUnknown(reduction)) return reduction;
    return index >= 0
      ? index
      : context.raise('ValueError', `${keyText(reduction ?? null)} is not a valid value for reduction`);
  }),
  legacy_get_string: defineFunction(
    'legacy_get_string(size_average, reduce, emit_warning=True)',
    ({ size_average: average, reduce }, context) => {
      const reduces = context.truth(reduce ?? true);
      const averages = context.truth(average ?? true);
      if (isUnknown(reduces)) return reduces;
      if (isUnknown(averages)) return averages;
      return !reduces ? 'none' : averages ? 'mean' : 'sum';
    },
  ),
};

const factoryKwargs = defineFunction('factory_kwargs(kwargs)', ({ kwargs }, context) => {
  if (isUnknown(kwargs)) return kwargs;
  if (kwargs === null || kwargs === undefined) return context.dict();
  const names = ['device', 'dtype', 'memory_format'];
  const given = context.items(context.callMethod(kwargs, 'items'));
  if (isUnknown(given)) return given;
  return context.dict(
    given.flatMap((pair) => {
      const [key, value] = typeof pair === 'object' && pair?.kind === 'tuple' ? pair.items : [];
      return typeof key === 'string' && names.includes(key) && value !== undefined ? [[key, value] as const] : [];
    }),
  );
});

/** Type aliases of `torch.nn.common_types`; any class does, since they only stand in annotations. */
const sizeAliases = [
  '_scalar_or_tuple_any_t',
  '_scalar_or_tuple_1_t',
  '_scalar_or_tuple_2_t',
  '_scalar_or_tuple_3_t',
  '_scalar_or_tuple_4_t',
  '_scalar_or_tuple_5_t',
  '_scalar_or_tuple_6_t',
  '_size_any_t',
  '_size_1_t',
  '_size_2_t',
  '_size_3_t',
  '_size_4_t',
  '_size_5_t',
  '_size_6_t',
  '_size_any_opt_t',
  '_size_2_opt_t',
  '_size_3_opt_t',
  '_ratio_2_t',
  '_ratio_3_t',
  '_ratio_any_t',
  '_tensor_list_t',
  '_maybe_indices_t',
];

/** Names that the files of `torch.nn.modules` import themselves, so that others can import them from there. */
const imported: Readonly<Record<string, readonly [module: string, name?: string]>> = {
  F: ['torch.nn.functional'],
  init: ['torch.nn.init'],
  torch: ['torch'],
  math: ['math'],
  warnings: ['warnings'],
  numbers: ['numbers'],
  copy: ['copy'],
  operator: ['operator'],
  itertools: ['itertools'],
  collections: ['collections'],
  functools: ['functools'],
  _VF: ['torch._VF'],
  Tensor: ['torch', 'Tensor'],
  Size: ['torch', 'Size'],
  OrderedDict: ['collections', 'OrderedDict'],
  namedtuple: ['collections', 'namedtuple'],
  container_abcs: ['collections.abc'],
  chain: ['itertools', 'chain'],
  islice: ['itertools', 'islice'],
  repeat: ['itertools', 'repeat'],
  PackedSequence: ['torch.nn.utils.rnn', 'PackedSequence'],
  LazyModuleMixin: ['torch.nn.modules.lazy', 'LazyModuleMixin'],
  constant_: ['torch.nn.init', 'constant_'],
  xavier_normal_: ['torch.nn.init', 'xavier_normal_'],
  xavier_uniform_: ['torch.nn.init', 'xavier_uniform_'],
  _reverse_repeat_tuple: ['torch.nn.modules.utils', '_reverse_repeat_tuple'],
  _list_with_default: ['torch.nn.modules.utils', '_list_with_default'],
  ...Object.fromEntries(
    [
      'Any',
      'Callable',
      'Dict',
      'Iterable',
      'Iterator',
      'List',
      'Mapping',
      'Optional',
      'Sequence',
      'Set',
      'Tuple',
      'TypeVar',
      'Union',
      'overload',
    ].map((name) => [name, ['typing', name] as const]),
  ),
};

/** `__getattr__` of the modules below `torch.nn.modules`. */
const partName = (part: string): Value =>
  defineFunction('__getattr__(name)', ({ name }, context) => {
    if (typeof name !== 'string') return name ?? null;
    const direct = tupleMembers[name] ?? (sizeAliases.includes(name) ? intClass : undefined) ?? nnMembers()[name];
    if (direct !== undefined && name !== '__getattr__') return direct;
    const [module, member] = imported[name] ?? (homes.has(name) ? [homes.get(name) as string, name] : []);
    if (module === undefined)
      return context.raise('AttributeError', `module 'torch.nn.modules.${part}' has no attribute '${name}'`);
    const found = context.importModule(module);
    return isUnknown(found) || member === undefined ? found : context.requireAttribute(found, member);
  });

const nnMembers = (): Record<string, Value> => ({
  Module: moduleClass,
  ...publicClasses(),
  ...parameterMembers(),
  factory_kwargs: factoryKwargs,
  __getattr__: lateName,
});

const parts = new Set([...Object.keys(written), ...classes.map((cls) => cls.module.slice('torch.nn.modules.'.length))]);

export const nnModules: readonly ModelledModule[] = [
  {
    name: 'torch.nn',
    isPackage: true,
    complete: true,
    members: () => ({ ...nnMembers(), __all__: exported(nnMembers()) }),
  },
  {
    name: 'torch.nn.modules',
    isPackage: true,
    complete: true,
    members: () => ({ ...nnMembers(), __all__: exported(nnMembers()) }),
  },
  {
    name: 'torch.nn.modules.module',
    members: () => ({ Module: moduleClass, __getattr__: partName('module') }),
    source: moduleHooksSource,
  },
  { name: 'torch.nn._reduction', complete: true, members: () => reductionMembers },
  { name: 'torch.nn.attention', isPackage: true, source: attentionKernelsSource },
  { name: 'torch.nn.attention.flex_attention', source: flexAttentionSource },
  ...[...parts].map((part): ModelledModule => ({
    name: `torch.nn.modules.${part}`,
    members: () => ({ Module: moduleClass, ...classesOf(part), ...written[part]?.given, __getattr__: partName(part) }),
    source: written[part]?.source,
  })),
  { name: 'torch.nn.parameter', complete: true, members: parameterMembers },
  { name: 'torch.nn.init', complete: true, members: initMembers },
  { name: 'torch.nn.common_types', members: () => Object.fromEntries(sizeAliases.map((name) => [name, intClass])) },
  { name: 'torch.utils.hooks', members: () => ({ RemovableHandle: removableHandle }) },
  ...utilsModules,
  ...parallelModules,
  ...quantizationModules,
];
