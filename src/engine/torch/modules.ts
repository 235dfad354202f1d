/** The modules of PyTorch besides `torch.nn`: what they hold, and what is written in Python beside the operators. */
import { defineClass, defineFunction, type ModelledModule } from '../python/define.js';
import { objectClass } from '../python/builtins/classes.js';
import type { Context } from '../python/context.js';
import type { PyBuiltin, PyClass, PyInstance, Value } from '../python/value.js';
import { isSym, symbol } from '../python/symint.js';
import { broadcast } from './broadcast.js';
import { legacyConstructor, legacyTensors } from './creation.js';
import { defaultDevice, deviceClass, deviceOf, makeDevice, setDefaultDevice } from './device.js';
import { isUnknown } from './dims.js';
import { defaultDtype, dtypeClass, dtypeObject, dtypeOf, dtypes, setDefaultDtype } from './dtypes.js';
import { autocastDType, switchAutocast } from './autocast.js';
import { gradEnabled, setGradEnabled } from './gradMode.js';
import { makeUnknown } from './makeUnknown.js';
import { Args, operatorsOf, Undetermined } from './ops/operator.js';
import { functionalNames, torchNames } from './publicNames.js';
import { makeSize, sizeClass } from './size.js';
import { markCheckpoint } from './tape.js';
import { isTensor, makeTensor, type Dim } from './tensor.js';
import { vmap } from './vmap.js';
import { tensorClass } from './tensorClass.js';
import autogradSource from './python/autograd.py';
import checkpointSource from './python/checkpoint.py';
import dataSource from './python/data.py';
import distributedSource from './python/distributed.py';
import distributionsSource from './python/distributions.py';
import functionalSource from './python/functional.py';
import gradModeSource from './python/gradMode.py';
import jitSource from './python/jit.py';
import librarySource from './python/library.py';
import lrSchedulerSource from './python/lrScheduler.py';
import { observeStep, rehearsalOf, type ObservedStep } from './rehearsal.js';
import { replayed } from './replay.js';
import miscSource from './python/misc.py';
import pytreeSource from './python/pytree.py';
import versionSource from './python/version.py';
import optimSource from './python/optim.py';

/** Files of `torch.distributions` and what they define. */
const DISTRIBUTIONS = [
  ['bernoulli', 'Bernoulli'],
  ['beta', 'Beta'],
  ['categorical', 'Categorical'],
  ['cauchy', 'Cauchy'],
  ['dirichlet', 'Dirichlet'],
  ['distribution', 'Distribution'],
  ['exponential', 'Exponential'],
  ['gamma', 'Gamma'],
  ['geometric', 'Geometric'],
  ['gumbel', 'Gumbel'],
  ['half_normal', 'HalfNormal'],
  ['independent', 'Independent'],
  ['kl', 'kl_divergence'],
  ['laplace', 'Laplace'],
  ['log_normal', 'LogNormal'],
  ['normal', 'Normal'],
  ['one_hot_categorical', 'OneHotCategorical, OneHotCategoricalStraightThrough'],
  ['poisson', 'Poisson'],
  ['studentT', 'StudentT'],
  ['uniform', 'Uniform'],
] as const;

const none = (signature: string): PyBuiltin => defineFunction(signature, () => null);
const constant = (signature: string, value: Value): PyBuiltin => defineFunction(signature, () => value);
const unknownFunction = (name: string, reason: string): PyBuiltin =>
  defineFunction(`${name}(*args, **kwargs)`, (_args, context) => context.unknown(reason));
const observe = defineFunction('_observe(name, self)', ({ name, self }, context) => {
  observeStep(context, name as ObservedStep['name'], self ?? null, []);
  return null;
});
const identity = defineFunction('identity(value)', ({ value }) => value ?? null);

/** An object that is only itself: layouts, memory formats. */
function token(className: string, name: string): PyInstance {
  const cls = tokenClass(className);
  return { kind: 'instance', cls, attrs: new Map<string, Value>([['name', name]]), place: null, saved: 0, taint: null };
}
const tokenClasses = new Map<string, PyClass>();
function tokenClass(name: string): PyClass {
  let cls = tokenClasses.get(name);
  if (!cls) {
    cls = defineClass(name, {
      module: 'torch',
      bases: [objectClass],
      members: {
        __repr__: defineFunction('__repr__(self)', ({ self }, context) =>
          context.binary('+', 'torch.', (self as PyInstance).attrs.get('name') ?? ''),
        ),
      },
    });
    tokenClasses.set(name, cls);
  }
  return cls;
}

/** For more names than a fixed layout can have: V8 would try to give it one with each that is added, for milliseconds. */
const emptyTable = (): Record<string, Value> => Object.create(null) as Record<string, Value>;

