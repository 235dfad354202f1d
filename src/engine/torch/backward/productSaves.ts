/** What matrix products keep: their factors, as they are where a matrix can be seen in them without a copy, else that copy. */
import { isUnknown, product } from '../dims.js';
import type { TapeOp } from '../tape.js';
import type { Dim } from '../tensor.js';
import { folds, isDense, viewed, type Layout } from './layout.js';
import type { Rule, Saver } from './saves.js';

function keepFolded(saver: Saver, layout: Layout): void {
  if (folds(layout)) saver.keep(layout);
  else saver.copy(layout.shape, layout.dtype);
}

export const linear: Rule = (saver) => {
  const x = saver.layout('input');
  if (x && saver.wants('weight')) keepFolded(saver, x);
  if (saver.wants('input')) saver.keep(saver.layout('weight'));
};

const swapped = (layout: Layout): Layout => {
  const last = <T>(items: readonly T[]): T[] => [...items.slice(0, -2), ...items.slice(-2).reverse()];
  return { ...layout, shape: last(layout.shape), strides: last(layout.strides) };
};

/** A factor of a batched product: repeated to the common batch and seen as a list of matrices. */
function keepBatched(saver: Saver, layout: Layout, batch: readonly Dim[]): void {
  const own = layout.shape.slice(0, -2);
  const added = batch.length - own.length;
  const strides = batch.map((size, i) => {
    const stride = i < added || own[i - added] !== size ? 0 : layout.strides[i - added];
    return stride ?? 0;
  });
  const shape = [...batch, ...layout.shape.slice(-2)];
  const whole: Layout = { ...layout, shape, strides: [...strides, ...layout.strides.slice(-2)] };
  if (viewed(whole, [product(batch), ...layout.shape.slice(-2)])) saver.keep(layout);
  else saver.copy(shape, layout.dtype);
}

/** `matmul` and its kin; `addmm` has something in front that keeps nothing. */
export const matmul: Rule = (saver) => {
  const factors = [...saver.op.inputs.keys()].flatMap((name) =>
    saver.op.name.startsWith('add') || saver.op.name === 'baddbmm' ? (name === 'input' ? [] : [name]) : [name],
  );
  const [a = '', b = ''] = factors;
  const [left, right] = [saver.layout(a), saver.layout(b)];
  if (!left || !right) return;
  const ranks = [left.shape.length, right.shape.length] as const;
  if (ranks[0] <= 2 && ranks[1] <= 2) {
    if (saver.wants(b)) saver.keep(left);
    if (saver.wants(a)) saver.keep(right);
    return;
  }
  if (ranks[1] <= 2 && (saver.wants(b) || folds(left))) {
    if (saver.wants(b)) keepFolded(saver, left);
    if (saver.wants(a)) saver.keep(right);
    return;
  }
  if (ranks[0] <= 2 && saver.wants(a)) {
    keepFolded(saver, swapped(right));
    if (saver.wants(b)) saver.keep(left);
    return;
  }
  const batch = saver.result().shape.slice(0, ranks[0] > 1 && ranks[1] > 1 ? -2 : -1);
  if (saver.wants(b)) keepBatched(saver, left, batch);
  if (saver.wants(a)) keepBatched(saver, right, batch);
};

/** Two operands are brought into the form of a batched product. */
export const einsum: Rule = (saver) => {
  const operands = saver.op.inputs.get('operands') ?? [];
  const { equation } = saver.op.args;
  const [a, b] = [saver.layout('operands', 0), saver.layout('operands', 1)];
  if (typeof equation !== 'string' || equation.includes('.') || operands.length > 2)
    return saver.unknown('what backward of this einsum keeps is not known');
  if (!a || !b) return;
  const [left = '', output = ''] = equation.replace(/\s/g, '').split('->');
  const [first = '', second = ''] = left.split(',');
  if (!equation.includes('->')) return saver.unknown('what backward of this einsum keeps is not known');
  const shared = [...first].filter((label) => second.includes(label));
  const batch = [...output].filter((label) => shared.includes(label));
  const summed = shared.filter((label) => !output.includes(label)).sort();
  const grads = operands.map(({ data }) => data.requiresGrad);
  const keepAs = (layout: Layout, labels: string, groups: readonly (readonly string[])[]): void => {
    if (
      new Set(labels).size !== labels.length ||
      [...labels].some((label) => !shared.includes(label) && !output.includes(label))
    )
      return saver.unknown('what backward of this einsum keeps is not known');
    const order = groups.flat().map((label) => labels.indexOf(label));
    const permuted: Layout = {
      ...layout,
      shape: order.map((i) => layout.shape[i] as Dim),
      strides: order.map((i) => layout.strides[i] as Dim),
    };
    const sizes = groups.map((group) => product(group.map((label) => layout.shape[labels.indexOf(label)] as Dim)));
    if (summed.length === 0 || viewed(permuted, sizes)) saver.keep(layout);
    else saver.copy(permuted.shape, layout.dtype);
  };
  const only = (labels: string): string[] =>
    [...output].filter((label) => labels.includes(label) && !batch.includes(label));
  if (grads[1]) keepAs(a, first, [batch, only(first), summed]);
  if (grads[0]) keepAs(b, second, [batch, summed, only(second)]);
};

const dropsScores = ({ args }: TapeOp): boolean => {
  const p = args['dropout_p'];
  return p !== 0 && !(typeof p === 'object' && p?.kind === 'float' && p.value === 0);
};

/** Whether the CPU's kernel takes a call of attention: four axes, heads of equal width, no dropout, a mask that learns nothing. */
export function isFused(op: TapeOp): boolean {
  const [q, , v] = ['query', 'key', 'value'].map((name) => op.inputs.get(name)?.[0]?.data.shape);
  if (!q || !v || isUnknown(q) || isUnknown(v)) return false;
  const learnsMask = (op.inputs.get('attn_mask') ?? []).some(({ data }) => data.requiresGrad);
  return (
    op.name === 'scaled_dot_product_attention' && !learnsMask && !dropsScores(op) && q.length === 4 && v[3] === q[3]
  );
}

/** The fused kernel of the CPU where it takes the case, else the products one by one. */
export const attention: Rule = (saver) => {
  const [q, k, v] = ['query', 'key', 'value'].map((name) => saver.layout(name));
  if (!q || !k || !v) return;
  const scores = [...q.shape.slice(0, -1), k.shape[k.shape.length - 2] ?? 1];
  const mask = saver.layout('attn_mask');
  const dropped = dropsScores(saver.op);
  if (isFused(saver.op)) {
    for (const layout of [q, k, v]) saver.keep(layout);
    saver.keep(saver.result());
    saver.copy(q.shape.slice(0, -1), 'float32');
    if (mask && !isUnknown(mask.dtype) && mask.dtype === 'bool') saver.copy(mask.shape, q.dtype);
    else saver.keep(mask);
    return;
  }
  // Scaled query and key, the scores after softmax, and with dropout its mask and what it left.
  // Floats of two bytes are widened for it.
  const isHalf = q.dtype === 'bfloat16' || q.dtype === 'float16';
  const dtype = isHalf ? 'float32' : q.dtype;
  saver.copy(q.shape, dtype);
  saver.copy(k.shape, dtype);
  for (let i = 0; i < (dropped ? 3 : 1); i++) saver.copy(scores, dtype);
  if (isHalf) saver.copy(v.shape, dtype);
  else if (isDense(v) || viewed(v, [product(v.shape.slice(0, -2)), ...v.shape.slice(-2)])) saver.keep(v);
  else saver.copy(v.shape, v.dtype);
};
