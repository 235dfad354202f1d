/** Element by element: arithmetic, comparison, logic, and the functions of one variable. */
import { isSym } from '../../python/symint.js';
import type { Value } from '../../python/value.js';
import { broadcast, spread } from '../broadcast.js';
import { concrete, isUnknown, numelOf } from '../dims.js';
import {
  defaultDtype,
  isComplex,
  isDifferentiable,
  realOf,
  resultType,
  roundAll,
  roundTo,
  scalarName,
  toFloat,
  type Operand,
} from '../dtypes.js';
import { isTensor, type DType, type Shape, type TensorData } from '../tensor.js';
import type { Unknown } from '../../python/value.js';
import { scaledFill, thenFilled } from './fillSteps.js';
import { alias, maxValues, operator, Undetermined, type Args, type OperatorOptions, type Result } from './operator.js';

/** An operand: a tensor, or a number that may or may not be known. */
interface Term {
  readonly tensor: TensorData | null;
  readonly shape: Shape;
  readonly operand: Operand;
  readonly values: readonly number[] | null;
}

export function termOf(args: Args, value: Value, name: string): Term {
  if (isTensor(value)) {
    const { data } = value;
    const rank = !isUnknown(data.shape) && data.shape.length === 0 ? 'scalar' : 'tensor';
    return {
      tensor: data,
      shape: data.shape,
      operand: { dtype: data.dtype, rank },
      values: value.taint ? null : data.values,
    };
  }
  if (typeof value === 'boolean') return number('bool', value ? 1 : 0);
  if (typeof value === 'number') return number('int64', value);
  if (typeof value === 'bigint') return number('int64', null);
  if (isSym(value)) return number('int64', null);
  if (typeof value === 'object' && value !== null) {
    if (value.kind === 'float') return number(defaultDtype(args.context), value.value);
    if (value.kind === 'complex') return number('complex64', null);
    if (value.kind === 'unknown') {
      const known = value.cls?.name;
      if (known === 'float') return number(defaultDtype(args.context), null);
      if (known === 'int') return number('int64', null);
      throw new Undetermined(value);
    }
    if (value.kind === 'instance' && value.primitive !== undefined)
      return termOf(
        args,
        typeof value.primitive === 'string' ? args.context.unknown('a string is used as a number') : value.primitive,
        name,
      );
  }
  return args.context.raise(
    'TypeError',
    `${args.op}(): argument '${name}' must be Tensor, not ${args.context.typeOf(value).name}`,
  );
}

function number(dtype: DType, value: number | null): Term {
  return { tensor: null, shape: [], operand: { dtype, rank: 'number' }, values: value === null ? null : [value] };
}

/** Applies `compute` to known values, operands rounded to the dtype of the computation first. */
export function computeValues(
  shape: Shape,
  terms: readonly Term[],
  inner: DType | Unknown,
  outer: DType | Unknown,
  compute: ((...numbers: number[]) => number) | null,
): number[] | null {
  const sizes = concrete(shape);
  const count = numelOf(shape);
  if (
    !compute ||
    !sizes ||
    typeof count !== 'number' ||
    count > Math.min(maxValues(inner), maxValues(outer)) ||
    isUnknown(inner)
  )
    return null;
  if (terms.some(({ values }) => !values)) return null;
  const columns: (readonly number[])[] = [];
  for (const term of terms) {
    const from = concrete(term.shape);
    if (!term.values || !from) return null;
    const rounded = inner === 'bool' ? term.values : roundAll(inner, term.values);
    if (!rounded) return null;
    columns.push(spread(rounded, from, sizes));
  }
  const result: number[] = [];
  const [first = [], second] = columns;
  const rest = columns.length > 2 ? columns : null;
  for (let i = 0; i < count; i++) {
    const value = roundTo(
      outer,
      rest
        ? compute(...rest.map((column) => column[i] as number))
        : second
          ? compute(first[i] as number, second[i] as number)
          : compute(first[i] as number),
    );
    if (value === null) return null;
    result.push(value);
  }
  return result;
}

/** As a power of two. */
const VALUES_PER_STEP = 3;

