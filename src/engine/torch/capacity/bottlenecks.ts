/** Where the features between linear maps are fewer than on both sides: nothing that passes has a higher rank. */
import { sameInt } from '../../python/symint.js';
import { concrete, isInt, isUnknown } from '../dims.js';
import { numberOf } from '../backward/arguments.js';
import type { TapeOp } from '../tape.js';
import type { Dim, TensorNative } from '../tensor.js';
import type { ModuleCall } from '../trace.js';
import { ELEMENTWISE, NORMALISING } from './operators.js';

/** A map whose result is narrow so far. */
interface Narrow {
  readonly call: ModuleCall | null;
  readonly rank: number;
  /** Features that went into it. */
  readonly before: number;
  /** Features after the maps that read it. */
  readonly after: number[];
  /** Something reads it that isn't a map. */
  lost: boolean;
  bypassed: boolean;
}

export interface Bottleneck {
  readonly call: ModuleCall;
  readonly rank: number;
  readonly width: number;
  readonly bypassed: boolean;
}

/** Operators that work on every feature alone, or on all of them without making new ones. */
const PASSES = new Set(
  (
    `${ELEMENTWISE} ${NORMALISING} max_pool1d max_pool2d max_pool3d avg_pool1d avg_pool2d avg_pool3d adaptive_avg_pool1d adaptive_avg_pool2d ` +
    'adaptive_avg_pool3d interpolate pad transpose permute'
  ).split(' '),
);

/** Operators that bring several flows together. */
const JOINS = new Set(['mul', 'div', 'cat', 'stack']);

/** Scales or moves each element of the only tensor that comes from the input. */
function scales(op: TapeOp, moving: readonly TensorNative[]): boolean {
  const [shape, out] = [moving[0]?.data.shape, op.outputs[0]?.data.shape];
  if (!['mul', 'div', 'add', 'sub'].includes(op.name) || moving.length !== 1 || !shape || !out) return false;
  if (isUnknown(shape) || isUnknown(out) || shape.length !== out.length) return false;
  return shape.every((dim, i) => {
    const after = out[i] as Dim;
    return isInt(dim) && isInt(after) && sameInt(dim, after);
  });
}

interface Flow {
  /** Narrow maps whose features these are. */
  readonly narrow: ReadonlySet<Narrow>;
  /** Narrow maps that were widened into these. */
  readonly widened: ReadonlySet<Narrow>;
}
const nothing: Flow = { narrow: new Set(), widened: new Set() };

/** What only one of several came through is gone round by the others. */
function passBy(all: readonly Flow[]): Set<Narrow> {
  for (const flow of all)
    for (const map of flow.widened)
      if (all.some(({ narrow, widened }) => !widened.has(map) && !narrow.has(map))) map.bypassed = true;
  return new Set(all.flatMap(({ widened }) => [...widened]));
}

/** Features that go in and come out; `null` for what isn't a linear map. */
function widthsOf(op: TapeOp): { readonly into: number; readonly out: number; readonly each: boolean } | null {
  const weight = op.inputs.get('weight')?.[0]?.data.shape;
  const shape = weight && concrete(weight);
  if (!shape || shape.length < 2) return null;
  const [a, b] = shape as [number, number];
  if (op.name === 'linear') return { into: b, out: a, each: false };
  const groups = numberOf(op.args['groups']) ?? 1;
  if (/^conv\dd$/.test(op.name)) return { into: b * groups, out: a, each: b === 1 && a === groups };
  if (op.name.startsWith('conv_transpose')) return { into: a, out: b * groups, each: b === 1 && a === groups };
  return null;
}

/** Every narrow place of one forward pass, in forward order. */
export function bottlenecksOf(
  ops: readonly TapeOp[],
  inputs: readonly TensorNative[],
  outputs: readonly TensorNative[],
): Bottleneck[] {
  const flows = new Map<TensorNative, Flow>(inputs.map((tensor) => [tensor, nothing]));
  const found: Narrow[] = [];
  const flowOf = (tensor: TensorNative): Flow => flows.get(tensor) ?? nothing;
  const lose = ({ narrow }: Flow): void => narrow.forEach((map) => (map.lost = true));
  for (const op of ops) {
    const given = [...op.inputs].flatMap(([, tensors]) => tensors.map(({ tensor }) => tensor));
    const moving = given.filter((tensor) => flows.has(tensor));
    const [out] = op.outputs;
    const [first] = op.inputs.get('input') ?? [];
    if (!out) continue;
    const widths = widthsOf(op);
    if (widths && first) {
      const flow = flowOf(first.tensor);
      const { into, out: width, each } = widths;
      if (each) {
        flows.set(out.tensor, flow);
        continue;
      }
      const widened = new Set(flow.widened);
      const narrow = new Set<Narrow>();
      for (const map of flow.narrow) {
        if (into !== map.rank || width < map.rank) map.lost = true;
        else if (width === map.rank) narrow.add(map);
        else {
          map.after.push(width);
          widened.add(map);
        }
      }
      if (width < into) {
        const map: Narrow = { call: op.call, rank: width, before: into, after: [], lost: false, bypassed: false };
        found.push(map);
        narrow.add(map);
      }
      flows.set(out.tensor, { narrow, widened });
    } else if (PASSES.has(op.name) && first) flows.set(out.tensor, flowOf(first.tensor));
    else if (scales(op, moving)) flows.set(out.tensor, flowOf(moving[0] as TensorNative));
    else if (op.name === 'add' || op.name === 'sub') {
      const all = moving.map(flowOf);
      const sum = { narrow: new Set(all.flatMap(({ narrow }) => [...narrow])), widened: passBy(all) };
      // A wide one beside a narrow one.
      if (all.some(({ narrow }) => narrow.size === 0)) lose(sum);
      if (moving.length > 0) flows.set(out.tensor, sum);
    } else {
      given.forEach((tensor) => lose(flowOf(tensor)));
      // A gate, or a branch beside others.
      if (JOINS.has(op.name)) flows.set(out.tensor, { narrow: new Set(), widened: passBy(moving.map(flowOf)) });
    }
    for (const { tensor } of op.outputs) if (!flows.has(tensor)) flows.set(tensor, nothing);
  }
  outputs.forEach((tensor) => lose(flowOf(tensor)));
  return found.flatMap(({ call, rank, before, after, lost, bypassed }) =>
    lost || !call || after.length === 0 ? [] : [{ call, rank, width: Math.min(before, ...after), bypassed }],
  );
}
