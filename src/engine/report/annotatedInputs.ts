/** jaxtyping annotations of `forward`: `x: Float[Tensor, "batch 3 height width"]`. */
import { lookup } from '../python/attributes.js';
import type { Interpreter, PyInstance } from '../python/index.js';
import type { Expr, Param, SourceFile } from '../syntax/index.js';
import { importsOf, qualifiedName } from '../training/names.js';
import type { DType } from '../torch/tensor.js';
import type { InputGuess } from './inputSources.js';
import type { TensorSpec } from './inputs.js';

/** jaxtyping's families stand for their usual member. */
const DTYPES: Readonly<Record<string, DType>> = {
  Float: 'float32',
  Shaped: 'float32',
  Num: 'float32',
  Real: 'float32',
  Inexact: 'float32',
  Float16: 'float16',
  BFloat16: 'bfloat16',
  Float32: 'float32',
  Float64: 'float64',
  Int: 'int64',
  Integer: 'int64',
  Int8: 'int8',
  Int16: 'int16',
  Int32: 'int32',
  Int64: 'int64',
  UInt8: 'uint8',
  Bool: 'bool',
  Complex: 'complex64',
  Complex64: 'complex64',
  Complex128: 'complex128',
};

/** The inputs if every argument that `forward` needs is annotated; `null` otherwise. */
export function annotatedInputs(interpreter: Interpreter, root: PyInstance): InputGuess | null {
  const forward = lookup(interpreter, root.cls, 'forward');
  if (typeof forward !== 'object' || forward?.kind !== 'function') return null;
  const { file } = forward.module;
  if (!file) return null;
  importsOf(file, interpreter.project.moduleNameOf(file.path).name);
  const needed = forward.node.params
    .slice(1)
    .filter(({ form, name }) => (form === 'normal' || form === 'positionalOnly') && !forward.defaults.has(name));
  const specs = needed.map((param) => specOf(param, file));
  const [first] = needed;
  if (!first || specs.some((spec) => spec === null)) return null;
  return {
    specs: specs.filter((spec) => spec !== null),
    source: 'annotation',
    isSure: true,
    note: null,
    place: { file, start: first.start, end: first.end },
  };
}

function specOf({ annotation }: Param, file: SourceFile): TensorSpec | null {
  if (annotation?.kind !== 'Subscript' || annotation.index.kind !== 'Tuple') return null;
  const dtype = dtypeOf(annotation.value, file);
  const text = annotation.index.elements[1];
  if (!dtype || text?.kind !== 'String') return null;
  const dims = text.value.split(/\s+/).filter((part) => part !== '');
  const sizes = dims.map((part, i) => sizeOf(part, i));
  return sizes.includes(null)
    ? null
    : { kind: 'tensor', name: null, dims: sizes.filter((size) => size !== null), dtype };
}

function dtypeOf(expr: Expr, file: SourceFile): DType | undefined {
  const name = qualifiedName(file, expr);
  return name?.startsWith('jaxtyping.') ? DTYPES[name.slice('jaxtyping.'.length)] : undefined;
}

/** One axis: a number, a name, a sum or product of these; any number of axes (`*batch`) counts as one. */
function sizeOf(part: string, at: number): number | string | null {
  const plain = part.replace(/^[#?*]+/, '').replace(/^\w+=/, '');
  if (part === '...' || plain === '_' || plain === '') return `d${at}`;
  if (/^\d+$/.test(plain)) return Number(plain);
  return /^[\w+*\-/() ]+$/.test(plain) ? plain : null;
}
