/** Resampling and padding. */
import type { Value } from '../../python/value.js';
import { add, compareDim, concrete, isUnknown, mul, showDim, showShape } from '../dims.js';
import type { Dim } from '../tensor.js';
import { MAX_VALUES, operator, type Args, type Result } from './operator.js';

/** `⌊size · scale⌋`, as PyTorch computes it in double precision. */
function scaled(args: Args, size: Dim, scale: Value): Dim {
  const factor = args.toNumber(scale);
  if (isUnknown(size)) return size;
  if (typeof size === 'number' && factor !== null) return Math.floor(size * factor);
  if (factor !== null && Number.isInteger(factor)) return mul(size, factor);
  if (typeof scale === 'object' && scale !== null && scale.kind === 'symint') return mul(size, scale);
  if (isUnknown(scale)) return scale;
  const floored = factor !== null && Number.isInteger(1 / factor) ? args.context.binary('//', size, 1 / factor) : null;
  if (typeof floored === 'number' || (typeof floored === 'object' && floored?.kind === 'symint')) return floored;
  return args.context.unknown(`a symbolic size is scaled by ${factor ?? 'a number that is not known'}`);
}

function interpolate(args: Args): Result {
  const shape = args.shape('input');
  const spatial = shape.length - 2;
  const size = args.raw('size');
  const scale = args.raw('scale_factor');
  if ((size === null) === (scale === null))
    return args.context.raise(
      'ValueError',
      size === null
        ? 'either size or scale_factor should be defined'
        : 'only one of size or scale_factor should be defined',
    );
  const modes: Readonly<Record<string, number>> = { linear: 1, bilinear: 2, bicubic: 2, trilinear: 3 };
  const mode = args.raw('mode');
  const wanted = typeof mode === 'string' ? modes[mode] : undefined;
  if (wanted !== undefined && wanted !== spatial && spatial > 0 && spatial < 4)
    args.context.raise(
      'NotImplementedError',
      `Got ${shape.length}D input, but ${typeof mode === 'string' ? mode : 'this'} mode needs ${wanted + 2}D input`,
    );
  const attributes = { mode: typeof mode === 'string' ? mode : null };
  if (size !== null) {
    const many = typeof size === 'object' && (size.kind === 'tuple' || size.kind === 'list');
    const sizes = args.toDims(size);
    if (many && sizes.length !== spatial)
      args.context.raise(
        'ValueError',
        `Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of ${showShape(shape.slice(2))} and output size of ${showShape(sizes)}. Please provide input tensor in (N, C, d1, d2, ...,dK) format and output size in (o1, o2, ...,oK) format.`,
      );
    return {
      shape: [...shape.slice(0, 2), ...shape.slice(2).map((_, i) => (many ? (sizes[i] as Dim) : (sizes[0] as Dim)))],
      attributes,
    };
  }
  const factors =
    typeof scale === 'object' && scale !== null && (scale.kind === 'tuple' || scale.kind === 'list')
      ? scale.items
      : shape.slice(2).map(() => scale);
  const sizes = shape.slice(2).map((dim, i) => scaled(args, dim, factors[i] ?? null));
  if (sizes.includes(0) && wanted !== undefined) {
    const names = ['D', 'H', 'W'].slice(-spatial);
    const show = (dims: readonly Dim[]): string =>
      dims.map((dim, i) => `${names[i] ?? '?'}: ${showDim(dim)}`).join(', ');
    args.fail(
      `Input and output sizes should be greater than 0, but got input (${show(shape.slice(2))}) output (${show(sizes)})`,
    );
  }
  return { shape: [...shape.slice(0, 2), ...sizes], attributes };
}
operator(
  "interpolate(input, size=None, scale_factor=None, mode='nearest', align_corners=None, recompute_scale_factor=None, antialias=False)",
  'F',
  interpolate,
);
operator("upsample(input, size=None, scale_factor=None, mode='nearest', align_corners=None)", 'F', interpolate);
operator("upsample_nearest(input, size=None, scale_factor=None, mode='nearest')", 'F', interpolate);
operator("upsample_bilinear(input, size=None, scale_factor=None, mode='bilinear')", 'F', interpolate);

operator("pad(input, pad, mode='constant', value=None)", 'F _C_nn', (args) => {
  const shape = args.shape('input');
  const pad = args.dims('pad');
  if (pad.length % 2 !== 0) args.fail('Padding length must be divisible by 2');
  if (pad.length / 2 > shape.length)
    args.fail(
      `Padding length should be less than or equal to two times the input dimension but got padding length ${pad.length} and input of dimension ${shape.length}`,
    );
  const mode = args.raw('mode');
  const result = [...shape];
  for (let i = 0; i < pad.length / 2; i++) {
    const axis = shape.length - 1 - i;
    const [before, after] = [pad[2 * i] as Dim, pad[2 * i + 1] as Dim];
    const own = shape[axis] as Dim;
    if (mode === 'reflect' && [before, after].some((amount) => compareDim(args.context, '>=', amount, own) === true))
      args.fail(
        `Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (${showDim(before)}, ${showDim(after)}) at dimension ${axis} of input ${showShape(shape)}`,
        { got: own, dim: axis },
      );
    const size = add(add(own, before), after);
    if (compareDim(args.context, '<', size, 0) === true)
      args.fail(
        `The input size ${showDim(own)}, plus negative padding ${showDim(before)} and ${showDim(after)} resulted in a negative output size, which is invalid. Check dimension ${axis} of your input.`,
        { dim: axis },
      );
    result[axis] = size;
  }
  if (
    mode !== 'constant' &&
    typeof mode === 'string' &&
    pad.length / 2 !== shape.length - 2 &&
    pad.length / 2 !== shape.length - 1
  )
    args.context.raise(
      'NotImplementedError',
      `Only 2D, 3D, 4D, 5D padding with non-constant padding are supported for now`,
    );
  return {
    shape: result,
    values: padValues(args, shape, pad),
    attributes: { mode: typeof mode === 'string' ? mode : null },
  };
});
function padValues(args: Args, shape: readonly Dim[], pad: readonly Dim[]): number[] | null {
  const { values } = args.tensor('input').data;
  const fill = args.raw('value') === null ? 0 : args.number('value');
  const sizes = concrete(shape);
  const amounts = concrete(pad);
  if (!values || !sizes || !amounts || args.raw('mode') !== 'constant' || fill === null || sizes.length !== 1)
    return null;
  const [before = 0, after = 0] = amounts;
  if (values.length + Math.max(before, 0) + Math.max(after, 0) > MAX_VALUES) return null;
  const front = before >= 0 ? [...Array<number>(before).fill(fill), ...values] : values.slice(-before);
  return after >= 0 ? [...front, ...Array<number>(after).fill(fill)] : front.slice(0, after);
}
operator('constant_pad_nd(input, pad, value=0)', 'torch', (args) => {
  const shape = args.shape('input');
  const pad = args.dims('pad');
  return {
    shape: shape.map((dim, i) => {
      const at = shape.length - 1 - i;
      return add(add(dim, pad[2 * at] ?? 0), pad[2 * at + 1] ?? 0);
    }),
  };
});