function table(where: Parameters<typeof operatorsOf>[0]): Record<string, Value> {
  const found = emptyTable();
  for (const [name, value] of operatorsOf(where)) found[name] = value;
  return found;
}
/** Names that exist and are not described. */
function undescribed(
  module: string,
  names: readonly string[],
  known: Readonly<Record<string, Value>>,
  submodules: readonly string[],
): Record<string, Value> {
  const rest = emptyTable();
  const others = new Set(submodules);
  for (const name of names)
    if (!(name in known) && !others.has(name))
      rest[name] = { kind: 'unknown', reason: `${module}.${name} is not described by the analyser`, place: null };
  return rest;
}

// ---------------------------------------------------------------- torch

const noCuda = (context: Context): boolean => {
  context.assume('no GPU: torch.cuda.is_available() is False');
  return false;
};

const legacyClasses = new Map<string, PyClass>();
function legacyClass(name: string, module: string, device: string): PyClass {
  const key = `${module}.${name}`;
  let cls = legacyClasses.get(key);
  const dtype = legacyTensors[name];
  if (!cls && dtype) {
    const make = legacyConstructor(dtype, device);
    cls = defineClass(name, {
      module,
      layout: 'native',
      construct: (_cls, args, kwargs, context) => make(args, kwargs, context),
    });
    legacyClasses.set(key, cls);
  }
  return cls as PyClass;
}

const states: Readonly<Record<string, Value>> = {
  _grad_enabled: defineFunction('_grad_enabled()', (_args, context) => gradEnabled(context)),
  _set_grad_enabled: defineFunction('_set_grad_enabled(mode)', ({ mode }, context) => {
    const flag = context.truth(mode ?? null);
    setGradEnabled(context, isUnknown(flag) ? true : flag);
    return null;
  }),
  _switch_autocast: defineFunction('_switch_autocast(enabled, dtype=None)', ({ enabled, dtype }, context) => {
    const flag = context.truth(enabled ?? null);
    const given = dtypeOf(dtype ?? null, context);
    const to = given === undefined || isUnknown(given) ? (autocastDType(context) ?? 'bfloat16') : given;
    const before = switchAutocast(context, isUnknown(flag) ? flag : flag ? to : null);
    return before === null ? null : dtypeObject(before);
  }),
};

