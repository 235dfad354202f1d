/** Scaled dot product attention. */
import { broadcast } from '../broadcast.js';
import { add, assumeEqual, isUnknown, mul, product, showShape } from '../dims.js';
import { isTensor, type Dim } from '../tensor.js';
import { operator, type Args, type Result } from './operator.js';

/** `softmax(q kᵀ / √d + mask) v`, counted as the full square. */
function attention(args: Args): Result {
  const [q, k, v] = [args.shape('query'), args.shape('key'), args.shape('value')];
  const fail = (words: string, argument: string): never => args.fail(words, { argument });
  if (q.length < 2 || k.length < 2 || v.length < 2)
    fail(
      `Expected query, key, and value to all be  at least 2 dimensional, but got Query shape: ${showShape(q)}, key shape: ${showShape(k)} and value shape: ${showShape(v)} instead.`,
      'query',
    );
  const [queries, width] = q.slice(-2) as [Dim, Dim];
  const [keys, keyWidth] = k.slice(-2) as [Dim, Dim];
  const [values, valueWidth] = v.slice(-2) as [Dim, Dim];
  if (!assumeEqual(args.context, width, keyWidth))
    args.fail(
      `Expected size for first two dimensions of batch2 tensor to be: ${showShape([product(q.slice(0, -2)), width])} but got: ${showShape([product(k.slice(0, -2)), keyWidth])}.`,
      { argument: 'key', expected: width, got: keyWidth, dim: k.length - 1, origin: args.tensor('key').data },
    );
  if (!assumeEqual(args.context, keys, values))
    fail(`The size of key (${showShape(k)}) and value (${showShape(v)}) must match in the sequence dimension`, 'value');
  const grouped = args.raw('enable_gqa') === true;
  // Grouped queries: the heads of key and value are repeated for those of the query.
  const lead = grouped ? q.slice(0, -2) : broadcast(args, [q.slice(0, -2), k.slice(0, -2), v.slice(0, -2)]);
  if (isUnknown(lead)) return { shape: lead, macs: lead };
  const mask = args.optional('attn_mask');
  if (isTensor(mask)) {
    const scores = [...lead, queries, keys];
    const joint = broadcast(args, [mask.data.shape, scores]);
    if (!isUnknown(joint) && joint.length > scores.length)
      fail(
        `The expanded size of the tensor must match: mask of shape ${showShape(mask.data.shape)} for scores of shape ${showShape(scores)}`,
        'attn_mask',
      );
  }
  return {
    shape: [...lead, queries, valueWidth],
    dtype: args.dtype('query'),
    macs: mul(product([...lead, queries, keys]), add(width, valueWidth)),
    attributes: {
      is_causal: args.raw('is_causal') === true,
      masked: mask !== null,
      dropout_p: args.number('dropout_p'),
      scale: args.number('scale'),
    },
  };
}
operator(
  'scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False)',
  'F _C_nn',
  attention,
);
