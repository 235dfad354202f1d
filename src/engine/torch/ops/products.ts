/** Matrix products in all ranks, linear maps and einsum, with their multiply-accumulates as PyTorch's flop counter has them. */
import type { Value, Unknown } from '../../python/value.js';
import { broadcast } from '../broadcast.js';
import {
  add,
  assumeEqual,
  compareDim,
  isUnknown,
  moreSpecific,
  mul,
  product,
  showDim,
  showMatrix,
  showShape,
} from '../dims.js';
import { scalarName } from '../dtypes.js';
import { isTensor, type DType, type Dim, type Shape, type TensorData, type TensorNative } from '../tensor.js';
import { einsumLabels, hiddenAxes } from '../einsumLabels.js';
import { alias, operator, UnknownShape, type Args, type Result } from './operator.js';

const TM = 'torch method';

/** The dtype of a product; PyTorch refuses mixed ones. */
function productDtype(args: Args, a: DType | Unknown, b: DType | Unknown, isAdded = false): DType | Unknown {
  if (isUnknown(a) || isUnknown(b)) return isUnknown(a) ? b : a;
  if (a !== b)
    args.fail(
      isAdded
        ? `mat1 and mat2 must have the same dtype, but got ${scalarName(a)} and ${scalarName(b)}`
        : `expected m1 and m2 to have the same dtype, but got: ${cName(a)} != ${cName(b)}`,
      { argument: 'mat2' },
    );
  return a;
}
function cName(dtype: DType): string {
  const names: Partial<Record<DType, string>> = {
    float32: 'float',
    float64: 'double',
    float16: 'c10::Half',
    bfloat16: 'c10::BFloat16',
    int64: 'long int',
    int32: 'int',
    bool: 'bool',
  };
  return names[dtype] ?? scalarName(dtype).toLowerCase();
}

function contract(args: Args, a: Dim, b: Dim, left: readonly Dim[], right: readonly Dim[], argument: string): void {
  if (!assumeEqual(args.context, a, b))
    args.fail(`mat1 and mat2 shapes cannot be multiplied (${showMatrix(left)} and ${showMatrix(right)})`, {
      argument,
      expected: a,
      got: b,
    });
}

/** `torch.matmul`: vectors, matrices, and stacks of them. */
export function matmul(args: Args, leftName: string, rightName: string): Result {
  const left = args.tensor(leftName).data;
  const right = args.tensor(rightName).data;
  const dtype = productDtype(args, left.dtype, right.dtype);
  const [a, b] = [left.shape, right.shape];
  if (isUnknown(a) || isUnknown(b)) {
    const unknown = isUnknown(a) ? a : (b as Unknown);
    return { shape: unknown, dtype, macs: unknown };
  }
  if (a.length === 0 || b.length === 0)
    return args.fail(`both arguments to matmul need to be at least 1D, but they are ${a.length}D and ${b.length}D`);
  const n = a.length === 1 ? 1 : (a[a.length - 2] as Dim);
  const k = a[a.length - 1] as Dim;
  const k2 = (b.length === 1 ? b[0] : b[b.length - 2]) as Dim;
  const m = b.length === 1 ? 1 : (b[b.length - 1] as Dim);
  if (a.length === 1 && b.length === 1) {
    if (!assumeEqual(args.context, k, k2))
      args.fail(
        `inconsistent tensor size, expected tensor ${showShape(a)} and src ${showShape(b)} to have the same number of elements, but got ${showDim(k)} and ${showDim(k2)} elements respectively`,
        { expected: k, got: k2 },
      );
    return { shape: [], dtype, macs: 0 };
  }
  if (a.length <= 2 && b.length <= 2) contract(args, k, k2, a.length === 1 ? [1, k] : a, b, rightName);
  else if (!assumeEqual(args.context, k, k2)) {
    // Larger stacks on the left are folded into one matrix when the right side is one.
    if (b.length <= 2)
      args.fail(
        `mat1 and mat2 shapes cannot be multiplied (${showMatrix([product(a.slice(0, -1)), k])} and ${showMatrix(b)})`,
        { argument: rightName, expected: k, got: k2 },
      );
    const together = broadcast(args, [a.slice(0, -2), b.slice(0, -2)]);
    args.fail(
      `Expected size for first two dimensions of batch2 tensor to be: [${isUnknown(together) ? '?' : showDim(product(together))}, ${showDim(k)}] but got: [${showDim(product(b.slice(0, -2)))}, ${showDim(k2)}].`,
      { argument: rightName, expected: k, got: k2 },
    );
  }
  const batch = broadcast(args, [a.slice(0, -2), b.slice(0, -2)]);
  if (isUnknown(batch)) return { shape: batch, dtype, macs: batch };
  const shape = [...batch, ...(a.length === 1 ? [] : [n]), ...(b.length === 1 ? [] : [m])];
  const inner = moreSpecific(k, k2);
  const all = product([...batch, n, inner, m]);
  return { shape, dtype, macs: a.length === 1 || b.length === 1 ? vectorMacs(args, left, right, inner, all) : all };
}