export type Kind = 'arithmetic' | 'float' | 'compare' | 'logical';

/** The result of an operation on several operands. */
export function combine(
  args: Args,
  terms: readonly Term[],
  kind: Kind,
  compute: ((...numbers: number[]) => number) | null,
  attributes?: Result['attributes'],
): Result {
  const shape = broadcast(
    args,
    terms.map((term) => term.shape),
  );
  const common = resultType(terms.map((term) => term.operand));
  const inner = kind === 'float' ? toFloat(common, args.context) : common;
  const dtype = kind === 'compare' || kind === 'logical' ? 'bool' : inner;
  const values = computeValues(shape, terms, inner, dtype, compute);
  // Programs that make data go through tensors of thousands of numbers in long loops.
  if (values) args.context.step(values.length >> VALUES_PER_STEP);
  return { shape, dtype, values, attributes };
}

const operands = (args: Args): [Term, Term] => [
  termOf(args, args.raw('input'), 'input'),
  termOf(args, args.raw('other'), 'other'),
];

/** @param fill how the result is filled, where that is known */
function binary(
  signature: string,
  places: string,
  kind: Kind,
  compute: ((a: number, b: number) => number) | null,
  options: OperatorOptions = { inplace: true },
  fill: (args: Args) => Result['init'] = () => undefined,
): void {
  operator(
    signature,
    places,
    (args) => ({ ...combine(args, operands(args), kind, compute, scalarOf(args)), init: fill(args) }),
    options,
  );
}

/** A number operand, for findings and signal. */
function scalarOf(args: Args): Result['attributes'] {
  const other = args.raw('other');
  const left = args.raw('input');
  if (!isTensor(other)) return { scalar: args.toNumber(other) };
  return isTensor(left) ? undefined : { scalar: args.toNumber(left), reflected: true };
}

const floorMod = (a: number, b: number): number => {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
};

/** Masks can't be subtracted. */
function refuseBool(args: Args, terms: readonly Term[]): void {
  const masks = terms.filter((term) => term.operand.dtype === 'bool' && term.operand.rank !== 'number');
  if (masks.length === 2)
    args.fail(
      'Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.',
    );
  if (masks.length === 1)
    args.fail(
      'Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
    );
}

