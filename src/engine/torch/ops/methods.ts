/** Queries, casts, copies and the other methods that don't compute. */
import { asData } from '../../python/coerce.js';
import type { Context } from '../../python/context.js';
import { defineFunction } from '../../python/define.js';
import type { Value } from '../../python/value.js';
import { broadcast } from '../broadcast.js';
import { deviceOf, isDevice } from '../device.js';
import { concrete, isUnknown, numelOf } from '../dims.js';
import {
  dtypeFacts,
  dtypeObject,
  dtypeOf,
  isComplex,
  isDifferentiable,
  isFloating,
  promote,
  roundAll,
} from '../dtypes.js';
import { legacyTensors } from '../creation.js';
import { makeSize } from '../size.js';
import { isTensor, type DType, type Dim, type TensorNative } from '../tensor.js';
import { getItem, setItem } from './indexing.js';
import { alias, operator, operatorsOf, overwrite, type Args, type Result } from './operator.js';
import type { Unknown } from '../../python/value.js';

const TM = 'torch method';
const silent = { silent: true } as const;

operator('size(input, dim=None)', 'method', (args): Value => {
  const { shape } = args.tensor('input').data;
  if (isUnknown(shape)) return shape;
  return args.has('dim') ? (shape[args.axisOf('dim', shape.length)] as Dim) : makeSize(shape);
});
operator('dim(input)', 'method', (args): Value => args.shape('input').length, { many: true });
alias('ndimension', 'dim', 'method');
operator('__len__(input)', 'method', (args): Value => args.context.length(args.tensor('input')));
operator('__bool__(input)', 'method', (args): Value => args.context.truth(args.tensor('input')));
operator('__iter__(input)', 'method', (args): Value => args.context.iterate(args.tensor('input')));
for (const name of ['__int__', '__index__', '__float__', '__complex__'])
  operator(`${name}(input)`, 'method', (args): Value => {
    const item = scalar(args, args.tensor('input'));
    if (typeof item === 'object' && item !== null && item.kind === 'float')
      return name === '__float__' ? item : Math.trunc(item.value);
    if (name === '__float__' && typeof item === 'number') return { kind: 'float', value: item };
    return typeof item === 'boolean' ? Number(item) : item;
  });

/** A Python number of the kind the dtype holds. */
function toPython(value: number, dtype: DType | Unknown): Value {
  if (dtype === 'bool') return value !== 0;
  return !isUnknown(dtype) && isFloating(dtype) ? { kind: 'float', value } : value;
}
/** The class a number read from a tensor has, even where its value isn't known. */
function unread(context: Context, dtype: DType | Unknown): Unknown {
  const name = isUnknown(dtype)
    ? null
    : dtype === 'bool'
      ? 'bool'
      : isFloating(dtype)
        ? 'float'
        : isComplex(dtype)
          ? 'complex'
          : 'int';
  return asData(
    context.unknown('the value of a tensor is read', name === null ? undefined : context.builtinClass(name)),
  );
}
function scalar(args: Args, tensor: TensorNative): Value {
  const { shape, values, dtype } = tensor.data;
  const count = numelOf(shape);
  if (typeof count === 'number' && count !== 1)
    return args.fail(`a Tensor with ${count} elements cannot be converted to Scalar`);
  return values?.length === 1 ? toPython(values[0] as number, dtype) : unread(args.context, dtype);
}
operator('item(input)', 'method', (args): Value => scalar(args, args.tensor('input')));
operator('tolist(input)', 'method', (args): Value => {
  const { shape, values, dtype } = args.tensor('input').data;
  const { context } = args;
  const sizes = concrete(shape);
  if (!sizes) return asData(isUnknown(shape) ? shape : context.unknown('the values of a tensor are read'));
  if (sizes.length === 0) return scalar(args, args.tensor('input'));
  if (!values && sizes.reduce((a, b) => a * b, 1) > 4096)
    return asData(context.unknown('the values of a tensor are read'));
  const build = (axis: number, from: number, count: number): Value => {
    if (axis === sizes.length) return values ? toPython(values[from] as number, dtype) : unread(context, dtype);
    const size = sizes[axis] as number;
    const step = size === 0 ? 0 : count / size;
    return context.list(Array.from({ length: size }, (_, i) => build(axis + 1, from + i * step, step)));
  };
  return build(
    0,
    0,
    sizes.reduce((a, b) => a * b, 1),
  );
});

// ---------------------------------------------------------------- casts and devices