/**
 * Vectors: a vector times a matrix is a matrix product for the counter, a matrix times a vector is not. A stack is folded into
 * one matrix where its memory allows (then the product with a vector isn't counted), else it is multiplied as a stack.
 */
function vectorMacs(args: Args, left: TensorData, right: TensorData, inner: Dim, all: Dim): Dim {
  const vectorFirst = !isUnknown(left.shape) && left.shape.length === 1;
  const [vector, stack] = vectorFirst ? [left, right] : [right, left];
  const rank = isUnknown(stack.shape) ? 0 : stack.shape.length;
  if (rank <= 2) return vectorFirst ? all : 0;
  if (inner === 1) return 0;
  // It also matters then whether the vector asks for a gradient when it is counted.
  if (rearranged(stack) || (vectorFirst && vector.requiresGrad))
    return args.context.unknown('how a product with a vector is carried out depends on the memory layout');
  return vectorFirst ? all : 0;
}

/** Whether a tensor may not lie in memory in the order of its axes: element by element operators keep the order they find. */
function rearranged(data: TensorData): boolean {
  let at: TensorData | undefined = data;
  while (at?.node) {
    if (REARRANGING.has(at.node.op)) return true;
    if (COPYING.has(at.node.op)) return false;
    at = at.node.inputs[0];
  }
  return false;
}
const REARRANGING = new Set(
  `transpose permute t movedim swapaxes swapdims moveaxis adjoint expand expand_as broadcast_to getitem narrow select chunk split
  split_with_sizes tensor_split unbind unfold diagonal as_strided rearrange reduce repeat einsum`.split(/\s+/),
);
/** Their results lie in order, whatever went in. */
const COPYING = new Set(
  `linear matmul mm bmm addmm baddbmm cat stack contiguous embedding layer_norm group_norm lstm gru rnn_tanh rnn_relu zeros ones empty rand randn full
  tensor arange scaled_dot_product_attention`.split(/\s+/),
);
operator('matmul(input, other)', 'torch method linalg', (args) => matmul(args, 'input', 'other'));

function ranked(args: Args, name: string, rank: number, message: string): readonly Dim[] {
  const shape = args.shape(name);
  return shape.length === rank ? shape : args.fail(message, { argument: name });
}
// `spmm` is an old name of `mm`.
for (const name of ['mm', 'spmm'])
  operator(`${name}(input, mat2)`, name === 'mm' ? TM : 'torch', (args) => {
    ranked(args, 'input', 2, 'self must be a matrix');
    ranked(args, 'mat2', 2, 'mat2 must be a matrix');
    return matmul(args, 'input', 'mat2');
  });
