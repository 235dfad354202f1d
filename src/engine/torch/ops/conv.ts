/** Convolutions and their transposes. */
import {
  add,
  assumeEqual,
  compareDim,
  floorDiv,
  isUnknown,
  modulo,
  mul,
  product,
  showDim,
  showShape,
  sub,
} from '../dims.js';
import { scalarName } from '../dtypes.js';
import type { Dim, TensorData } from '../tensor.js';
import { operator, type Args, type Result } from './operator.js';

/** `⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1`. */
export function convolved(
  args: Args,
  size: Dim,
  kernel: Dim,
  stride: Dim,
  before: Dim,
  after: Dim,
  dilation: Dim,
): Dim {
  const span = sub(sub(add(add(size, before), after), mul(dilation, sub(kernel, 1))), 1);
  return add(floorDiv(args.context, span, stride), 1);
}

function checkChannels(
  args: Args,
  input: TensorData,
  weight: readonly Dim[],
  channels: Dim,
  groups: Dim,
  transposed: boolean,
): void {
  const expected = transposed ? (weight[0] as Dim) : mul(weight[1] as Dim, groups);
  if (!assumeEqual(args.context, expected, channels)) {
    const words = transposed
      ? `Given transposed=1, weight of size ${showShape(weight)}, expected input${showShape(input.shape)} to have ${showDim(expected)} channels, but got ${showDim(channels)} channels instead`
      : `Given groups=${showDim(groups)}, weight of size ${showShape(weight)}, expected input${showShape(input.shape)} to have ${showDim(expected)} channels, but got ${showDim(channels)} channels instead`;
    args.fail(words, {
      argument: 'weight',
      expected,
      got: channels,
      dim: isUnknown(input.shape) ? 1 : input.shape.length - weight.length + 1,
      origin: input,
    });
  }
  const outputs = transposed ? mul(weight[1] as Dim, groups) : (weight[0] as Dim);
  if (!transposed && compareDim(args.context, '==', modulo(args.context, outputs, groups), 0) === false)
    args.fail(
      `Given groups=${showDim(groups)}, expected weight to be divisible by ${showDim(groups)} at dimension 0, but got weight of size ${showShape(weight)} instead`,
      { argument: 'weight' },
    );
}

/** Batch, channels and the axes the kernel moves over; an input without batch gets one of 1. */
function layout(args: Args, spatial: number): { batched: boolean; shape: readonly Dim[] } {
  const shape = args.shape('input');
  const batched = shape.length === spatial + 2;
  if (!batched && shape.length !== spatial + 1)
    args.fail(
      `Expected ${spatial + 1}D (unbatched) or ${spatial + 2}D (batched) input to conv${spatial}d, but got input of size: ${showShape(shape)}`,
      { argument: 'input', origin: args.tensor('input').data },
    );
  return { batched, shape: batched ? shape : [1, ...shape] };
}

function checkDtypes(args: Args): void {
  const [a, b] = [args.dtype('input'), args.dtype('weight')];
  if (!isUnknown(a) && !isUnknown(b) && a !== b)
    args.fail(`expected scalar type ${scalarName(a)} but found ${scalarName(b)}`, { argument: 'input' });
}

function conv(args: Args, spatial: number): Result {
  const weight = args.shape('weight');
  if (weight.length !== spatial + 2) args.fail(`weight should have at least three dimensions`, { argument: 'weight' });
  const { batched, shape } = layout(args, spatial);
  checkDtypes(args);
  const groups = args.dim('groups');
  checkChannels(args, args.tensor('input').data, weight, shape[1] as Dim, groups, false);
  const kernel = weight.slice(2);
  const stride = args.tuple('stride', spatial);
  const dilation = args.tuple('dilation', spatial);
  const padding = args.raw('padding');
  const sizes = shape.slice(2);
  let out: Dim[];
  if (padding === 'same') {
    if (stride.some((step) => compareDim(args.context, '!=', step, 1) === true))
      args.fail("padding='same' is not supported for strided convolutions");
    out = sizes;
  } else {
    const around = padding === 'valid' ? Array<Dim>(spatial).fill(0) : args.tuple('padding', spatial);
    sizes.forEach((size, i) => {
      const padded = add(size, mul(2, around[i] as Dim));
      const reach = add(mul(dilation[i] as Dim, sub(kernel[i] as Dim, 1)), 1);
      if (compareDim(args.context, '<', padded, reach) === true) {
        const all = sizes.map((own, k) => add(own, mul(2, around[k] as Dim)));
        const reaches = kernel.map((own, k) => add(mul(dilation[k] as Dim, sub(own, 1)), 1));
        args.fail(
          `Calculated padded input size per channel: (${all.map(showDim).join(' x ')}). Kernel size: (${reaches.map(showDim).join(' x ')}). Kernel size can't be greater than actual input size`,
          { argument: 'input', expected: reach, got: padded, dim: i + 2, origin: args.tensor('input').data },
        );
      }
    });
    out = sizes.map((size, i) =>
      convolved(args, size, kernel[i] as Dim, stride[i] as Dim, around[i] as Dim, around[i] as Dim, dilation[i] as Dim),
    );
  }
  const outChannels = weight[0] as Dim;
  const macs = product([shape[0] as Dim, ...out, outChannels, weight[1] as Dim, ...kernel]);
  const result = [shape[0] as Dim, outChannels, ...out];
  return {
    shape: batched ? result : result.slice(1),
    macs,
    attributes: { kernel_size: kernel, stride, dilation, groups },
  };
}

