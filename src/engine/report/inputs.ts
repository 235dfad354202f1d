/** What goes into `forward`: as a user writes it on the command line, or with a batch request. */
import { evaluateSource, isUnknown, type Interpreter, type PyModule, type Value } from '../python/index.js';
import { formatInt, symbol } from '../python/symint.js';
import { makeTensor, type Dim, type DType, type TensorData } from '../torch/tensor.js';

export interface TensorSpec {
  readonly kind: 'tensor';
  /** Parameter of `forward`; positional when `null`. */
  readonly name: string | null;
  /** Sizes; a string is a named size, or sums and products of such. */
  readonly dims: readonly (number | string)[];
  readonly dtype: DType;
}

/** An input that is no tensor, as Python text. */
export interface ValueSpec {
  readonly kind: 'value';
  readonly name: string | null;
  readonly text: string;
}

export type InputSpec = TensorSpec | ValueSpec;

const DTYPES: Readonly<Record<string, DType>> = {
  f16: 'float16',
  half: 'float16',
  bf16: 'bfloat16',
  f32: 'float32',
  float: 'float32',
  f64: 'float64',
  double: 'float64',
  u8: 'uint8',
  i8: 'int8',
  i16: 'int16',
  i32: 'int32',
  int: 'int32',
  i64: 'int64',
  long: 'int64',
  bool: 'bool',
  c64: 'complex64',
  c128: 'complex128',
  float16: 'float16',
  bfloat16: 'bfloat16',
  float32: 'float32',
  float64: 'float64',
  uint8: 'uint8',
  int8: 'int8',
  int16: 'int16',
  int32: 'int32',
  int64: 'int64',
  complex64: 'complex64',
  complex128: 'complex128',
};

/** The dtype that a short or long name stands for; `undefined` if it is none. */
export function dtypeNamed(name: string): DType | undefined {
  return DTYPES[name.replace(/^torch\./, '')];
}

/** `1,3,32,32[:dtype]` or `name=1,128:int64`. @throws RangeError with a sentence for the user. */
export function parseInput(text: string): InputSpec {
  const match = /^\s*(?:([A-Za-z_]\w*)\s*=\s*)?([^:=]*?)(?:\s*:\s*([\w.]+))?\s*$/.exec(text);
  const dtype = match?.[3] === undefined ? 'float32' : dtypeNamed(match[3]);
  if (!match || !dtype)
    throw new RangeError(
      `'${text}' is no input: write sizes and, if needed, a dtype, like 1,3,224,224 or ids=1,128:int64`,
    );
  const sizes = (match[2] ?? '')
    .split(/[\s,x]+(?![A-Za-z_])|,/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const dims = sizes.map((part) => {
    if (/^\d+$/.test(part)) return Number(part);
    if (/^[A-Za-z_]\w*$/.test(part)) return part;
    throw new RangeError(`'${part}' in '${text}' is no size: write a whole number or a name`);
  });
  return { kind: 'tensor', name: match[1] ?? null, dims, dtype };
}

/** What would make a tensor of this shape again; `null` where a part isn't known. */
export function tensorSpecOf({ shape, dtype }: TensorData, name: string | null): TensorSpec | null {
  if (isUnknown(shape) || isUnknown(dtype)) return null;
  const dims: (number | string)[] = [];
  for (const dim of shape) {
    if (isUnknown(dim)) return null;
    // As Python has it, since it is read again.
    const size = typeof dim === 'number' ? dim : formatInt(dim);
    // A size that its text doesn't say completely can't be said again.
    if (typeof size === 'string' && !/^[\w +\-*/()]+$/.test(size)) return null;
    dims.push(size);
  }
  return { kind: 'tensor', name, dims, dtype };
}

/** A plain value as an input; `null` for anything else. */
export function valueSpecOf(value: Value, name: string | null): ValueSpec | null {
  if (value === null) return { kind: 'value', name, text: 'None' };
  if (typeof value === 'boolean') return { kind: 'value', name, text: value ? 'True' : 'False' };
  return typeof value === 'number' ? { kind: 'value', name, text: String(value) } : null;
}

/** The value of an input. Text that is no plain name or number is evaluated with its names as sizes. */
export function inputValue(spec: InputSpec, interpreter: Interpreter, module: PyModule): Value {
  if (spec.kind === 'value') return interpreter.attempt(() => evaluateSource(interpreter, module, spec.text));
  const shape = spec.dims.map((dim): Dim => {
    if (typeof dim === 'number') return dim;
    return /^[A-Za-z_]\w*$/.test(dim) ? symbol(dim) : sizeExpression(dim, interpreter);
  });
  return makeTensor(interpreter.heap, { shape, dtype: spec.dtype });
}

/** `2*H`, `H + 1`: every name is a size of its own. */
function sizeExpression(text: string, interpreter: Interpreter): Dim {
  const names = new Map<string, Value>((text.match(/[A-Za-z_]\w*/g) ?? []).map((name) => [name, symbol(name)]));
  const scratch: PyModule = {
    kind: 'module',
    name: '<sizes>',
    file: null,
    namespace: names,
    isPackage: false,
    saved: interpreter.heap.epoch,
    taint: null,
  };
  const value = interpreter.attempt(() => evaluateSource(interpreter, scratch, text));
  if (
    typeof value === 'number' ||
    (typeof value === 'object' && (value?.kind === 'symint' || value?.kind === 'unknown'))
  )
    return value;
  return interpreter.unknown(`'${text}' is no size`);
}
