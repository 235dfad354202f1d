/** `torch.float32` and its kin: objects, names, promotion. */
import type { Context } from '../python/context.js';
import { defineClass, defineFunction } from '../python/define.js';
import type { Native, NativeType, PyClass, Unknown, Value } from '../python/value.js';
import { isUnknown } from './dims.js';
import type { DType } from './tensor.js';

export interface DTypeFacts {
  readonly name: DType;
  readonly bytes: number;
  readonly category: 'bool' | 'integer' | 'float' | 'complex' | 'quantized';
  /** Names on the module besides its own. */
  readonly aliases?: readonly string[];
  /** `numpy` has it as well. */
  readonly numpy?: boolean;
}

export const dtypes: readonly DTypeFacts[] = [
  { name: 'bool', bytes: 1, category: 'bool', numpy: true },
  { name: 'uint8', bytes: 1, category: 'integer', numpy: true },
  { name: 'int8', bytes: 1, category: 'integer', numpy: true },
  { name: 'int16', bytes: 2, category: 'integer', aliases: ['short'], numpy: true },
  { name: 'int32', bytes: 4, category: 'integer', aliases: ['int'], numpy: true },
  { name: 'int64', bytes: 8, category: 'integer', aliases: ['long'], numpy: true },
  { name: 'uint16', bytes: 2, category: 'integer', numpy: true },
  { name: 'uint32', bytes: 4, category: 'integer', numpy: true },
  { name: 'uint64', bytes: 8, category: 'integer', numpy: true },
  { name: 'float16', bytes: 2, category: 'float', aliases: ['half'], numpy: true },
  { name: 'bfloat16', bytes: 2, category: 'float' },
  { name: 'float32', bytes: 4, category: 'float', aliases: ['float'], numpy: true },
  { name: 'float64', bytes: 8, category: 'float', aliases: ['double'], numpy: true },
  { name: 'complex32', bytes: 4, category: 'complex', aliases: ['chalf'] },
  { name: 'complex64', bytes: 8, category: 'complex', aliases: ['cfloat'], numpy: true },
  { name: 'complex128', bytes: 16, category: 'complex', aliases: ['cdouble'], numpy: true },
  { name: 'float8_e4m3fn', bytes: 1, category: 'float' },
  { name: 'float8_e5m2', bytes: 1, category: 'float' },
  { name: 'quint8', bytes: 1, category: 'quantized' },
  { name: 'qint8', bytes: 1, category: 'quantized' },
  { name: 'qint32', bytes: 4, category: 'quantized' },
];

const byName = new Map(dtypes.map((facts) => [facts.name, facts]));

export function dtypeFacts(dtype: DType): DTypeFacts {
  return byName.get(dtype) as DTypeFacts;
}
export function isFloating(dtype: DType | Unknown): boolean {
  return !isUnknown(dtype) && dtypeFacts(dtype).category === 'float';
}
export function isComplex(dtype: DType | Unknown): boolean {
  return !isUnknown(dtype) && dtypeFacts(dtype).category === 'complex';
}
/** May carry a gradient. */
export function isDifferentiable(dtype: DType | Unknown): boolean {
  return isFloating(dtype) || isComplex(dtype);
}
export function isIntegral(dtype: DType | Unknown): boolean {
  return !isUnknown(dtype) && (dtypeFacts(dtype).category === 'integer' || dtype === 'bool');
}

/** The class of dtype objects. */
export const dtypeClass: PyClass = defineClass('dtype', { module: 'torch', layout: 'native' });

const dtypeType: NativeType = {
  name: 'dtype',
  cls: () => dtypeClass,
  getAttribute(self, name) {
    const facts = self.data as DTypeFacts;
    switch (name) {
      case 'itemsize':
        return facts.bytes;
      case 'is_floating_point':
        return facts.category === 'float';
      case 'is_complex':
        return facts.category === 'complex';
      case 'is_signed':
        return facts.category !== 'bool' && !facts.name.startsWith('uint');
      case 'to_real':
        return defineFunction('to_real()', () => dtypeObject(realOf(facts.name)));
      case 'to_complex':
        return defineFunction('to_complex()', () => dtypeObject(complexOf(facts.name)));
      default:
        return undefined;
    }
  },
  binary(op, self, other) {
    if (op !== '==' && op !== '!=') return undefined;
    if (isUnknown(other)) return other;
    const same =
      typeof other === 'object' && other !== null && other.kind === 'class'
        ? numpyScalars.get(other) === (self.data as DTypeFacts).name
        : self === other;
    return same === (op === '==');
  },
  truth: () => true,
  repr: (self) => `torch.${(self.data as DTypeFacts).name}`,
  copy: (self) => self,
};

