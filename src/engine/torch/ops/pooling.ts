/** Pooling windows: maximum, average, power mean, adaptive, fractional, and the way back. */
import type { Value } from '../../python/value.js';
import { add, ceilDiv, compareDim, isUnknown, mul, showDim, showShape, sub } from '../dims.js';
import type { Dim } from '../tensor.js';
import { convolved } from './conv.js';
import { operator, type Args, type Result, type Results } from './operator.js';

/** The axes that are pooled; what stands before them stays. */
function layout(args: Args, spatial: number): { lead: readonly Dim[]; sizes: readonly Dim[] } {
  const shape = args.shape('input');
  if (shape.length !== spatial + 1 && shape.length !== spatial + 2)
    args.fail(
      `${args.op}(): Expected ${spatial + 1}D or ${spatial + 2}D (batch mode) tensor with optional 0 dim batch size for input, but got:${showShape(shape)}`,
      { argument: 'input', origin: args.tensor('input').data },
    );
  return { lead: shape.slice(0, -spatial), sizes: shape.slice(-spatial) };
}

/** Output of one axis; in ceil mode a window that would begin in the padding behind is dropped. */
export function pooled(
  args: Args,
  size: Dim,
  kernel: Dim,
  stride: Dim,
  padding: Dim,
  dilation: Dim,
  ceil: boolean,
): Dim {
  if (!ceil) return convolved(args, size, kernel, stride, padding, padding, dilation);
  const span = sub(sub(add(size, mul(2, padding)), mul(dilation, sub(kernel, 1))), 1);
  const count = add(ceilDiv(args.context, span, stride), 1);
  const starts = compareDim(args.context, '>=', mul(sub(count, 1), stride), add(size, padding));
  return starts === true ? sub(count, 1) : count;
}

function windows(args: Args, spatial: number): { shape: Dim[]; kernel: Dim[]; stride: Dim[] } {
  const { lead, sizes } = layout(args, spatial);
  const kernel = args.tuple('kernel_size', spatial);
  const stride = args.tuple('stride', spatial, kernel);
  const padding = args.tuple('padding', spatial);
  const dilation = args.raw('dilation') === null ? Array<Dim>(spatial).fill(1) : args.tuple('dilation', spatial);
  const ceil = args.bool('ceil_mode');
  padding.forEach((pad, i) => {
    if (typeof pad === 'number' && typeof kernel[i] === 'number' && pad > Math.floor(kernel[i] / 2))
      args.fail(
        `pad should be at most half of effective kernel size, but got pad=${pad}, kernel_size=${kernel[i]} and dilation=${showDim(dilation[i] as Dim)}`,
      );
  });
  const out = sizes.map((size, i) =>
    pooled(args, size, kernel[i] as Dim, stride[i] as Dim, padding[i] as Dim, dilation[i] as Dim, ceil),
  );
  out.forEach((size) => {
    if (compareDim(args.context, '<=', size, 0) === true)
      args.fail(
        `Given input size: (${[lead[lead.length - 1] as Dim, ...sizes].map(showDim).join('x')}). Calculated output size: (${[lead[lead.length - 1] as Dim, ...out].map(showDim).join('x')}). Output size is too small`,
        { argument: 'input', origin: args.tensor('input').data },
      );
  });
  return { shape: [...lead, ...out], kernel, stride };
}

const indices = (shape: readonly Dim[]): Result => ({ shape, dtype: 'int64', requiresGrad: false });