/** A tensor in another dtype or on another device; itself when nothing changes. */
function convert(
  args: Args,
  dtype: DType | Unknown | undefined,
  device: string | undefined,
  copy = false,
): Result | TensorNative {
  const tensor = args.tensor('input');
  const wanted = dtype ?? tensor.data.dtype;
  const sameDtype = wanted === tensor.data.dtype;
  const sameDevice = device === undefined || device === tensor.data.device;
  if (sameDtype && sameDevice && !copy) return tensor;
  const requiresGrad = !isUnknown(wanted) && !isDifferentiable(wanted) ? false : undefined;
  return {
    shape: tensor.data.shape,
    dtype: wanted,
    device: device ?? tensor.data.device,
    values: tensor.data.values && (sameDtype ? tensor.data.values : roundAll(wanted, tensor.data.values)),
    requiresGrad,
    attributes: { dtype: isUnknown(wanted) ? null : wanted },
  };
}
operator(
  'to(input, *args, dtype=None, device=None, non_blocking=False, copy=False, memory_format=None)',
  'method',
  (args) => {
    let dtype = args.dtypeArgument();
    let device = args.deviceArgument();
    for (const value of args.star('args')) {
      if (isTensor(value)) {
        dtype = value.data.dtype;
        device = value.data.device;
      } else if (
        typeof value === 'string' ||
        isDevice(value) ||
        (typeof value === 'number' && args.star('args')[0] === value)
      )
        device = deviceOf(value);
      else if (typeof value === 'object' && value !== null && value.kind !== 'unknown')
        dtype = dtypeOf(value, args.context) ?? dtype;
      // An unknown argument is a device far more often than a dtype; which of them it is decides nothing about shapes.
      else if (isUnknown(value)) dtype = value.cls?.name === 'device' ? dtype : value;
    }
    return convert(args, dtype, device, args.raw('copy') === true);
  },
);
const casts: Readonly<Record<string, DType>> = {
  float: 'float32',
  double: 'float64',
  half: 'float16',
  bfloat16: 'bfloat16',
  long: 'int64',
  int: 'int32',
  short: 'int16',
  char: 'int8',
  byte: 'uint8',
  bool: 'bool',
  cfloat: 'complex64',
  cdouble: 'complex128',
  chalf: 'complex32',
};
for (const [name, dtype] of Object.entries(casts))
  operator(`${name}(input, memory_format=None)`, 'method', (args) => convert(args, dtype, undefined));
operator('type(input, dtype=None, non_blocking=False)', 'method', (args) => {
  const value = args.raw('dtype');
  if (value === null) {
    const dtype = args.dtype('input');
    if (isUnknown(dtype)) return dtype;
    return `torch.${Object.entries(legacyTensors).find(([, known]) => known === dtype)?.[0] ?? dtype}`;
  }
  if (typeof value === 'string') {
    const [, cuda, name = ''] = /^torch\.(cuda\.)?(\w+)$/.exec(value) ?? [];
    const dtype = legacyTensors[name];
    return dtype
      ? convert(args, dtype, cuda ? 'cuda:0' : undefined)
      : args.undetermined(`the tensor type ${value} is not known`);
  }
  if (typeof value === 'object' && (value.kind === 'builtin' || value.kind === 'class') && legacyTensors[value.name])
    return convert(args, legacyTensors[value.name], undefined);
  return convert(args, dtypeOf(value, args.context) ?? args.undetermined('a dtype is not known'), undefined);
});
operator('type_as(input, other)', 'method', (args) =>
  convert(args, args.dtype('other'), args.tensor('other').data.device),
);
operator('cpu(input, memory_format=None)', 'method', (args) => convert(args, undefined, 'cpu'));
for (const name of ['cuda', 'xpu', 'mps', 'npu'])
  operator(`${name}(input, device=None, non_blocking=False, memory_format=None)`, 'method', (args) =>
    convert(args, undefined, args.has('device') && args.deviceArgument() ? args.deviceArgument() : `${name}:0`),
  );
operator('pin_memory(input, device=None)', 'method', (args) => args.tensor('input'));
operator('share_memory_(input)', 'method', (args) => args.tensor('input'));
operator('numpy(input, force=False)', 'method', (args) => {
  const tensor = args.tensor('input');
  const numpy = args.context.importModule('numpy');
  if (isUnknown(numpy)) return numpy;
  return args.context.call(args.context.requireAttribute(numpy, 'asarray'), [tensor]);
});
operator('__array__(input, dtype=None)', 'method', (args) => args.context.callMethod(args.tensor('input'), 'numpy'));

