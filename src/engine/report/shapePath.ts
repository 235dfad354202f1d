/** The way a tensor took to where it doesn't fit: each step that changed its shape. */
import type { PyInstance } from '../python/index.js';
import type { Place } from '../python/value.js';
import { isUnknown } from '../torch/dims.js';
import type { Dim, OpNode, Shape, TensorData } from '../torch/tensor.js';
import { shapeText } from './shapeText.js';

export interface ShapeStep {
  /** `pool`, or the operator where no layer did it. */
  readonly label: string;
  readonly shape: string;
  readonly place: Place | null;
}

const MOST_STEPS = 4;

/** Steps that led to `tensor`, the last one first. `layerAt`: the layer of PyTorch at a path, if it is one. */
export function shapePath(tensor: TensorData, layerAt: (path: string) => PyInstance | undefined): ShapeStep[] {
  const steps: ShapeStep[] = [];
  let at: TensorData | undefined = tensor;
  for (let i = 0; at?.node && i < 100 && steps.length < MOST_STEPS; i++) {
    const { node }: { node: OpNode } = at as TensorData & { node: OpNode };
    const before: TensorData | undefined = node.inputs[0];
    if (!before || !sameShape(before.shape, at.shape)) steps.push(stepOf(at, node, layerAt(node.modulePath)));
    at = before;
  }
  return steps;
}

function stepOf({ shape, dtype }: TensorData, node: OpNode, layer: PyInstance | undefined): ShapeStep {
  // A number alone says nothing: `layers.0 (Conv2d)`.
  const isNumbered = /(^|\.)\d+$/.test(node.modulePath);
  const label = layer
    ? `${node.modulePath}${isNumbered ? ` (${layer.cls.name})` : ''}`
    : node.op === 'getitem'
      ? 'indexing'
      : node.op;
  const place = [node.place, layer?.place].find((each) => each && !each.file.path.startsWith('<')) ?? null;
  return { label, shape: shapeText(shape, dtype), place };
}

function sameShape(a: Shape, b: Shape): boolean {
  if (isUnknown(a) || isUnknown(b)) return false;
  return a.length === b.length && a.every((dim, i) => sameDim(dim, b[i] as Dim));
}

function sameDim(a: Dim, b: Dim): boolean {
  return (
    a === b || (typeof a === 'object' && typeof b === 'object' && !isUnknown(a) && !isUnknown(b) && a.key === b.key)
  );
}

/** `128·2·2` where axes were laid together to the size; `null` otherwise. */
export function factorsOf(tensor: TensorData, size: number): string | null {
  const { node } = tensor;
  if (!node || !/^(flatten|view|reshape|_unsafe_view)$/.test(node.op)) return null;
  const before = node.inputs[0]?.shape;
  if (!before || isUnknown(before)) return null;
  const tail: number[] = [];
  for (let i = before.length - 1; i >= 0; i--) {
    const dim = before[i];
    if (typeof dim !== 'number') return null;
    tail.unshift(dim);
    if (tail.length > 1 && tail.reduce((product, each) => product * each, 1) === size) return tail.join('·');
  }
  return null;
}

/** Operators that leave the size along an axis as it is if it comes out the same. */
const KEEPING =
  /^(relu|relu6|leaky_relu|prelu|elu|selu|gelu|silu|mish|hardtanh|hardswish|hardsigmoid|softplus|sigmoid|tanh|softmax|log_softmax|(feature_|alpha_)*dropout[123]?d?|batch_norm|instance_norm|group_norm|layer_norm|rms_norm|(adaptive_)?(max|avg)_pool[123]d|interpolate|add|sub|mul|div|contiguous|clone|to)_?$/;

/** Whether the size along an axis was decided by the weights of a layer and so doesn't depend on the model's input. */
export function decidedByWeights(tensor: TensorData, axis: number): boolean {
  let at: TensorData = tensor;
  for (let i = 0; i < 200; i++) {
    const { node, shape } = at;
    const before = node?.inputs[0];
    if (!node || !before || isUnknown(shape) || isUnknown(before.shape)) return false;
    const hasWeight = node.inputs.slice(1).some(({ role }) => role === 'parameter');
    if (hasWeight && node.op === 'linear') return axis === shape.length - 1;
    if (hasWeight && /^conv(_transpose)?[123]d$/.test(node.op)) {
      const spatial = Number(/([123])d$/.exec(node.op)?.[1]);
      return axis === shape.length - spatial - 1;
    }
    const kept = before.shape.length === shape.length && sameDim(before.shape[axis] as Dim, shape[axis] as Dim);
    if (!KEEPING.test(node.op) || !kept) return false;
    at = before;
  }
  return false;
}