function ownFunctions(): Record<string, Value> {
  return {
    is_grad_enabled: defineFunction('is_grad_enabled()', (_args, context) => gradEnabled(context)),
    is_inference_mode_enabled: constant('is_inference_mode_enabled()', false),
    is_autocast_enabled: defineFunction(
      'is_autocast_enabled(device_type=None)',
      (_args, context) => autocastDType(context) !== null,
    ),
    is_autocast_cpu_enabled: defineFunction(
      'is_autocast_cpu_enabled()',
      (_args, context) => autocastDType(context) !== null,
    ),
    is_autocast_cache_enabled: constant('is_autocast_cache_enabled()', true),
    get_autocast_gpu_dtype: constant('get_autocast_gpu_dtype()', dtypeObject('float16')),
    get_autocast_cpu_dtype: constant('get_autocast_cpu_dtype()', dtypeObject('bfloat16')),
    get_autocast_dtype: defineFunction('get_autocast_dtype(device_type)', ({ device_type }) =>
      dtypeObject(device_type === 'cpu' ? 'bfloat16' : 'float16'),
    ),
    clear_autocast_cache: none('clear_autocast_cache()'),
    get_default_dtype: defineFunction('get_default_dtype()', (_args, context) => dtypeObject(defaultDtype(context))),
    set_default_dtype: defineFunction('set_default_dtype(d)', ({ d }, context) => {
      const dtype = dtypeOf(d ?? null, context);
      if (dtype !== undefined && !isUnknown(dtype)) setDefaultDtype(context, dtype);
      return null;
    }),
    set_default_tensor_type: defineFunction('set_default_tensor_type(t)', ({ t }, context) => {
      const name =
        typeof t === 'string' ? (t.split('.').pop() ?? '') : typeof t === 'object' && t?.kind === 'class' ? t.name : '';
      const dtype = legacyTensors[name];
      if (dtype) setDefaultDtype(context, dtype);
      return null;
    }),
    set_default_device: defineFunction('set_default_device(device)', ({ device }, context) => {
      setDefaultDevice(context, deviceOf(device ?? null) ?? 'cpu');
      return null;
    }),
    get_default_device: defineFunction('get_default_device()', (_args, context) =>
      makeDevice(context.heap, defaultDevice(context)),
    ),
    is_storage: constant('is_storage(obj)', false),
    broadcast_shapes: defineFunction('broadcast_shapes(*shapes)', ({ shapes }, context) => {
      const args = new Args('broadcast_shapes', {}, context);
      try {
        const items = typeof shapes === 'object' && shapes?.kind === 'tuple' ? shapes.items : [];
        const joint = broadcast(
          args,
          items.map((item) => args.toDims(item)),
        );
        return isUnknown(joint) ? joint : makeSize(joint);
      } catch (error) {
        if (error instanceof Undetermined) return error.unknown;
        throw error;
      }
    }),
    result_type: defineFunction('result_type(tensor1, tensor2)', ({ tensor1, tensor2 }, context) => {
      const sum = context.binary('+', tensor1 ?? null, tensor2 ?? null);
      return isTensor(sum) ? context.requireAttribute(sum, 'dtype') : context.unknown('the common dtype is not known');
    }),
    save: none('save(obj, f, pickle_module=None, pickle_protocol=2, _use_new_zipfile_serialization=True)'),
    load: unknownFunction('load', 'torch.load reads a file at run time'),
    manual_seed: defineFunction('manual_seed(seed)', (_args, context) =>
      context.unknown('a random generator exists only at run time'),
    ),
    seed: constant('seed()', 0),
    initial_seed: constant('initial_seed()', 0),
    get_rng_state: unknownFunction('get_rng_state', 'the state of a random generator exists only at run time'),
    set_rng_state: none('set_rng_state(new_state)'),
    set_num_threads: none('set_num_threads(n)'),
    set_num_interop_threads: none('set_num_interop_threads(n)'),
    get_num_threads: constant('get_num_threads()', 1),
    set_printoptions: none(
      'set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None)',
    ),
    use_deterministic_algorithms: none('use_deterministic_algorithms(mode, warn_only=False)'),
    are_deterministic_algorithms_enabled: constant('are_deterministic_algorithms_enabled()', false),
    is_deterministic_algorithms_warn_only_enabled: constant('is_deterministic_algorithms_warn_only_enabled()', false),
    get_deterministic_debug_mode: constant('get_deterministic_debug_mode()', 0),
    is_warn_always_enabled: constant('is_warn_always_enabled()', false),
    get_num_interop_threads: constant('get_num_interop_threads()', 1),
    _assert_async: none('_assert_async(*args)'),
    set_float32_matmul_precision: none('set_float32_matmul_precision(precision)'),
    get_float32_matmul_precision: constant('get_float32_matmul_precision()', 'highest'),
    set_flush_denormal: constant('set_flush_denormal(mode)', true),
    set_deterministic_debug_mode: none('set_deterministic_debug_mode(debug_mode)'),
    set_warn_always: none('set_warn_always(b)'),
    set_anomaly_enabled: none('set_anomaly_enabled(mode, check_nan=True)'),
    is_anomaly_enabled: constant('is_anomaly_enabled()', false),
    _assert: defineFunction('_assert(condition, message)', ({ condition, message }, context) => {
      const truth = context.truth(condition ?? null);
      if (truth === false) return context.raise('AssertionError', typeof message === 'string' ? message : '');
      return null;
    }),
    _check: none('_check(cond, message=None)'),
    _check_is_size: none('_check_is_size(i, message=None, *, max=None)'),
    sym_int: defineFunction('sym_int(a)', ({ a }, context) => context.call(context.builtinClass('int'), [a ?? null])),
    sym_float: defineFunction('sym_float(a)', ({ a }, context) =>
      context.call(context.builtinClass('float'), [a ?? null]),
    ),
    is_vulkan_available: constant('is_vulkan_available()', false),
    _is_compiling: constant('_is_compiling()', false),
    _unknown: makeUnknown,
  };
}

const submodules = [
  'nn',
  'optim',
  'utils',
  'autograd',
  'cuda',
  'amp',
  'jit',
  'backends',
  'distributed',
  'fx',
  'hub',
  'onnx',
  'overrides',
  'types',
  '_C',
  '_VF',
  '_jit_internal',
  '_guards',
  'linalg',
  'special',
  'fft',
  'random',
  'version',
  '_dynamo',
  'library',
  'compiler',
  'func',
  'multiprocessing',
  'testing',
  'sparse',
  'distributions',
  'ops',
  'mps',
  'xpu',
  'cpu',
  'profiler',
  'nested',
  'export',
  'futures',
  'functional',
  'quantization',
  'ao',
  'package',
  'masked',
  'monitor',
  '_tensor',
  '_utils',
  'storage',
  'serialization',
  'return_types',
  '_ops',
  '_prims',
  '_refs',
  '_inductor',
  '_functorch',
  '_higher_order_ops',
  'signal',
  '_lowrank',
  '_grad_mode',
  'accelerator',
  'torch_version',
  'contrib',
  'hip',
  'classes',
];

