/** What training makes of the layers and operators at the places of a file: what backward keeps of them, what they see of the input. */
import { isUnknown, type Unknown } from '../python/index.js';
import type { SourceFile, Span } from '../syntax/index.js';
import { keptFor, type Kept } from '../torch/backward/kept.js';
import { fieldsOf } from '../torch/capacity/fields.js';
import { add } from '../torch/dims.js';
import type { TapeOp } from '../torch/tape.js';
import type { Dim } from '../torch/tensor.js';
import type { ModuleCall } from '../torch/trace.js';
import { countOf, Notes } from './counts.js';
import type { TrainingPass } from './trainingPass.js';
import type { Count, LayerCapacity } from './types.js';

/** Bytes that backward reads. */
export interface KeptBytes {
  readonly all: Count;
  /** Those that nothing before it keeps. */
  readonly first: Count;
}

/** One call of a module. */
export interface PlacedLayer {
  readonly span: Span;
  readonly path: string;
  readonly kept: KeptBytes | null;
  /** `null` for what calls other modules, and where it isn't known. */
  readonly field: Pick<LayerCapacity, 'receptiveField' | 'stride'> | null;
}

/** One run of an operator. */
export interface PlacedOperator {
  readonly span: Span;
  /** PyTorch's own name. */
  readonly name: string;
  readonly kept: KeptBytes | null;
}

export interface TrainingPlaces {
  readonly layers: readonly PlacedLayer[];
  readonly operators: readonly PlacedOperator[];
  /** Why it isn't known what backward keeps. */
  readonly unknown: string | null;
}

/** What one training pass shows at the places of a file. */
export function trainingPlaces(pass: TrainingPass | Unknown, file: SourceFile): TrainingPlaces {
  if (isUnknown(pass)) return { layers: [], operators: [], unknown: pass.reason };
  const kept = keptFor(pass.ops, pass.fixed);
  const known = isUnknown(kept) ? null : kept;
  const opsOf = new Map<ModuleCall, TapeOp[]>();
  for (const op of pass.ops)
    for (let call = op.call; call; call = call.parent) {
      const ops = opsOf.get(call);
      if (ops) ops.push(op);
      else opsOf.set(call, [op]);
    }
  const [input] = pass.inputs;
  const fields = input && fieldsOf(pass.ops, input);
  const fieldOf = new Map(
    !fields || isUnknown(fields) || fields.axes.length === 0
      ? []
      : fields.calls.map(({ call, sizes, strides }) => [call, { receptiveField: sizes, stride: strides }] as const),
  );
  return {
    layers: [...opsOf].flatMap(([call, ops]) => {
      const { place, path } = call;
      if (place?.file !== file) return [];
      return { span: place, path, kept: known && keptBy(ops, known), field: fieldOf.get(call) ?? null };
    }),
    operators: pass.ops.flatMap((op) =>
      op.place?.file === file ? { span: op.place, name: op.name, kept: known && keptBy([op], known) } : [],
    ),
    unknown: isUnknown(kept) ? kept.reason : null,
  };
}

function keptBy(ops: readonly TapeOp[], { storages, readBy }: Kept): KeptBytes {
  let [all, first]: [Dim, Dim] = [0, 0];
  const own = new Set(ops);
  const read = new Set(ops.flatMap((op) => [...(readBy.get(op) ?? [])]));
  for (const storage of read) {
    all = add(all, storage.bytes);
    if (own.has(storages.get(storage) as TapeOp)) first = add(first, storage.bytes);
  }
  const notes = new Notes();
  return { all: countOf(all, notes), first: countOf(first, notes) };
}