function withAlpha(name: string, sign: 1 | -1): void {
  operator(
    `${name}(input, other, alpha=1)`,
    'torch method',
    (args) => {
      const alpha = args.number('alpha');
      const terms = operands(args);
      if (sign < 0) refuseBool(args, terms);
      const result = combine(
        args,
        terms,
        'arithmetic',
        alpha === null ? null : (a, b) => a + sign * (alpha * b),
        scalarOf(args),
      );
      if (alpha === null || !isTensor(args.raw('input'))) return result;
      const init = thenFilled(args, (by) => (by === null ? null : { kind: 'add', by: sign * alpha * by }));
      return { ...result, init };
    },
    { inplace: true },
  );
}
withAlpha('add', 1);
withAlpha('sub', -1);
operator('rsub(input, other, alpha=1)', 'torch', (args) => {
  const alpha = args.number('alpha');
  return combine(args, operands(args), 'arithmetic', alpha === null ? null : (a, b) => b - alpha * a);
});
binary(
  'mul(input, other)',
  'torch method',
  'arithmetic',
  (a, b) => a * b,
  { inplace: true },
  (args) => scaledFill(args, (scalar) => scalar),
);
operator(
  'div(input, other, rounding_mode=None)',
  'torch method',
  (args) => {
    const terms = operands(args);
    const mode = args.raw('rounding_mode');
    if (mode === 'floor') return combine(args, terms, 'arithmetic', (a, b) => Math.floor(a / b));
    if (mode === 'trunc') return combine(args, terms, 'arithmetic', (a, b) => Math.trunc(a / b));
    const result = combine(args, terms, 'float', (a, b) => a / b, scalarOf(args));
    return isTensor(args.raw('other')) ? result : { ...result, init: scaledFill(args, (scalar) => 1 / scalar) };
  },
  { inplace: true },
);
binary('floor_divide(input, other)', 'torch method', 'arithmetic', (a, b) => Math.floor(a / b));
binary('remainder(input, other)', 'torch method', 'arithmetic', floorMod);
binary('fmod(input, other)', 'torch method', 'arithmetic', (a, b) => a % b);
operator(
  'pow(input, exponent)',
  'torch method',
  (args) => {
    const terms = [termOf(args, args.raw('input'), 'input'), termOf(args, args.raw('exponent'), 'exponent')];
    const exponent = args.number('exponent');
    return combine(args, terms, 'arithmetic', Math.pow, { exponent });
  },
  { inplace: true },
);
operator(
  'float_power(input, exponent)',
  'torch method',
  (args) => ({
    ...combine(
      args,
      [termOf(args, args.raw('input'), 'input'), termOf(args, args.raw('exponent'), 'exponent')],
      'float',
      null,
    ),
    dtype: 'float64',
  }),
  { inplace: true },
);
binary('maximum(input, other)', 'torch method', 'arithmetic', Math.max);
binary('minimum(input, other)', 'torch method', 'arithmetic', Math.min);
binary('fmax(input, other)', 'torch method', 'arithmetic', Math.max);
binary('fmin(input, other)', 'torch method', 'arithmetic', Math.min);
binary('atan2(input, other)', 'torch method', 'float', Math.atan2);
binary('hypot(input, other)', 'torch method', 'arithmetic', Math.hypot);
binary('copysign(input, other)', 'torch method', 'float', (a, b) =>
  Object.is(Math.sign(b), -0) || b < 0 ? -Math.abs(a) : Math.abs(a),
);
binary('nextafter(input, other)', 'torch method', 'arithmetic', null);
binary('logaddexp(input, other)', 'torch method', 'float', null);
binary('logaddexp2(input, other)', 'torch method', 'float', null);
binary('xlogy(input, other)', 'torch method special', 'float', (a, b) => (a === 0 ? 0 : a * Math.log(b)));
binary('xlog1py(input, other)', 'special', 'float', null);
binary('gcd(input, other)', 'torch method', 'arithmetic', (a, b) => {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y) [x, y] = [y, x % y];
  return x;
});
binary('lcm(input, other)', 'torch method', 'arithmetic', null);
binary('ldexp(input, other)', 'torch method', 'float', (a, b) => a * 2 ** b);
binary('heaviside(input, other)', 'torch method', 'arithmetic', (a, b) => (a > 0 ? 1 : a < 0 ? 0 : b));
binary('eq(input, other)', 'torch method', 'compare', (a, b) => Number(a === b));
binary('ne(input, other)', 'torch method', 'compare', (a, b) => Number(a !== b));
binary('lt(input, other)', 'torch method', 'compare', (a, b) => Number(a < b));
binary('le(input, other)', 'torch method', 'compare', (a, b) => Number(a <= b));
binary('gt(input, other)', 'torch method', 'compare', (a, b) => Number(a > b));
binary('ge(input, other)', 'torch method', 'compare', (a, b) => Number(a >= b));
binary('logical_and(input, other)', 'torch method', 'logical', (a, b) => Number(a !== 0 && b !== 0));
binary('logical_or(input, other)', 'torch method', 'logical', (a, b) => Number(a !== 0 || b !== 0));
binary('logical_xor(input, other)', 'torch method', 'logical', (a, b) => Number((a !== 0) !== (b !== 0)));
function bitwise(name: string, word: string, compute: (a: bigint, b: bigint) => bigint): void {
  operator(
    `${name}(input, other)`,
    'torch method',
    (args) => {
      const terms = operands(args);
      const common = resultType(terms.map((term) => term.operand));
      if (!isUnknown(common) && isDifferentiable(common))
        args.context.raise('NotImplementedError', `"${word}_cpu" not implemented for '${scalarName(common)}'`);
      return combine(args, terms, 'arithmetic', (a, b) => Number(compute(BigInt(a), BigInt(b))));
    },
    { inplace: true },
  );
}
bitwise('bitwise_and', 'bitwise_and', (a, b) => a & b);
bitwise('bitwise_or', 'bitwise_or', (a, b) => a | b);
bitwise('bitwise_xor', 'bitwise_xor', (a, b) => a ^ b);
bitwise('bitwise_left_shift', 'lshift', (a, b) => a << b);
bitwise('bitwise_right_shift', 'rshift', (a, b) => a >> b);
alias('subtract', 'sub', 'torch method');
alias('multiply', 'mul', 'torch method');
alias('divide', 'div', 'torch method');
alias('true_divide', 'div', 'torch method');
alias('arctan2', 'atan2', 'torch method');
alias('greater', 'gt', 'torch method');
alias('greater_equal', 'ge', 'torch method');
alias('less', 'lt', 'torch method');
alias('less_equal', 'le', 'torch method');
alias('not_equal', 'ne', 'torch method');