function torchMembers(): Record<string, Value> {
  const known: Record<string, Value> = {
    ...table('torch'),
    ...ownFunctions(),
    ...states,
    Tensor: tensorClass,
    Size: sizeClass,
    device: deviceClass,
    dtype: dtypeClass,
    layout: tokenClass('layout'),
    memory_format: tokenClass('memory_format'),
    qscheme: tokenClass('qscheme'),
    SymInt: tokenClass('SymInt'),
    SymFloat: tokenClass('SymFloat'),
    SymBool: tokenClass('SymBool'),
    pi: { kind: 'float', value: Math.PI },
    e: { kind: 'float', value: Math.E },
    inf: { kind: 'float', value: Infinity },
    nan: { kind: 'float', value: NaN },
    newaxis: null,
    vmap,
  };
  for (const facts of dtypes)
    for (const name of [facts.name, ...(facts.aliases ?? [])]) known[name] = dtypeObject(facts.name);
  for (const name of [
    'strided',
    'sparse_coo',
    'sparse_csr',
    'sparse_csc',
    'sparse_bsr',
    'sparse_bsc',
    '_mkldnn',
    'jagged',
  ])
    known[name] = token('layout', name);
  for (const name of ['contiguous_format', 'preserve_format', 'channels_last', 'channels_last_3d'])
    known[name] = token('memory_format', name);
  for (const name of ['per_tensor_affine', 'per_channel_affine', 'per_tensor_symmetric', 'per_channel_symmetric'])
    known[name] = token('qscheme', name);
  for (const name of Object.keys(legacyTensors)) known[name] = legacyClass(name, 'torch', 'cpu');
  const fromPython = [
    'Generator',
    'finfo',
    'iinfo',
    'compile',
    'typename',
    'cond',
    'no_grad',
    'enable_grad',
    'inference_mode',
    'set_grad_enabled',
    'autocast',
    'is_autocast_available',
  ];
  return { ...undescribed('torch', torchNames, known, [...submodules, ...fromPython]), ...known };
}

/** Names of `torch` that are written in Python and live in a module of their own. */
const torchSource = `from torch._grad_mode import no_grad, enable_grad, inference_mode, set_grad_enabled, autocast, is_autocast_available, GradScaler
${miscSource}
from torch.torch_version import __version__
`;

// ---------------------------------------------------------------- functional

/** `_replayed(function)`: see `replay.ts`. */
const makeReplayed = defineFunction('_replayed(function)', ({ function: func }) =>
  typeof func === 'object' && func?.kind === 'function' ? replayed(func) : (func ?? null),
);

const compositions = ['multi_head_attention_forward'];
function functionalMembers(): Record<string, Value> {
  const known: Record<string, Value> = {
    ...table('F'),
    _replayed: makeReplayed,
    boolean_dispatch: identity,
    _Reduction: tokenClass('_Reduction'),
    Tensor: tensorClass,
  };
  for (const name of ['tanh', 'sigmoid']) known[name] ??= operatorsOf('torch').get(name) ?? null;
  return {
    ...undescribed('torch.nn.functional', functionalNames, known, [
      ...compositions,
      'math',
      'torch',
      'handle_torch_function',
      'has_torch_function',
    ]),
    ...known,
  };
}

// ---------------------------------------------------------------- autograd

const checkpointMark = (signature: string, begins: boolean): Value =>
  defineFunction(signature, (_args, context) => {
    markCheckpoint(context, begins);
    return null;
  });

const needsGrad = defineFunction('_needs_grad(tensor)', ({ tensor }, context) => {
  if (!isTensor(tensor)) return tensor ?? null;
  return makeTensor(context.heap, { ...tensor.data, requiresGrad: true, role: 'tensor', storage: null });
});

const contextNames = (names: readonly string[], from = 'torch._grad_mode'): string =>
  `from ${from} import ${names.join(', ')}\n`;

const cudaFunctions = (): Record<string, Value> => ({
  is_available: defineFunction('is_available()', (_args, context) => noCuda(context)),
  device_count: constant('device_count()', 0),
  current_device: constant('current_device()', 0),
  set_device: none('set_device(device)'),
  get_device_name: constant('get_device_name(device=None)', ''),
  get_device_capability: unknownFunction('get_device_capability', 'the GPU is known only at run time'),
  get_device_properties: unknownFunction('get_device_properties', 'the GPU is known only at run time'),
  is_bf16_supported: constant('is_bf16_supported(including_emulation=True)', false),
  is_initialized: constant('is_initialized()', false),
  empty_cache: none('empty_cache()'),
  synchronize: none('synchronize(device=None)'),
  manual_seed: none('manual_seed(seed)'),
  manual_seed_all: none('manual_seed_all(seed)'),
  seed: none('seed()'),
  seed_all: none('seed_all()'),
  init: none('init()'),
  reset_peak_memory_stats: none('reset_peak_memory_stats(device=None)'),
  reset_max_memory_allocated: none('reset_max_memory_allocated(device=None)'),
  memory_allocated: constant('memory_allocated(device=None)', 0),
  max_memory_allocated: constant('max_memory_allocated(device=None)', 0),
  memory_reserved: constant('memory_reserved(device=None)', 0),
  max_memory_reserved: constant('max_memory_reserved(device=None)', 0),
  ...Object.fromEntries(Object.keys(legacyTensors).map((name) => [name, legacyClass(name, 'torch.cuda', 'cuda:0')])),
});