operator('bmm(input, mat2)', TM, (args) => {
  const a = ranked(args, 'input', 3, 'batch1 must be a 3D tensor');
  const b = ranked(args, 'mat2', 3, 'batch2 must be a 3D tensor');
  if (!assumeEqual(args.context, a[0] as Dim, b[0] as Dim))
    args.fail(
      `Expected size for first two dimensions of batch2 tensor to be: [${showDim(a[0] as Dim)}, ${showDim(a[2] as Dim)}] but got: [${showDim(b[0] as Dim)}, ${showDim(b[1] as Dim)}].`,
      { argument: 'mat2', expected: a[0], got: b[0] },
    );
  return matmul(args, 'input', 'mat2');
});
operator('mv(input, vec)', TM, (args) => matmul(args, 'input', 'vec'));
operator('dot(input, tensor)', TM, (args) => {
  for (const name of ['input', 'tensor'])
    if (args.shape(name).length !== 1)
      args.fail(
        `1D tensors expected, but got ${args.shape('input').length}D and ${args.shape('tensor').length}D tensors`,
      );
  return matmul(args, 'input', 'tensor');
});
alias('vdot', 'dot', TM);
operator('vecdot(input, other, dim=-1)', 'torch linalg', (args) => {
  const shape = broadcast(args, [args.shape('input'), args.shape('other')]);
  return { shape: isUnknown(shape) ? shape : shape.filter((_, i) => i !== args.axisOf('dim', shape.length)) };
});
operator('inner(input, other)', TM, (args) => {
  const [a, b] = [args.shape('input'), args.shape('other')];
  if (a.length === 0 || b.length === 0) return { shape: [...a, ...b] };
  if (!assumeEqual(args.context, a[a.length - 1] as Dim, b[b.length - 1] as Dim))
    args.fail(
      `inner() the last dimension must match on both input tensors but got shapes ${showShape(a)} and ${showShape(b)}`,
    );
  const rest = [...a.slice(0, -1), ...b.slice(0, -1)];
  return { shape: rest, macs: a.length === 1 && b.length === 1 ? 0 : product([...rest, a[a.length - 1] as Dim]) };
});
operator('outer(input, vec2)', TM, (args) => ({ shape: [product(args.shape('input')), product(args.shape('vec2'))] }));
alias('ger', 'outer', TM);
operator('kron(input, other)', TM, (args) => {
  const [a, b] = [args.shape('input'), args.shape('other')];
  const rank = Math.max(a.length, b.length);
  return {
    shape: Array.from({ length: rank }, (_, i) => mul(a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1)),
  };
});
operator('chain_matmul(*matrices)', 'torch', (args) => multiDot(args, args.star('matrices').filter(isTensor)));
operator('multi_dot(tensors)', 'linalg', (args) => multiDot(args, args.tensorList('tensors')));
/** The order with the fewest operations, as PyTorch chooses it. */
function multiDot(args: Args, tensors: readonly TensorNative[]): Result {
  const shapes = tensors.map(({ data }) => {
    if (isUnknown(data.shape)) throw new UnknownShape(data.shape);
    return data.shape;
  });
  const first = shapes[0] as readonly Dim[];
  const last = shapes[shapes.length - 1] as readonly Dim[];
  const sizes: Dim[] = [
    first.length === 1 ? 1 : (first[0] as Dim),
    ...shapes.map((shape, i) => (i === shapes.length - 1 && shape.length === 1 ? 1 : (shape[shape.length - 1] as Dim))),
  ];
  const shape = [
    ...(first.length === 1 ? [] : [sizes[0] as Dim]),
    ...(last.length === 1 ? [] : [sizes[sizes.length - 1] as Dim]),
  ];
  const numbers = sizes.map((size) => args.plain(size));
  const n = tensors.length;
  const best: number[][] = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let span = 1; span < n; span++)
    for (let i = 0; i + span < n; i++) {
      const j = i + span;
      let least = Infinity;
      for (let k = i; k < j; k++)
        least = Math.min(
          least,
          (best[i]?.[k] ?? 0) +
            (best[k + 1]?.[j] ?? 0) +
            (numbers[i] as number) * (numbers[k + 1] as number) * (numbers[j + 1] as number),
        );
      (best[i] as number[])[j] = least;
    }
  return { shape, macs: best[0]?.[n - 1] ?? 0 };
}
operator('matrix_power(input, n)', 'torch method linalg', (args) => {
  const shape = args.shape('input');
  const n = args.int('n');
  let products = 0;
  if (n < 0) return { shape, macs: args.context.unknown('products of a matrix inverse are not counted') };
  if (n === 3) products = 2;
  else {
    let rest = n;
    let started = false;
    while (rest > 0) {
      if (rest % 2 === 1) {
        if (started) products++;
        started = true;
      }
      rest = Math.floor(rest / 2);
      if (rest > 0) products++;
    }
  }
  return { shape, macs: mul(products, mul(product(shape), shape[shape.length - 1] as Dim)) };
});
operator('tensordot(a, b, dims=2)', 'torch', (args) => {
  const [a, b] = [args.shape('a'), args.shape('b')];
  const value = args.raw('dims');
  let left: number[];
  let right: number[];
  if (typeof value === 'object' && value !== null && (value.kind === 'tuple' || value.kind === 'list')) {
    left = args.toDims(value.items[0] ?? null).map((dim) => args.axis(args.plain(dim), a.length));
    right = args.toDims(value.items[1] ?? null).map((dim) => args.axis(args.plain(dim), b.length));
  } else {
    const n = args.int('dims');
    left = Array.from({ length: n }, (_, i) => a.length - n + i);
    right = Array.from({ length: n }, (_, i) => i);
  }
  left.forEach((axis, i) => {
    if (!assumeEqual(args.context, a[axis] as Dim, b[right[i] as number] as Dim))
      args.fail(
        `contracted dimensions need to match, but first has size ${showDim(a[axis] as Dim)} in dim ${axis} and second has size ${showDim(b[right[i] as number] as Dim)} in dim ${right[i] as number}`,
      );
  });
  const rest = [...a.filter((_, i) => !left.includes(i)), ...b.filter((_, i) => !right.includes(i))];
  return { shape: rest, macs: product([...rest, ...left.map((axis) => a[axis] as Dim)]) };
});
for (const [name, x, y] of [
  ['addmm', 'mat1', 'mat2'],
  ['addmv', 'mat', 'vec'],
  ['baddbmm', 'batch1', 'batch2'],
  ['addbmm', 'batch1', 'batch2'],
  ['addr', 'vec1', 'vec2'],
] as const)
  operator(
    `${name}(input, ${x}, ${y}, beta=1, alpha=1)`,
    TM,
    (args) => {
      if (name === 'addr') return { shape: [args.shape(x)[0] as Dim, args.shape(y)[0] as Dim] };
      const { shape, macs, dtype } = matmul(args, x, y);
      const own = name === 'addbmm' && !isUnknown(shape) ? shape.slice(1) : shape;
      broadcast(args, [args.tensor('input').data.shape, own]);
      return { shape: own, dtype, macs: name === 'addbmm' || name === 'addmv' ? 0 : macs };
    },
    { inplace: true },
  );