for (const name of ['isclose'])
  operator(`${name}(input, other, rtol=1e-05, atol=1e-08, equal_nan=False)`, 'torch method', (args) => ({
    ...combine(args, operands(args), 'compare', null),
  }));

for (const name of ['addcmul', 'addcdiv'])
  operator(
    `${name}(input, tensor1, tensor2, value=1)`,
    'torch method',
    (args) =>
      combine(
        args,
        ['input', 'tensor1', 'tensor2'].map((key) => termOf(args, args.raw(key), key)),
        name === 'addcdiv' ? 'float' : 'arithmetic',
        null,
      ),
    { inplace: true },
  );
operator(
  'lerp(input, end, weight)',
  'torch method',
  (args) =>
    combine(
      args,
      ['input', 'end', 'weight'].map((key) => termOf(args, args.raw(key), key)),
      'arithmetic',
      null,
    ),
  { inplace: true },
);
operator('where(condition, input=None, other=None)', 'torch', (args) => {
  if (!args.has('input') && !args.has('other'))
    return args.context.callMethod(args.tensor('condition'), 'nonzero', [], new Map([['as_tuple', true]]));
  return where(args, 'condition', 'input', 'other');
});
operator('where(input, condition, other)', 'method', (args) => where(args, 'condition', 'input', 'other'));

function where(args: Args, condition: string, input: string, other: string): Result {
  const mask = termOf(args, args.tensor(condition), condition);
  const terms = [input, other].map((key) => termOf(args, args.raw(key), key));
  const shape = broadcast(
    args,
    [mask, ...terms].map((term) => term.shape),
  );
  const dtype = resultType(terms.map((term) => term.operand));
  const sizes = concrete(shape);
  const count = numelOf(shape);
  let values: number[] | null = null;
  const froms = [mask, ...terms].map((term) => concrete(term.shape));
  if (
    sizes &&
    typeof count === 'number' &&
    count <= maxValues(dtype) &&
    [mask, ...terms].every((term) => term.values) &&
    froms.every((from) => from)
  ) {
    const [m, a, b] = [mask, ...terms].map((term, i) => spread(term.values ?? [], froms[i] ?? [], sizes)) as [
      number[],
      number[],
      number[],
    ];
    values = roundAll(
      dtype,
      m.map((flag, i) => (flag ? a[i] : b[i]) as number),
    );
  }
  return { shape, dtype, values };
}

/** One variable in, a float out. */
function floating(names: string, places: string, compute: ((x: number) => number) | null): void {
  for (const name of names.split(' '))
    operator(`${name}(input)`, places, (args) => unary(args, toFloat(args.dtype('input'), args.context), compute), {
      inplace: true,
    });
}
/** One variable in, the same dtype out. */
function keeping(names: string, places: string, compute: ((x: number) => number) | null): void {
  for (const name of names.split(' '))
    operator(`${name}(input)`, places, (args) => unary(args, args.dtype('input'), compute), { inplace: true });
}
function testing(names: string, places: string, compute: ((x: number) => number) | null): void {
  for (const name of names.split(' ')) operator(`${name}(input)`, places, (args) => unary(args, 'bool', compute));
}

export function unary(
  args: Args,
  dtype: DType | Unknown,
  compute: ((x: number) => number) | null,
  attributes?: Result['attributes'],
): Result {
  const { shape, values } = args.tensor('input').data;
  return { shape, dtype, values: values && compute ? roundAll(dtype, values.map(compute)) : null, attributes };
}