// ---------------------------------------------------------------- copies and the graph

operator('clone(input, memory_format=None)', TM, (args) => ({
  shape: args.tensor('input').data.shape,
  values: args.values('input'),
}));
operator(
  'detach(input)',
  TM,
  (args) => ({
    shape: args.tensor('input').data.shape,
    values: args.values('input'),
    requiresGrad: false,
    view: true,
    whole: true,
    init: args.tensor('input').data.init,
  }),
  silent,
);
operator('detach_(input)', TM, (args) => {
  const tensor = args.tensor('input');
  args.context.heap.touch(tensor);
  tensor.data = { ...tensor.data, requiresGrad: false };
  return tensor;
});
operator('requires_grad_(input, requires_grad=True)', 'method', (args) => {
  const tensor = args.tensor('input');
  args.context.setAttribute(tensor, 'requires_grad', args.raw('requires_grad'));
  return tensor;
});
operator('copy_(input, src, non_blocking=False)', 'method', (args) => {
  const target = args.tensor('input');
  const source = args.raw('src');
  const from = isTensor(source) ? source.data : null;
  if (from && !isUnknown(target.data.shape)) broadcast(args, [target.data.shape, from.shape]);
  const same = from && numelOf(from.shape) === numelOf(target.data.shape) ? from.values : null;
  const result: Result = {
    shape: target.data.shape,
    dtype: target.data.dtype,
    values: same && roundAll(target.data.dtype, same),
    init: from?.init ?? { name: 'copy', args: {}, place: args.context.place },
  };
  overwrite(args.context, target, result, args.dataOf(result, false));
  return target;
});
operator('set_(input, source=None)', 'method', (args) => {
  args.context.setAttribute(args.tensor('input'), 'data', args.raw('source'));
  return args.tensor('input');
});
operator('register_hook(input, hook)', 'method', (args) =>
  args.context.unknown('a hook handle exists only at run time'),
);
operator('register_post_accumulate_grad_hook(input, hook)', 'method', (args) =>
  args.context.unknown('a hook handle exists only at run time'),
);
operator('backward(input, gradient=None, retain_graph=None, create_graph=False, inputs=None)', 'method', () => null);
operator('retain_grad(input)', 'method', () => null);
operator('as_subclass(input, cls)', 'method', (args) => {
  const tensor = args.tensor('input');
  const cls = args.raw('cls');
  const made = args.make({ shape: tensor.data.shape, values: tensor.data.values, dtype: tensor.data.dtype });
  if (typeof cls === 'object' && cls !== null && cls.kind === 'class') made.data = { ...made.data, cls };
  return made;
});

// ---------------------------------------------------------------- questions

operator('is_floating_point(input)', TM, (args): Value => asked(args.dtype('input'), isFloating));
operator('is_complex(input)', TM, (args): Value => asked(args.dtype('input'), isComplex));
operator('is_signed(input)', TM, (args): Value =>
  asked(args.dtype('input'), (dtype) => dtype !== 'bool' && !dtype.startsWith('uint')),
);
function asked(dtype: DType | Unknown, test: (dtype: DType) => boolean): Value {
  return isUnknown(dtype) ? dtype : test(dtype);
}
operator('is_tensor(obj)', 'torch', (args): Value => {
  const value = args.raw('obj');
  return isUnknown(value) ? (value.cls ? value.cls.name === 'Tensor' : value) : isTensor(value);
});
operator('is_nonzero(input)', TM, (args): Value => args.context.truth(args.tensor('input')));
operator('is_contiguous(input, memory_format=None)', 'method', (args): Value =>
  args.context.unknown('whether a tensor is contiguous is not followed', args.context.builtinClass('bool')),
);
operator('is_same_size(input, other)', TM, (args): Value =>
  args.context.compare(
    '==',
    args.context.requireAttribute(args.tensor('input'), 'shape'),
    args.context.requireAttribute(args.tensor('other'), 'shape'),
  ),
);
for (const name of ['is_conj', 'is_neg', 'is_inference', 'is_shared', 'is_pinned', 'is_distributed', 'is_coalesced'])
  operator(
    `${name}(input)`,
    name.startsWith('is_s') || name === 'is_pinned' || name === 'is_coalesced' ? 'method' : TM,
    (): Value => false,
  );