/** `y = x Wᵀ + b` over the last axis. */
export function linear(args: Args): Result {
  const input = args.tensor('input').data;
  const weight = args.shape('weight');
  const dtype = productDtype(args, input.dtype, args.dtype('weight'), args.has('bias'));
  const outFeatures: Shape = weight.length === 1 ? [] : [weight[0] as Dim];
  const inFeatures = weight[weight.length - 1] as Dim;
  if (isUnknown(input.shape)) return { shape: input.shape, dtype, macs: input.shape };
  const got = input.shape[input.shape.length - 1];
  if (got === undefined) return args.fail('both arguments to linear need to be at least 1D, but they are 0D and 2D');
  if (!assumeEqual(args.context, inFeatures, got)) {
    const rows = product(input.shape.slice(0, -1));
    args.fail(
      `mat1 and mat2 shapes cannot be multiplied (${showMatrix([rows, got])} and ${showMatrix([inFeatures, ...outFeatures])})`,
      {
        argument: 'weight',
        expected: inFeatures,
        got,
        dim: input.shape.length - 1,
        origin: input,
      },
    );
  }
  const bias = args.optional('bias');
  if (
    isTensor(bias) &&
    !isUnknown(bias.data.shape) &&
    outFeatures[0] !== undefined &&
    bias.data.shape.length > 0 &&
    compareDim(args.context, '==', bias.data.shape[0] as Dim, outFeatures[0]) === false
  )
    args.fail(
      `The size of tensor a (${showDim(outFeatures[0])}) must match the size of tensor b (${showDim(bias.data.shape[0] as Dim)}) at non-singleton dimension ${input.shape.length - 1}`,
      { argument: 'bias' },
    );
  const rest = input.shape.slice(0, -1);
  return {
    shape: [...rest, ...outFeatures],
    dtype,
    macs: outFeatures.length === 0 ? 0 : product([...rest, moreSpecific(inFeatures, got), ...outFeatures]),
  };
}
operator('linear(input, weight, bias=None)', 'F _C_nn', linear);
operator('bilinear(input1, input2, weight, bias=None)', 'torch F', (args) => {
  const [a, b, weight] = [args.shape('input1'), args.shape('input2'), args.shape('weight')];
  if (!assumeEqual(args.context, a[a.length - 1] as Dim, weight[1] as Dim))
    args.fail(
      `bilinear(): input1 size does not match weight size: got ${showDim(a[a.length - 1] as Dim)} but expected ${showDim(weight[1] as Dim)}`,
      { expected: weight[1], got: a[a.length - 1] },
    );
  if (!assumeEqual(args.context, b[b.length - 1] as Dim, weight[2] as Dim))
    args.fail(
      `bilinear(): input2 size does not match weight size: got ${showDim(b[b.length - 1] as Dim)} but expected ${showDim(weight[2] as Dim)}`,
      { expected: weight[2], got: b[b.length - 1] },
    );
  return { shape: [...a.slice(0, -1), weight[0] as Dim], macs: 0 };
});

