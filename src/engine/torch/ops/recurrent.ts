/** The kernels behind recurrent layers: `torch._VF.lstm` and its kin, and packed sequences. */
import type { Value } from '../../python/value.js';
import { add, assumeEqual, isUnknown, mul, numelOf, product, showDim } from '../dims.js';
import { isTensor, type Dim, type TensorData, type TensorNative } from '../tensor.js';
import { operator, type Args, type Result, type Results } from './operator.js';

/** Weights of one run, layer by layer and direction by direction, without biases: what a step multiplies with. */
function macsPerStep(weights: readonly TensorNative[]): Dim {
  let total: Dim = 0;
  for (const { data } of weights)
    if (isUnknown(data.shape) || data.shape.length === 2) total = add(total, numelOf(data.shape));
  return total;
}

/** Arguments of both forms: `(input, hx, weights, …, batch_first)` and, packed, `(data, batch_sizes, hx, weights, …)`. */
function run(args: Args, gates: string): Results {
  const given = args.star('args');
  const [input, second] = given;
  if (!isTensor(input))
    return args.undetermined(
      isUnknown(input ?? null) ? (input as never) : 'the input of a recurrent layer is not a tensor',
    );
  const lstm = gates === 'lstm';
  // Packed: the second argument is a tensor and the third carries the state.
  const packed = isTensor(second) && (lstm || isTensor(given[2]));
  const rest = packed ? given.slice(2) : given.slice(1);
  const [hx, weightList, , layers, , , bidirectional, batchFirst] = rest as [
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
    Value,
  ];
  const weights = tensors(args, weightList);
  const states = lstm ? tensors(args, hx) : tensors(args, { kind: 'tuple', items: [hx], cls: null });
  const { shape } = input.data;
  if (isUnknown(shape)) return args.undetermined(shape);
  const directions = bidirectional === true ? 2 : 1;
  const first = states[0]?.data.shape;
  if (first === undefined) return args.undetermined('the state of a recurrent layer is not known');
  if (isUnknown(first)) return args.undetermined(first);
  const hidden = first[first.length - 1] as Dim;
  const steps = product(shape.slice(0, -1));
  const attributes = {
    layers: typeof layers === 'number' ? layers : null,
    bidirectional: directions === 2,
    batch_first: batchFirst === true,
    packed,
  };
  const output: Result = {
    shape: [...shape.slice(0, -1), mul(hidden, directions)],
    dtype: input.data.dtype,
    attributes,
  };
  const finals = states.map(({ data }): Result => ({ shape: data.shape, dtype: data.dtype }));
  return { results: [output, ...finals], as: 'tuple', macs: mul(steps, macsPerStep(weights)) };
}

function tensors(args: Args, value: Value): TensorNative[] {
  if (isUnknown(value)) return args.undetermined(value);
  const items = args.context.items(value);
  if (isUnknown(items)) return args.undetermined(items);
  const unknown = items.find((item) => isUnknown(item));
  if (isUnknown(unknown ?? null)) return args.undetermined(unknown as never);
  return items.filter(isTensor);
}
for (const name of ['lstm', 'gru', 'rnn_tanh', 'rnn_relu'])
  operator(`${name}(*args)`, 'VF torch', (args) => run(args, name), { many: true });

/** A cell compares sizes in words of its own. */
function checkCell(args: Args, state: TensorData): void {
  const input = args.tensor('input').data;
  const { shape } = state;
  const [wIh, wHh] = [args.shape('w_ih'), args.shape('w_hh')];
  if (isUnknown(input.shape) || isUnknown(shape)) return;
  const [batch, width] = [input.shape[0] as Dim, input.shape[input.shape.length - 1] as Dim];
  const [inputSize, hiddenSize] = [wIh[1] as Dim, wHh[1] as Dim];
  if (!assumeEqual(args.context, width, inputSize))
    args.fail(`input has inconsistent input_size: got ${showDim(width)} expected ${showDim(inputSize)}`, {
      argument: 'weight',
      expected: inputSize,
      got: width,
      dim: input.shape.length - 1,
      origin: input,
    });
  if (!assumeEqual(args.context, batch, shape[0] as Dim))
    args.fail(`Input batch size ${showDim(batch)} doesn't match hidden0 batch size ${showDim(shape[0] as Dim)}`, {
      origin: state,
    });
  if (!assumeEqual(args.context, shape[1] as Dim, hiddenSize))
    args.fail(
      `hidden0 has inconsistent hidden_size: got ${showDim(shape[1] as Dim)}, expected ${showDim(hiddenSize)}`,
      { origin: state },
    );
}

/** One step: `w_ih · x + w_hh · h`. */
for (const name of ['lstm_cell', 'gru_cell', 'rnn_tanh_cell', 'rnn_relu_cell'])
  operator(
    `${name}(input, hx, w_ih, w_hh, b_ih=None, b_hh=None)`,
    'VF torch',
    (args): Result | Results => {
      const shape = args.shape('input');
      const state = args.raw('hx');
      const h = name === 'lstm_cell' ? tensors(args, state)[0] : isTensor(state) ? state : undefined;
      if (!h) return args.undetermined('the state of a recurrent cell is not known');
      checkCell(args, h.data);
      const macs = mul(product(shape.slice(0, -1)), add(product(args.shape('w_ih')), product(args.shape('w_hh'))));
      const result: Result = { shape: h.data.shape, dtype: args.dtype('input'), macs };
      return name === 'lstm_cell' ? { results: [result, { ...result, macs: 0 }], as: 'tuple' } : result;
    },
    { many: true },
  );

operator(
  '_pack_padded_sequence(input, lengths, batch_first)',
  'VF torch',
  (args) => {
    const shape = args.shape('input');
    const lengths = args.values('lengths');
    const total = lengths
      ? lengths.reduce((a, b) => a + b, 0)
      : args.context.unknown('the lengths of the packed sequences are not known');
    const longest = lengths
      ? Math.max(...lengths, 0)
      : args.context.unknown('the lengths of the packed sequences are not known');
    const sizes = lengths
      ? Array.from({ length: Math.max(...lengths, 0) }, (_, step) => lengths.filter((length) => length > step).length)
      : null;
    return {
      results: [
        { shape: [total, ...shape.slice(2)] },
        { shape: [longest], dtype: 'int64', values: sizes, requiresGrad: false, device: 'cpu' },
      ],
      as: 'tuple',
    };
  },
  { many: true },
);