for (const spatial of [1, 2, 3]) {
  const maxSignature = 'kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False';
  operator(`max_pool${spatial}d(input, ${maxSignature}, return_indices=False)`, 'torch F', (args): Result | Results => {
    const { shape, kernel, stride } = windows(args, spatial);
    const attributes = { kernel_size: kernel, stride };
    return args.bool('return_indices')
      ? { results: [{ shape, attributes }, indices(shape)], as: 'tuple' }
      : { shape, attributes };
  });
  operator(
    `max_pool${spatial}d_with_indices(input, ${maxSignature}, return_indices=True)`,
    'torch F',
    (args): Results => {
      const { shape } = windows(args, spatial);
      return { results: [{ shape }, indices(shape)], as: 'tuple' };
    },
    { many: true },
  );
  operator(
    `avg_pool${spatial}d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None)`,
    'torch F',
    (args) => {
      const { shape, kernel, stride } = windows(args, spatial);
      return { shape, attributes: { kernel_size: kernel, stride } };
    },
  );
  operator(
    `lp_pool${spatial}d(input, norm_type, kernel_size, stride=None, ceil_mode=False, padding=0)`,
    'F',
    (args) => ({ shape: windows(args, spatial).shape }),
  );
  const adaptive = (args: Args): Dim[] => {
    const { lead, sizes } = layout(args, spatial);
    const value: Value = args.raw('output_size');
    const wanted: (Dim | null)[] =
      typeof value === 'object' && value !== null && (value.kind === 'tuple' || value.kind === 'list')
        ? value.items.map((item) => (item === null ? null : args.toDim(item, 'output_size')))
        : Array<Dim | null>(spatial).fill(value === null ? null : args.toDim(value, 'output_size'));
    const all = wanted.length === 1 ? Array<Dim | null>(spatial).fill(wanted[0] ?? null) : wanted;
    if (all.length !== spatial) args.fail(`${args.op}: output_size must be ${spatial}`);
    return [...lead, ...sizes.map((size, i) => all[i] ?? size)];
  };
  operator(`adaptive_avg_pool${spatial}d(input, output_size)`, 'torch F', (args) => ({ shape: adaptive(args) }));
  operator(
    `adaptive_max_pool${spatial}d(input, output_size, return_indices=False)`,
    'torch F',
    (args): Result | Results => {
      const shape = adaptive(args);
      const both = args.raw('return_indices') === true;
      return both ? { results: [{ shape }, indices(shape)], as: 'tuple' } : { shape };
    },
  );
  operator(
    `adaptive_max_pool${spatial}d_with_indices(input, output_size, return_indices=True)`,
    'F',
    (args): Results => {
      const shape = adaptive(args);
      return { results: [{ shape }, indices(shape)], as: 'tuple' };
    },
    { many: true },
  );
  if (spatial > 1) {
    const fractional = (args: Args): Dim[] => {
      const { lead, sizes } = layout(args, spatial);
      if (args.has('output_size')) return [...lead, ...args.tuple('output_size', spatial)];
      const value = args.raw('output_ratio');
      if (typeof value === 'object' && value !== null && value.kind === 'float')
        args.context.raise('TypeError', "object of type 'float' has no len()");
      const ratios =
        typeof value === 'object' && value !== null && (value.kind === 'tuple' || value.kind === 'list')
          ? value.items.map((item) => args.toNumber(item))
          : Array<number | null>(spatial).fill(args.toNumber(value));
      return [
        ...lead,
        ...sizes.map((size, i) => {
          const ratio = ratios[i];
          if (typeof size === 'number' && typeof ratio === 'number') return Math.trunc(size * ratio);
          return isUnknown(size)
            ? size
            : args.context.unknown('the output of a fractional pool of a symbolic size is not computed');
        }),
      ];
    };
    operator(
      `fractional_max_pool${spatial}d(input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None)`,
      'F',
      (args): Result | Results => {
        const shape = fractional(args);
        return args.bool('return_indices') ? { results: [{ shape }, indices(shape)], as: 'tuple' } : { shape };
      },
    );
  }
  operator(
    `max_unpool${spatial}d(input, indices, kernel_size, stride=None, padding=0, output_size=None)`,
    'F',
    (args) => {
      const { lead, sizes } = layout(args, spatial);
      if (args.has('output_size')) {
        const wanted = args.dims('output_size');
        return { shape: [...lead, ...wanted.slice(-spatial)] };
      }
      const kernel = args.tuple('kernel_size', spatial);
      const stride = args.tuple('stride', spatial, kernel);
      const padding = args.tuple('padding', spatial);
      return {
        shape: [
          ...lead,
          ...sizes.map((size, i) =>
            sub(add(mul(sub(size, 1), stride[i] as Dim), kernel[i] as Dim), mul(2, padding[i] as Dim)),
          ),
        ],
      };
    },
  );
}