// ---------------------------------------------------------------- einsum

interface EinOperand {
  readonly labels: readonly string[];
  readonly shape: readonly Dim[];
}

function parseEquation(
  args: Args,
  equation: string,
  shapes: readonly (readonly Dim[])[],
): { inputs: EinOperand[]; output: readonly string[] } {
  const [left = ''] = equation.replace(/\s/g, '').split('->');
  const terms = left.split(',');
  if (terms.length !== shapes.length)
    args.fail(
      terms.length > shapes.length
        ? 'einsum(): fewer operands were provided than specified in the equation'
        : 'einsum(): more operands were provided than specified in the equation',
    );
  terms.forEach((term, i) => {
    const { length } = shapes[i] as readonly Dim[];
    const letters = term.replace('...', '');
    const hidden = hiddenAxes(term, length);
    if (hidden < 0 || letters.length + hidden !== length)
      args.fail(
        `einsum(): the number of subscripts in the equation (${letters.length}) does not match the number of dimensions (${length}) for operand ${i}${term.includes('...') ? '' : ' and no ellipsis was given'}`,
      );
  });
  const { inputs, output } = einsumLabels(
    equation,
    shapes.map(({ length }) => length),
  );
  return { inputs: inputs.map((labels, i) => ({ labels, shape: shapes[i] as readonly Dim[] })), output };
}

export function einsum(args: Args, equation: string, tensors: readonly TensorNative[]): Result {
  const shapes = tensors.map(({ data }) => {
    if (isUnknown(data.shape)) throw new UnknownShape(data.shape);
    return data.shape;
  });
  const { inputs, output } = parseEquation(args, equation, shapes);
  const sizes = new Map<string, Dim>();
  inputs.forEach(({ labels, shape }, operand) =>
    labels.forEach((label, i) => {
      const size = shape[i] as Dim;
      const known = sizes.get(label);
      if (known === undefined || known === 1) sizes.set(label, size);
      else if (size !== 1) {
        if (!assumeEqual(args.context, known, size))
          args.fail(
            `einsum(): subscript ${label} has size ${showDim(size)} for operand ${operand} which does not broadcast with previously seen size ${showDim(known)}`,
            { expected: known, got: size, dim: i, origin: tensors[operand]?.data },
          );
        sizes.set(label, moreSpecific(known, size));
      }
    }),
  );
  for (const label of output)
    if (!sizes.has(label))
      args.fail(`einsum(): output subscript ${label} does not appear in the equation for any input operand`);
  const shape = output.map((label) => sizes.get(label) as Dim);
  return { shape, macs: einsumMacs(inputs, output), attributes: { equation } };
}