/** Flags of a back end: any may be read and set. */
function flags(names: Readonly<Record<string, Value>>): () => Record<string, Value> {
  return () => ({
    ...names,
    is_available: constant('is_available()', false),
    is_built: constant('is_built()', false),
    version: constant('version()', null),
  });
}

const alias = (name: string, from: string, names: readonly string[] | '*'): ModelledModule => ({
  name,
  source: `from ${from} import ${names === '*' ? '*' : names.join(', ')}\n`,
});

/** `_batch_size()`: in a rehearsal the named size of a batch, else `None`. */
const batchSize = defineFunction('_batch_size()', (_args, context) => (rehearsalOf(context) ? symbol('B') : null));

/** A sample as a batch of `count`: tensors get an axis in front, numbers become tensors. */
const stackLike = defineFunction('_stack_like(sample, count)', ({ sample, count }, context): Value => {
  const n: Dim =
    typeof count === 'number' || (count !== undefined && isSym(count))
      ? count
      : context.unknown('the size of a batch is not known');
  const stack = (value: Value): Value => {
    if (isUnknown(value)) return value;
    if (isTensor(value)) {
      const { shape } = value.data;
      return makeTensor(context.heap, { shape: isUnknown(shape) ? shape : [n, ...shape], dtype: value.data.dtype });
    }
    if (typeof value === 'number') return makeTensor(context.heap, { shape: [n], dtype: 'int64' });
    if (typeof value === 'object' && value !== null && value.kind === 'float')
      return makeTensor(context.heap, { shape: [n], dtype: 'float64' });
    if (typeof value === 'object' && value !== null && (value.kind === 'tuple' || value.kind === 'list'))
      return context.list(value.items.map(stack));
    if (typeof value === 'object' && value !== null && value.kind === 'dict')
      return context.dict([...value.entries.values()].map(({ key, value: item }) => [key, stack(item)] as const));
    return context.unknown('how these samples are put together is not known');
  };
  return stack(sample ?? null);
});

const overridesMembers = (): Record<string, Value> => ({
  has_torch_function: constant('has_torch_function(*args)', false),
  has_torch_function_unary: constant('has_torch_function_unary(*args)', false),
  has_torch_function_variadic: constant('has_torch_function_variadic(*args)', false),
  handle_torch_function: unknownFunction('handle_torch_function', 'torch function overrides are not followed'),
  is_tensor_like: operatorsOf('torch').get('is_tensor') ?? null,
});