function convTranspose(args: Args, spatial: number): Result {
  const weight = args.shape('weight');
  const { batched, shape } = layout(args, spatial);
  checkDtypes(args);
  const groups = args.dim('groups');
  checkChannels(args, args.tensor('input').data, weight, shape[1] as Dim, groups, true);
  const kernel = weight.slice(2);
  const stride = args.tuple('stride', spatial);
  const padding = args.tuple('padding', spatial);
  const extra = args.tuple('output_padding', spatial);
  const dilation = args.tuple('dilation', spatial);
  if (
    extra.some(
      (size, i) =>
        compareDim(args.context, '>=', size, stride[i] as Dim) === true &&
        compareDim(args.context, '>=', size, dilation[i] as Dim) === true,
    )
  )
    args.fail(
      `output padding must be smaller than either stride or dilation, but got output_padding: (${extra.map(showDim).join(', ')}), stride: (${stride.map(showDim).join(', ')}), dilation: (${dilation.map(showDim).join(', ')})`,
    );
  const sizes = shape.slice(2);
  const out = sizes.map((size, i) => {
    const base = sub(mul(sub(size, 1), stride[i] as Dim), mul(2, padding[i] as Dim));
    return add(add(add(base, mul(dilation[i] as Dim, sub(kernel[i] as Dim, 1))), extra[i] as Dim), 1);
  });
  if (out.some((size) => compareDim(args.context, '<', size, 0) === true))
    args.fail(
      `Given input size per channel: (${sizes.map(showDim).join(' x ')}). Calculated output size per channel: (${out.map(showDim).join(' x ')}). Output size is too small`,
      { argument: 'input', origin: args.tensor('input').data },
    );
  const outChannels = mul(weight[1] as Dim, groups);
  // The kernel is applied at every position of the input.
  const macs = product([shape[0] as Dim, ...sizes, weight[0] as Dim, weight[1] as Dim, ...kernel]);
  const result = [shape[0] as Dim, outChannels, ...out];
  return {
    shape: batched ? result : result.slice(1),
    macs,
    attributes: { kernel_size: kernel, stride, dilation, groups, transposed: true },
  };
}

for (const spatial of [1, 2, 3]) {
  operator(`conv${spatial}d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)`, 'torch F', (args) =>
    conv(args, spatial),
  );
  operator(
    `conv_transpose${spatial}d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1)`,
    'torch F',
    (args) => convTranspose(args, spatial),
  );
}
operator('conv_tbc(input, weight, bias, pad=0)', 'torch F', (args) => {
  const [time, batch] = args.shape('input');
  const weight = args.shape('weight');
  return {
    shape: [add(sub(add(time as Dim, mul(2, args.dim('pad'))), weight[0] as Dim), 1), batch as Dim, weight[2] as Dim],
    macs: 0,
  };
});

/** `F.unfold`: patches as columns. */
operator('unfold(input, kernel_size, dilation=1, padding=0, stride=1)', 'F', (args) => {
  const given = args.shape('input');
  const batched = given.length === 4;
  if (!batched && given.length !== 3)
    args.fail(
      `Expected 3D or 4D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for input, but got: ${showShape(given)}`,
    );
  const shape = batched ? given : [1, ...given];
  const kernel = args.tuple('kernel_size', 2);
  const [dilation, padding, stride] = [args.tuple('dilation', 2), args.tuple('padding', 2), args.tuple('stride', 2)];
  const positions = shape
    .slice(2)
    .map((size, i) =>
      convolved(
        args,
        size,
        kernel[i] as Dim,
        stride[i] as Dim,
        padding[i] as Dim,
        padding[i] as Dim,
        dilation[i] as Dim,
      ),
    );
  const result = [shape[0] as Dim, mul(shape[1] as Dim, product(kernel)), product(positions)];
  return { shape: batched ? result : result.slice(1) };
});
operator('fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1)', 'F', (args) => {
  const given = args.shape('input');
  const batched = given.length === 3;
  const shape = batched ? given : [1, ...given];
  const output = args.tuple('output_size', 2);
  const kernel = args.tuple('kernel_size', 2);
  const [dilation, padding, stride] = [args.tuple('dilation', 2), args.tuple('padding', 2), args.tuple('stride', 2)];
  const counts = output.map((size, i) =>
    convolved(args, size, kernel[i] as Dim, stride[i] as Dim, padding[i] as Dim, padding[i] as Dim, dilation[i] as Dim),
  );
  const blocks = product(counts);
  if (compareDim(args.context, '==', shape[2] as Dim, blocks) === false)
    args.fail(
      `Given output_size=(${output.map(showDim).join(', ')}), kernel_size=(${kernel.map(showDim).join(', ')}), dilation=(${dilation.map(showDim).join(', ')}), padding=(${padding.map(showDim).join(', ')}), stride=(${stride.map(showDim).join(', ')}), expected size of input's dimension 2 to match the calculated number of sliding blocks ${counts.map(showDim).join(' * ')} = ${showDim(blocks)}, but got input.size(2)=${showDim(shape[2] as Dim)}.`,
      { expected: blocks, got: shape[2] },
    );
  const result = [shape[0] as Dim, floorDiv(args.context, shape[1] as Dim, product(kernel)), ...output];
  return { shape: batched ? result : result.slice(1) };
});