operator('element_size(input)', 'method', (args): Value => {
  const dtype = args.dtype('input');
  return isUnknown(dtype) ? dtype : dtypeFacts(dtype).bytes;
});
operator(
  'stride(input, dim=None)',
  'method',
  (args): Value => {
    const reason = 'strides are not followed';
    return args.has('dim')
      ? args.context.unknown(reason, args.context.builtinClass('int'))
      : args.context.tuple(
          args.shape('input').map(() => args.context.unknown(reason, args.context.builtinClass('int'))),
        );
  },
  { many: true },
);
operator('storage_offset(input)', 'method', (args): Value => args.context.unknown('memory layout is not followed'));
operator('data_ptr(input)', 'method', (args): Value => args.context.unknown('memory addresses exist only at run time'));
operator('get_device(input)', TM, (args): Value => (args.tensor('input').data.device === 'cpu' ? -1 : 0));
operator('can_cast(from_, to)', 'torch', (args): Value => {
  const [a, b] = [args.dtypeArgument('from_'), args.dtypeArgument('to')];
  if (a === undefined || b === undefined || isUnknown(a) || isUnknown(b))
    return args.context.unknown('a dtype is not known');
  const order = ['bool', 'integer', 'float', 'complex'];
  return order.indexOf(dtypeFacts(a).category) <= order.indexOf(dtypeFacts(b).category);
});
operator('promote_types(type1, type2)', 'torch', (args): Value => {
  const [a, b] = [args.dtypeArgument('type1'), args.dtypeArgument('type2')];
  if (a === undefined || b === undefined || isUnknown(a) || isUnknown(b))
    return args.context.unknown('a dtype is not known');
  return dtypeObject(promote(a, b));
});

// ---------------------------------------------------------------- Python's own

const methods = operatorsOf('method');
methods.set(
  '__getitem__',
  defineFunction('__getitem__(self, index)', ({ self, index }, context) =>
    isTensor(self) ? getItem(self, index ?? null, context) : (self ?? null),
  ),
);
methods.set(
  '__setitem__',
  defineFunction('__setitem__(self, index, value)', ({ self, index, value }, context) => {
    if (isTensor(self)) setItem(self, index ?? null, value ?? null, context);
    return null;
  }),
);
methods.set(
  '__contains__',
  defineFunction('__contains__(self, item)', (_args, context) =>
    context.unknown('whether a tensor contains a value depends on its data'),
  ),
);
const dunders: Readonly<Record<string, string>> = {
  add: 'add',
  sub: 'sub',
  mul: 'mul',
  truediv: 'div',
  floordiv: 'floor_divide',
  mod: 'remainder',
  pow: 'pow',
  matmul: 'matmul',
  and: 'bitwise_and',
  or: 'bitwise_or',
  xor: 'bitwise_xor',
  lshift: 'bitwise_left_shift',
  rshift: 'bitwise_right_shift',
  eq: 'eq',
  ne: 'ne',
  lt: 'lt',
  le: 'le',
  gt: 'gt',
  ge: 'ge',
};
for (const [name, of] of Object.entries(dunders)) {
  const target = methods.get(of);
  if (!target) continue;
  methods.set(`__${name}__`, target);
  if (['eq', 'ne', 'lt', 'le', 'gt', 'ge'].includes(name)) continue;
  methods.set(`__r${name}__`, {
    ...target,
    name: `__r${name}__`,
    call: ([self, other, ...rest], kwargs, context) =>
      target.call([other ?? null, self ?? null, ...rest], kwargs, context),
  });
  const inplace = methods.get(`${of}_`);
  if (inplace) methods.set(`__i${name}__`, inplace);
}
for (const [name, of] of [
  ['__neg__', 'neg'],
  ['__abs__', 'abs'],
  ['__invert__', 'bitwise_not'],
  ['__pos__', 'positive'],
] as const) {
  const target = methods.get(of);
  if (target) methods.set(name, target);
}
/** Another layout of the same numbers. */
for (const name of ['to_sparse', 'to_sparse_coo', 'to_sparse_csr', 'to_dense', 'to_mkldnn', 'coalesce'])
  operator(`${name}(input, *args, **kwargs)`, 'method', (args) => ({
    shape: args.tensor('input').data.shape,
    values: args.values('input'),
  }));
for (const name of ['apply_', 'map_', 'map2_'])
  operator(`${name}(input, *rest)`, 'method', (args) => {
    const tensor = args.tensor('input');
    overwrite(args.context, tensor, { shape: tensor.data.shape }, args.dataOf({ shape: tensor.data.shape }, false));
    return tensor;
  });