const objects = new Map<DType, Native>(
  dtypes.map((facts) => [
    facts.name,
    { kind: 'native', type: dtypeType, data: facts, attrs: null, saved: 0, taint: null },
  ]),
);

/** The one object of a dtype (identity is equality). */
export function dtypeObject(dtype: DType): Native {
  return objects.get(dtype) as Native;
}

/** Reads a dtype from a value: a dtype object, or Python's `float`, `int`, `bool`, `complex`; `undefined` if it is none. */
export function dtypeOf(value: Value, context: Context): DType | Unknown | undefined {
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? byNumpyName(value) : undefined;
  if (value.kind === 'unknown') return value;
  if (value.kind === 'native' && value.type === dtypeType) return (value.data as DTypeFacts).name;
  if (value.kind !== 'class') return undefined;
  if (value === context.builtinClass('float')) return defaultDtype(context);
  if (value === context.builtinClass('int')) return 'int64';
  if (value === context.builtinClass('bool')) return 'bool';
  if (value === context.builtinClass('complex')) return 'complex64';
  return numpyScalars.get(value);
}

/** Classes such as `numpy.float32`, filled by `numpy.ts`. */
export const numpyScalars = new Map<PyClass, DType>();

function byNumpyName(name: string): DType | undefined {
  const short: Record<string, DType> = {
    float: 'float64',
    int: 'int64',
    f: 'float32',
    d: 'float64',
    i: 'int32',
    f4: 'float32',
    f8: 'float64',
    i4: 'int32',
    i8: 'int64',
    u1: 'uint8',
    uint8: 'uint8',
    half: 'float16',
    double: 'float64',
    long: 'int64',
    '?': 'bool',
    complex: 'complex128',
  };
  return byName.get(name as DType)?.name ?? short[name.replace(/^[<>=|]/, '')];
}

const DEFAULT = Symbol('default dtype');

/** What `torch.get_default_dtype()` gives in this run. */
export function defaultDtype(context: Context): DType {
  const cell = context.state.get(DEFAULT) as Native | undefined;
  return cell ? (cell.data as DType) : 'float32';
}

/** A cell of the heap, so that a branch that is rolled back takes its default with it. */
export function setDefaultDtype(context: Context, dtype: DType): void {
  const cell = context.state.get(DEFAULT) as Native | undefined;
  if (cell) {
    context.heap.touch(cell);
    cell.data = dtype;
  } else if (dtype !== 'float32') {
    const made: Native = { kind: 'native', type: dtypeType, data: 'float32', attrs: null, saved: 0, taint: null };
    context.state.set(DEFAULT, made);
    context.heap.touch(made);
    made.data = dtype;
  }
}

export function realOf(dtype: DType): DType {
  if (dtype === 'complex128') return 'float64';
  if (dtype === 'complex64') return 'float32';
  return dtype === 'complex32' ? 'float16' : dtype;
}
export function complexOf(dtype: DType): DType {
  if (dtype === 'float64' || dtype === 'complex128') return 'complex128';
  return dtype === 'float16' || dtype === 'complex32' ? 'complex32' : 'complex64';
}

const integerOrder: readonly DType[] = ['bool', 'uint8', 'int8', 'int16', 'int32', 'int64'];
const floatOrder: readonly DType[] = ['float16', 'bfloat16', 'float32', 'float64'];

/** The dtype both fit in, by PyTorch's table. */
export function promote(a: DType, b: DType): DType {
  if (a === b) return a;
  const x = dtypeFacts(a).category;
  const y = dtypeFacts(b).category;
  if (x === 'complex' || y === 'complex') {
    if (a === 'complex128' || b === 'complex128' || a === 'float64' || b === 'float64') return 'complex128';
    if (a === 'complex32' || b === 'complex32') {
      const other = a === 'complex32' ? b : a;
      return other === 'float32' || other === 'bfloat16' || other === 'complex64' ? 'complex64' : 'complex32';
    }
    return 'complex64';
  }
  if (x === 'float' || y === 'float') {
    if (x !== 'float') return b;
    if (y !== 'float') return a;
    if ((a === 'float16' && b === 'bfloat16') || (a === 'bfloat16' && b === 'float16')) return 'float32';
    return floatOrder.indexOf(a) > floatOrder.indexOf(b) ? a : b;
  }
  if ((a === 'uint8' && b === 'int8') || (a === 'int8' && b === 'uint8')) return 'int16';
  return integerOrder.indexOf(a) > integerOrder.indexOf(b) ? a : b;
}