/** Python's and PyTorch's rounding: halves go to the even neighbour. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

const TM = 'torch method';
floating('exp', TM, Math.exp);
floating('exp2', 'torch method special', (x) => 2 ** x);
floating('expm1', 'torch method special', Math.expm1);
floating('log', TM, Math.log);
floating('log2', TM, Math.log2);
floating('log10', TM, Math.log10);
floating('log1p', 'torch method special', Math.log1p);
floating('sqrt', TM, Math.sqrt);
floating('rsqrt', TM, (x) => 1 / Math.sqrt(x));
floating('sin', TM, Math.sin);
floating('cos', TM, Math.cos);
floating('tan', TM, Math.tan);
floating('asin arcsin', TM, Math.asin);
floating('acos arccos', TM, Math.acos);
floating('atan arctan', TM, Math.atan);
floating('sinh', TM, Math.sinh);
floating('cosh', TM, Math.cosh);
floating('asinh arcsinh', TM, Math.asinh);
floating('acosh arccosh', TM, Math.acosh);
floating('atanh arctanh', TM, Math.atanh);
floating('tanh', 'torch method F', Math.tanh);
floating('sigmoid', 'torch method F', (x) => 1 / (1 + Math.exp(-x)));
floating('expit', 'special', (x) => 1 / (1 + Math.exp(-x)));
floating('reciprocal', TM, (x) => 1 / x);
floating('deg2rad', TM, (x) => (x * Math.PI) / 180);
floating('rad2deg', TM, (x) => (x * 180) / Math.PI);
floating('erf erfc', 'torch method special', null);
operator(
  'erfinv(input)',
  'torch method special',
  (args) => ({
    ...unary(args, toFloat(args.dtype('input'), args.context), null),
    init: thenFilled(args, () => ({ kind: 'erfinv' })),
  }),
  { inplace: true },
);
floating('lgamma digamma i0 sinc', 'torch method special', null);
floating('gammaln psi i0e i1 i1e ndtri ndtr log_ndtr entr erfcx bessel_j0 bessel_j1', 'special', null);
operator(
  'logit(input, eps=None)',
  'torch method special',
  (args) => unary(args, toFloat(args.dtype('input'), args.context), null),
  { inplace: true },
);
operator('polygamma(input, n)', 'method', (args) => unary(args, toFloat(args.dtype('input'), args.context), null));
operator('polygamma(n, input)', 'torch special', (args) =>
  unary(args, toFloat(args.dtype('input'), args.context), null),
);
operator('mvlgamma(input, p)', 'torch method', (args) => unary(args, toFloat(args.dtype('input'), args.context), null));
for (const name of ['neg', 'negative'])
  operator(
    `${name}(input)`,
    TM,
    (args) => {
      if (args.dtype('input') === 'bool')
        args.fail(
          'Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.',
        );
      return unary(args, args.dtype('input'), (x) => -x);
    },
    { inplace: true },
  );
keeping('positive', TM, (x) => x);
keeping('sign sgn', TM, Math.sign);
keeping('floor', TM, Math.floor);
keeping('ceil', TM, Math.ceil);
keeping('trunc fix', TM, Math.trunc);
keeping('frac', TM, (x) => x - Math.trunc(x));
operator(
  'square(input)',
  TM,
  (args) => unary(args, args.dtype('input') === 'bool' ? 'int64' : args.dtype('input'), (x) => x * x),
  { inplace: true },
);
operator('conj_physical(input)', TM, (args) => unary(args, args.dtype('input'), (x) => x));
operator(
  'round(input, decimals=0)',
  TM,
  (args) => unary(args, args.dtype('input'), args.number('decimals') === 0 ? roundHalfEven : null),
  { inplace: true },
);
operator(
  'abs(input)',
  TM,
  (args) => {
    const dtype = args.dtype('input');
    return unary(args, isUnknown(dtype) ? dtype : realOf(dtype), Math.abs);
  },
  { inplace: true },
);
alias('absolute', 'abs', TM);
operator('angle(input)', TM, (args) => {
  const dtype = args.dtype('input');
  return unary(args, isUnknown(dtype) ? dtype : isComplex(dtype) ? realOf(dtype) : toFloat(dtype, args.context), null);
});
testing('isnan', TM, (x) => Number(Number.isNaN(x)));
testing('isinf', TM, (x) => Number(x === Infinity || x === -Infinity));
testing('isfinite', TM, (x) => Number(Number.isFinite(x)));
testing('isposinf', TM, (x) => Number(x === Infinity));
testing('isneginf', TM, (x) => Number(x === -Infinity));
testing('isreal', TM, null);
testing('signbit', TM, (x) => Number(x < 0));
operator('logical_not(input)', TM, (args) => unary(args, 'bool', (x) => Number(x === 0)), { inplace: true });
operator(
  'bitwise_not(input)',
  TM,
  (args) => unary(args, args.dtype('input'), args.dtype('input') === 'bool' ? (x) => Number(x === 0) : (x) => -x - 1),
  { inplace: true },
);
operator('nan_to_num(input, nan=0.0, posinf=None, neginf=None)', TM, (args) => unary(args, args.dtype('input'), null), {
  inplace: true,
});

operator(
  'clamp(input, min=None, max=None)',
  TM,
  (args) => {
    const terms = [termOf(args, args.raw('input'), 'input')];
    const bound = (name: string): Term | null => {
      const value = args.raw(name);
      if (value === null) return null;
      return isUnknown(value) ? number('bool', null) : termOf(args, value, name);
    };
    const [min, max] = [bound('min'), bound('max')];
    if (!min && !max)
      return args.context.raise('ValueError', "torch.clamp: At least one of 'min' or 'max' must not be None");
    if (min) terms.push(min);
    if (max) terms.push(max);
    const compute = (x: number, ...bounds: number[]): number => {
      let result = x;
      let next = 0;
      if (min) result = Math.max(result, bounds[next++] as number);
      if (max) result = Math.min(result, bounds[next] as number);
      return result;
    };
    const [least, most] = [args.number('min'), args.number('max')];
    const result = combine(args, terms, 'arithmetic', compute, { min: least, max: most });
    const known = (!min || least !== null) && (!max || most !== null);
    return { ...result, init: known ? thenFilled(args, () => ({ kind: 'clamp', min: least, max: most })) : undefined };
  },
  { inplace: true },
);
alias('clip', 'clamp', TM);
for (const [name, bound] of [
  ['clamp_min', 'min'],
  ['clamp_max', 'max'],
] as const)
  operator(
    `${name}(input, ${bound})`,
    TM,
    (args) =>
      combine(
        args,
        [termOf(args, args.raw('input'), 'input'), termOf(args, args.raw(bound), bound)],
        'arithmetic',
        bound === 'min' ? Math.max : Math.min,
      ),
    { inplace: true },
  );

operator('real(input)', 'torch method', (args) => realPart(args));
operator('imag(input)', 'torch method', (args) => realPart(args));
operator('conj(input)', TM, (args) => ({
  shape: args.tensor('input').data.shape,
  view: true,
  values: args.values('input'),
}));
operator('resolve_conj(input)', TM, (args) => ({ shape: args.tensor('input').data.shape }));
operator('resolve_neg(input)', TM, (args) => ({ shape: args.tensor('input').data.shape }));
function realPart(args: Args): Result {
  const dtype = args.dtype('input');
  return { shape: args.tensor('input').data.shape, dtype: isUnknown(dtype) ? dtype : realOf(dtype), view: true };
}
operator('complex(real, imag)', 'torch', (args) => {
  const dtype = args.dtype('real');
  return {
    shape: broadcast(args, [args.tensor('real').data.shape, args.tensor('imag').data.shape]),
    dtype: dtype === 'float64' ? 'complex128' : isUnknown(dtype) ? dtype : 'complex64',
  };
});
operator('polar(abs, angle)', 'torch', (args) => {
  const dtype = args.dtype('abs');
  return {
    shape: broadcast(args, [args.tensor('abs').data.shape, args.tensor('angle').data.shape]),
    dtype: dtype === 'float64' ? 'complex128' : isUnknown(dtype) ? dtype : 'complex64',
  };
});