/** Operands are contracted from left to right, two at a time, each pair as one batched product. */
function einsumMacs(inputs: readonly EinOperand[], output: readonly string[]): Dim {
  const sizeIn = (operand: EinOperand, label: string): Dim => {
    const at = operand.labels.indexOf(label);
    return at < 0 ? 1 : (operand.shape[at] as Dim);
  };
  /** What is still needed: the output's labels, and those of further operands that have more than one element. */
  const later = (from: number): Set<string> =>
    new Set([
      ...output,
      ...inputs.slice(from).flatMap((operand) => operand.labels.filter((label) => sizeIn(operand, label) !== 1)),
    ]);
  let macs: Dim = 0;
  let current = single(inputs[0] as EinOperand);
  for (let i = 1; i < inputs.length; i++) {
    const next = single(inputs[i] as EinOperand);
    const kept = later(i + 1);
    const labels = [...new Set([...current.labels, ...next.labels])];
    const sizeOf = (label: string): Dim => {
      const a = sizeIn(current, label);
      return a === 1 ? sizeIn(next, label) : a;
    };
    const gone = labels.filter((label) => !kept.has(label));
    // What only one side has is summed there first.
    const shared = gone.filter((label) => sizeIn(current, label) !== 1 && sizeIn(next, label) !== 1);
    const rest = labels.filter((label) => kept.has(label));
    // Nothing left to contract: element by element, which is not counted.
    if (shared.length > 0) macs = add(macs, product([...rest, ...shared].map(sizeOf)));
    current = { labels: rest, shape: rest.map(sizeOf) };
  }
  return macs;
}
/** A label twice in one operand is its diagonal. */
function single(operand: EinOperand): EinOperand {
  const labels = [...new Set(operand.labels)];
  return { labels, shape: labels.map((label) => operand.shape[operand.labels.indexOf(label)] as Dim) };
}
operator('einsum(equation, *operands)', 'torch', (args) => {
  const given = args.star('operands');
  const equation = args.raw('equation');
  if (typeof equation !== 'string')
    return isUnknown(equation) ? args.undetermined(equation) : sublists(args, equation, given);
  const [only] = given;
  const items: readonly Value[] | Unknown =
    given.length === 1 && !isTensor(only) ? args.context.items(only ?? null) : given;
  if (isUnknown(items)) return args.undetermined(items);
  return einsum(
    args,
    equation,
    items.map((item) => tensorOf(args, item)),
  );
});
function tensorOf(args: Args, item: Value): TensorNative {
  if (isTensor(item)) return item;
  return isUnknown(item)
    ? args.undetermined(item)
    : args.context.raise('TypeError', 'einsum(): operands must be tensors');
}
/** `einsum(a, [0, 1], b, [1, 2], [0, 2])`. */
function sublists(args: Args, first: Value, rest: readonly Value[]): Result {
  const all = [first, ...rest];
  const tensors: TensorNative[] = [];
  const terms: string[] = [];
  const text = (value: Value): string => {
    const items = args.context.items(value);
    if (isUnknown(items)) return args.undetermined(items);
    return items
      .map((item) => (typeof item === 'number' ? String.fromCharCode(item < 26 ? 65 + item : 71 + item) : '...'))
      .join('');
  };
  let output: string | null = null;
  for (let i = 0; i < all.length; i += 2) {
    if (i === all.length - 1) output = text(all[i] as Value);
    else {
      tensors.push(tensorOf(args, all[i] as Value));
      terms.push(text(all[i + 1] as Value));
    }
  }
  return einsum(args, terms.join(',') + (output === null ? '' : `->${output}`), tensors);
}