/** An operand of promotion: tensors with axes outrank tensors without, which outrank Python numbers (by category). */
export interface Operand {
  readonly dtype: DType | Unknown;
  readonly rank: 'tensor' | 'scalar' | 'number';
}

const categoryOrder = ['bool', 'integer', 'float', 'complex'];

/** Order of categories in promotion. */
export function categoryOf(dtype: DType): number {
  return categoryOrder.indexOf(dtypeFacts(dtype).category);
}

/** What error messages call a dtype: `Float`, `Long`. */
export function scalarName(dtype: DType): string {
  const names: Partial<Record<DType, string>> = {
    float16: 'Half',
    float32: 'Float',
    float64: 'Double',
    bfloat16: 'BFloat16',
    int64: 'Long',
    int32: 'Int',
    int16: 'Short',
    int8: 'Char',
    uint8: 'Byte',
    bool: 'Bool',
    complex64: 'ComplexFloat',
    complex128: 'ComplexDouble',
    complex32: 'ComplexHalf',
  };
  return names[dtype] ?? dtype;
}

/** `torch.result_type` of any number of operands. */
export function resultType(operands: readonly Operand[], otherwise: DType = 'float32'): DType | Unknown {
  let result: DType | null = null;
  let level = -1;
  for (const rank of ['tensor', 'scalar', 'number'] as const) {
    let group: DType | null = null;
    for (const operand of operands) {
      if (operand.rank !== rank) continue;
      if (isUnknown(operand.dtype)) return operand.dtype;
      group = group === null ? operand.dtype : promote(group, operand.dtype);
    }
    if (group === null) continue;
    const category = categoryOrder.indexOf(dtypeFacts(group).category);
    if (result === null) result = group;
    else if (category > level) {
      // A number of a higher category: the default of that category, as wide as what is there where both are floating.
      if (category === 3 && dtypeFacts(result).category === 'float') result = complexOf(result);
      else result = rank === 'number' ? promote(result, group) : group;
    }
    level = Math.max(level, category);
  }
  return result ?? otherwise;
}

/** What operations that need floats make of integers. */
export function toFloat(dtype: DType | Unknown, context: Context): DType | Unknown {
  return isUnknown(dtype) || isDifferentiable(dtype) ? dtype : defaultDtype(context);
}

/** Rounds a number to what a dtype can hold; `null` where that isn't exactly known. */
export function roundTo(dtype: DType | Unknown, value: number): number | null {
  if (isUnknown(dtype)) return null;
  switch (dtype) {
    case 'float64':
      return value;
    case 'float32':
      return Math.fround(value);
    case 'bool':
      return value !== 0 ? 1 : 0;
    case 'int64':
      return Number.isSafeInteger(Math.trunc(value)) ? Math.trunc(value) : null;
    case 'int32':
      return Number.isFinite(value) ? Math.trunc(value) | 0 : null;
    case 'int16':
      return Number.isFinite(value) ? (Math.trunc(value) << 16) >> 16 : null;
    case 'int8':
      return Number.isFinite(value) ? (Math.trunc(value) << 24) >> 24 : null;
    case 'uint8':
      return Number.isFinite(value) ? Math.trunc(value) & 255 : null;
    default:
      return Number.isInteger(value) && Math.abs(value) <= 256 ? value : null;
  }
}

/** Rounds all, or gives them up. */
export function roundAll(dtype: DType | Unknown, values: readonly number[]): number[] | null {
  // The dtype is asked once for all where every number can be rounded to it.
  if (dtype === 'float64') return values.slice();
  if (dtype === 'float32') return values.map(Math.fround);
  const rounded: number[] = [];
  for (const value of values) {
    const one = roundTo(dtype, value);
    if (one === null) return null;
    rounded.push(one);
  }
  return rounded;
}