export const torchModuleList: readonly ModelledModule[] = [
  { name: 'torch', isPackage: true, complete: true, members: torchMembers, source: torchSource },
  { name: 'torch._grad_mode', members: () => states, source: gradModeSource },
  { name: 'torch.nn.functional', complete: true, members: functionalMembers, source: functionalSource },
  { name: 'torch.functional', members: () => table('torch') },
  { name: 'torch.linalg', members: () => table('linalg') },
  { name: 'torch.special', members: () => table('special') },
  { name: 'torch.fft', members: () => table('fft') },
  { name: 'torch._VF', members: () => ({ ...table('torch'), ...table('VF') }) },
  { name: 'torch._tensor', members: () => ({ Tensor: tensorClass }) },
  {
    name: 'torch.types',
    members: () => ({
      Device: deviceClass,
      Number: token('alias', 'Number'),
      _size: token('alias', '_size'),
      _dtype: dtypeClass,
      _device: deviceClass,
      _int: token('alias', 'int'),
      _bool: token('alias', 'bool'),
    }),
  },
  {
    name: 'torch.version',
    source: 'from torch.torch_version import __version__\n',
    members: () => ({ cuda: null, hip: null, debug: false, git_version: '' }),
  },
  { name: 'torch.torch_version', source: versionSource },
  {
    name: 'torch.random',
    members: () => ({
      manual_seed: none('manual_seed(seed)'),
      seed: constant('seed()', 0),
      initial_seed: constant('initial_seed()', 0),
      set_rng_state: none('set_rng_state(state)'),
    }),
    source: `${contextNames(['passive'])}fork_rng = passive\n`,
  },
  { name: 'torch.overrides', members: overridesMembers },
  {
    name: 'torch.autograd',
    isPackage: true,
    members: () => ({ _needs_grad: needsGrad, grad: unknownFunction('grad', 'gradients exist only at run time') }),
    source: `${autogradSource}\n${contextNames(['no_grad', 'enable_grad', 'inference_mode', 'set_grad_enabled', 'detect_anomaly', 'set_detect_anomaly'])}`,
  },
  alias('torch.autograd.function', 'torch.autograd', [
    'Function',
    'FunctionCtx',
    'InplaceFunction',
    'once_differentiable',
    'BackwardCFunction',
  ]),
  alias('torch.autograd.variable', 'torch.autograd', ['Variable']),
  alias('torch.autograd.grad_mode', 'torch._grad_mode', [
    'no_grad',
    'enable_grad',
    'inference_mode',
    'set_grad_enabled',
  ]),
  { name: 'torch.autograd.functional' },
  { name: 'torch.autograd.forward_ad' },
  { name: 'torch.autograd.graph', source: `${contextNames(['passive'])}saved_tensors_hooks = save_on_cpu = passive\n` },
  {
    name: 'torch.autograd.profiler',
    source: `${contextNames(['passive'])}profile = record_function = emit_nvtx = passive\n`,
  },
  { name: 'torch.profiler', source: `${contextNames(['passive'])}profile = record_function = passive\n` },
  {
    name: 'torch.amp',
    isPackage: true,
    source: contextNames(['autocast', 'GradScaler', 'custom_fwd', 'custom_bwd', 'is_autocast_available']),
  },
  alias('torch.amp.autocast_mode', 'torch._grad_mode', ['autocast', 'custom_fwd', 'custom_bwd']),
  alias('torch.amp.grad_scaler', 'torch._grad_mode', ['GradScaler']),
  {
    name: 'torch.cuda',
    isPackage: true,
    members: cudaFunctions,
    source: `${contextNames(['passive'])}device = stream = StreamContext = device_of = Stream = Event = passive\n`,
  },
  {
    name: 'torch.cuda.amp',
    isPackage: true,
    source: `from torch._grad_mode import autocast as _autocast, GradScaler, custom_fwd, custom_bwd\n\nclass autocast(_autocast):\n    def __init__(self, enabled=True, dtype=None, cache_enabled=True):\n        super().__init__("cuda", dtype, enabled, cache_enabled)\n`,
  },
  alias('torch.cuda.amp.autocast_mode', 'torch.cuda.amp', ['autocast', 'custom_fwd', 'custom_bwd']),
  alias('torch.cuda.amp.grad_scaler', 'torch._grad_mode', ['GradScaler']),
  {
    name: 'torch.cuda.nvtx',
    source: `${contextNames(['passive'])}range = passive\n`,
    members: () => ({ range_push: none('range_push(msg)'), range_pop: none('range_pop()') }),
  },
  { name: 'torch.cpu', isPackage: true, members: () => ({ is_available: constant('is_available()', true) }) },
  alias('torch.cpu.amp', 'torch._grad_mode', ['autocast', 'GradScaler']),
  { name: 'torch.mps', members: flags({}) },
  { name: 'torch.xpu', members: flags({ device_count: constant('device_count()', 0) }) },
  {
    name: 'torch.accelerator',
    members: flags({ current_accelerator: constant('current_accelerator(check_available=False)', null) }),
  },
  { name: 'torch.backends', isPackage: true },
  {
    name: 'torch.backends.cudnn',
    members: flags({ benchmark: false, deterministic: false, enabled: true, allow_tf32: true }),
    source: `${contextNames(['passive'])}flags = passive\n`,
  },
  {
    name: 'torch.backends.cuda',
    isPackage: true,
    members: flags({
      matmul: token('flags', 'matmul'),
      enable_flash_sdp: none('enable_flash_sdp(enabled)'),
      enable_mem_efficient_sdp: none('enable_mem_efficient_sdp(enabled)'),
      enable_math_sdp: none('enable_math_sdp(enabled)'),
      enable_cudnn_sdp: none('enable_cudnn_sdp(enabled)'),
      flash_sdp_enabled: constant('flash_sdp_enabled()', true),
      mem_efficient_sdp_enabled: constant('mem_efficient_sdp_enabled()', true),
      math_sdp_enabled: constant('math_sdp_enabled()', true),
    }),
    source: `${contextNames(['passive'])}sdp_kernel = passive\n`,
  },
  { name: 'torch.backends.mps', members: flags({}) },
  { name: 'torch.backends.mkldnn', members: flags({ enabled: true }) },
  { name: 'torch.backends.mkl', members: flags({}) },
  { name: 'torch.backends.openmp', members: flags({}) },
  {
    name: 'torch.backends.quantized',
    members: flags({
      engine: 'x86',
      supported_engines: { kind: 'tuple', items: ['qnnpack', 'none', 'onednn', 'x86', 'fbgemm'], cls: null },
    }),
  },
  { name: 'torch.backends.opt_einsum', members: flags({ enabled: true, strategy: 'auto' }) },
  {
    name: 'torch.nn.attention',
    isPackage: true,
    source: `${contextNames(['passive'])}sdpa_kernel = passive\n\nclass SDPBackend:\n    ERROR = -1\n    MATH = 0\n    FLASH_ATTENTION = 1\n    EFFICIENT_ATTENTION = 2\n    CUDNN_ATTENTION = 3\n`,
  },
  {
    name: 'torch.optim',
    isPackage: true,
    source: `${optimSource}\nfrom torch.optim import lr_scheduler\n`,
    members: () => ({ _observe: observe }),
  },
  { name: 'torch.optim.lr_scheduler', source: lrSchedulerSource, members: () => ({ _observe: observe }) },
  alias('torch.optim.optimizer', 'torch.optim', ['Optimizer', 'required']),
  ...[
    'SGD',
    'Adam',
    'AdamW',
    'Adamax',
    'NAdam',
    'RAdam',
    'Adagrad',
    'Adadelta',
    'RMSprop',
    'Rprop',
    'ASGD',
    'LBFGS',
  ].map((name) => alias(`torch.optim.${name.toLowerCase()}`, 'torch.optim', [name])),
  { name: 'torch.optim.swa_utils' },
  { name: 'torch.utils', isPackage: true },
  {
    name: 'torch.utils.data',
    isPackage: true,
    members: () => ({ _unknown: makeUnknown, _stack_like: stackLike, _batch_size: batchSize }),
    source: dataSource,
  },
  alias('torch.utils.data.dataset', 'torch.utils.data', [
    'Dataset',
    'IterableDataset',
    'TensorDataset',
    'ConcatDataset',
    'Subset',
    'ChainDataset',
    'random_split',
    'StackDataset',
  ]),
  alias('torch.utils.data.dataloader', 'torch.utils.data', ['DataLoader', 'default_collate']),
  { name: 'torch.utils.data._utils', isPackage: true },
  alias('torch.utils.data._utils.collate', 'torch.utils.data', ['default_collate', 'default_convert']),
  alias('torch.utils.data.sampler', 'torch.utils.data', [
    'Sampler',
    'SequentialSampler',
    'RandomSampler',
    'SubsetRandomSampler',
    'WeightedRandomSampler',
    'BatchSampler',
  ]),
  alias('torch.utils.data.distributed', 'torch.utils.data', ['DistributedSampler']),
  {
    name: 'torch.utils.checkpoint',
    members: () => ({ _begin: checkpointMark('_begin()', true), _end: checkpointMark('_end()', false) }),
    source: checkpointSource,
  },
  {
    name: 'torch.utils.model_zoo',
    members: () => ({ load_url: unknownFunction('load_url', 'pretrained weights are read at run time') }),
  },
  {
    name: 'torch.hub',
    members: () => ({
      load: unknownFunction('load', 'torch.hub.load reads code at run time'),
      load_state_dict_from_url: unknownFunction('load_state_dict_from_url', 'pretrained weights are read at run time'),
      get_dir: constant('get_dir()', '/'),
      set_dir: none('set_dir(d)'),
      download_url_to_file: none('download_url_to_file(url, dst, hash_prefix=None, progress=True)'),
    }),
  },
  { name: 'torch.utils.hooks' },
  { name: 'torch.utils.cpp_extension' },
  { name: 'torch.utils.tensorboard', members: () => ({}) },
  { name: 'torch.utils._pytree', source: pytreeSource },
  { name: 'torch.utils.dlpack' },
  {
    name: 'torch.jit',
    isPackage: true,
    members: () => ({
      _unknown: makeUnknown,
      _isinstance: defineFunction(
        '_isinstance(obj, target_type)',
        ({ obj, target_type }, context) =>
          context.isInstance(obj ?? null, target_type ?? null) ??
          context.unknown('whether a value is of this type can not be told'),
      ),
      load: unknownFunction('load', 'torch.jit.load reads a file at run time'),
    }),
    source: jitSource,
  },
  {
    name: 'torch._jit_internal',
    source:
      'from torch.jit import export, unused, ignore, Final, _overload, _overload_method, is_scripting, annotate\n\ndef boolean_dispatch(*args, **kwargs):\n    return kwargs.get("if_false")\n\nclass BroadcastingList1:\n    def __class_getitem__(cls, item):\n        return item\n\nBroadcastingList2 = BroadcastingList3 = BroadcastingList4 = BroadcastingList5 = BroadcastingList6 = BroadcastingList1\n',
  },
  { name: 'torch.distributed', isPackage: true, source: distributedSource },
  { name: 'torch.distributed.nn', isPackage: true },
  {
    name: 'torch.fx',
    isPackage: true,
    members: () => ({ wrap: identity, Proxy: tokenClass('Proxy'), Node: tokenClass('Node') }),
  },
  {
    name: 'torch.onnx',
    isPackage: true,
    members: () => ({
      is_in_onnx_export: constant('is_in_onnx_export()', false),
      export: none('export(*args, **kwargs)'),
    }),
  },
  {
    name: 'torch.onnx.operators',
    members: () => ({ shape_as_tensor: unknownFunction('shape_as_tensor', 'shapes as tensors are not described') }),
  },
  {
    name: 'torch._C',
    isPackage: true,
    members: () => ({
      _get_tracing_state: constant('_get_tracing_state()', null),
      _is_tracing: constant('_is_tracing()', false),
      _log_api_usage_once: none('_log_api_usage_once(*args)'),
      _jit_set_profiling_executor: none('_jit_set_profiling_executor(x)'),
      _jit_set_profiling_mode: none('_jit_set_profiling_mode(x)'),
      _jit_override_can_fuse_on_cpu: none('_jit_override_can_fuse_on_cpu(x)'),
      _jit_override_can_fuse_on_gpu: none('_jit_override_can_fuse_on_gpu(x)'),
      TensorType: tokenClass('TensorType'),
      Graph: tokenClass('Graph'),
      Value: tokenClass('Value'),
    }),
  },
  { name: 'torch._C._nn', members: () => table('_C_nn') },
  {
    name: 'torch._dynamo',
    isPackage: true,
    members: () => ({
      is_compiling: constant('is_compiling()', false),
      disable: defineFunction('disable(fn=None, recursive=True)', ({ fn }) => fn ?? identity),
      allow_in_graph: identity,
      graph_break: none('graph_break()'),
      mark_dynamic: none('mark_dynamic(*args)'),
      mark_static: none('mark_static(*args)'),
      config: token('config', 'config'),
      reset: none('reset()'),
    }),
  },
  {
    name: 'torch.compiler',
    members: () => ({
      is_compiling: constant('is_compiling()', false),
      is_dynamo_compiling: constant('is_dynamo_compiling()', false),
      is_exporting: constant('is_exporting()', false),
      disable: defineFunction('disable(fn=None, recursive=True)', ({ fn }) => fn ?? identity),
      allow_in_graph: identity,
      assume_constant_result: identity,
      cudagraph_mark_step_begin: none('cudagraph_mark_step_begin()'),
      reset: none('reset()'),
    }),
  },
  { name: 'torch.library', members: () => ({ _unknown: makeUnknown }), source: librarySource },
  { name: 'torch.func', members: () => ({ vmap }) },
  { name: 'torch.multiprocessing' },
  { name: 'torch.testing', isPackage: true },
  { name: 'torch.sparse' },
  { name: 'torch.nested', members: () => table('nested') },
  {
    name: 'torch.distributions',
    isPackage: true,
    members: () => ({ _unknown: makeUnknown, _distribution: operatorsOf('VF').get('_distribution') ?? null }),
    source: distributionsSource,
  },
  ...DISTRIBUTIONS.map(([file, names]) => ({
    name: `torch.distributions.${file}`,
    source: `from torch.distributions import ${names}`,
  })),
  {
    name: 'torch.ops',
    isPackage: true,
    source:
      'from torch.library import _namespace as __getattr__\n\ndef load_library(path):\n    pass\n\ndef import_module(name):\n    pass\n',
  },
  { name: 'torch.return_types' },
  { name: 'torch._utils' },
  {
    name: 'torch._guards',
    source:
      'class TracingContext:\n    @staticmethod\n    def try_get():\n        return None\n\n\nclass CompileContext(TracingContext):\n    pass\n\n\ndef detect_fake_mode(inputs=None):\n    return None\n\n\ndef active_fake_mode():\n    return None\n',
  },
  { name: 'torch.futures' },
  { name: 'torch.export' },
  { name: 'torch.ao', isPackage: true },
  { name: 'torch.quantization', isPackage: true },
  { name: 'torch.package' },
  { name: 'torch.storage' },
  { name: 'torch.serialization', members: () => ({ add_safe_globals: none('add_safe_globals(safe_globals)') }) },
  { name: 'torch.monitor' },
  { name: 'torch.signal', isPackage: true },
];
