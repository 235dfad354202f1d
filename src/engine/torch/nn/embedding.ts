/** Embeddings, and the activation that has a weight. */
import type { Context } from '../../python/context.js';
import { defineFunction, type Bound } from '../../python/define.js';
import type { PyClass, PyInstance, Value } from '../../python/value.js';
import { numberOf } from '../backward/arguments.js';
import { isUnknown } from '../dims.js';
import type { Dim } from '../tensor.js';
import { extraRepr, forwardMethod, readAttribute } from './layer.js';
import { isTensorValue, method } from './objects.js';
import { keep, resetMethod, weighted } from './weighted.js';
import { asSize, asSizes, factoryOf, newParameter, putParameter, resetUnlessOwn, type Init } from './weights.js';

const NORMAL: Init = { name: 'normal', args: { mean: 0, std: 1 } };
const resetEmbedding = resetMethod(() => ({ weight: NORMAL }));

function embeddingSetup(self: PyInstance, bound: Bound, requiresGrad: Value, context: Context): void {
  keep(self, bound, 'num_embeddings', 'embedding_dim');
  const rows = bound['num_embeddings'] ?? null;
  let index = bound['padding_idx'] ?? null;
  if (typeof index === 'number' && typeof rows === 'number') {
    if (index >= rows || index < -rows) context.raise('AssertionError', 'Padding_idx must be within num_embeddings');
    if (index < 0) index += rows;
  } else if (typeof index === 'number' && index < 0) index = context.binary('+', rows, index);
  self.attrs.set('padding_idx', index);
  keep(self, bound, 'max_norm', 'norm_type', 'scale_grad_by_freq');
  const given = bound['_weight'] ?? null;
  const grad = context.truth(requiresGrad);
  if (given === null) {
    const sizes = asSizes([rows, bound['embedding_dim'] ?? null], context);
    const weight = newParameter(
      sizes,
      factoryOf(bound['device'], bound['dtype'], context),
      context,
      NORMAL,
      !isUnknown(grad) && grad,
    );
    if (isUnknown(grad)) weight.attrs = new Map([['requires_grad', grad]]);
    putParameter(self, 'weight', weight, context);
    resetUnlessOwn(self, resetEmbedding, context);
  } else {
    if (isTensorValue(given) && !isUnknown(given.data.shape)) {
      const wanted = asSizes([rows, bound['embedding_dim'] ?? null], context);
      if (
        given.data.shape.length !== 2 ||
        given.data.shape.some(
          (size, i) => typeof size === 'number' && typeof wanted[i] === 'number' && size !== wanted[i],
        )
      )
        context.raise('AssertionError', 'Shape of weight does not match num_embeddings and embedding_dim');
    }
    const parameter = context.call(
      context.requireAttribute(context.importModule('torch.nn.parameter'), 'Parameter'),
      [given],
      new Map([['requires_grad', requiresGrad]]),
    );
    putParameter(self, 'weight', parameter, context);
  }
}

/** Rows and columns of the tensor given to `from_pretrained`. */
function pretrainedShape(embeddings: Value, context: Context): readonly [Value, Value] {
  if (isUnknown(embeddings)) return [embeddings, embeddings];
  if (!isTensorValue(embeddings))
    return context.raise('AttributeError', `'${context.typeOf(embeddings).name}' object has no attribute 'dim'`);
  const { shape } = embeddings.data;
  if (isUnknown(shape)) return [shape, shape];
  if (shape.length !== 2)
    return context.raise('AssertionError', 'Embeddings parameter is expected to be 2-dimensional');
  return [shape[0] as Dim, shape[1] as Dim];
}

function fromPretrained(extra: string, grad: (embedding: Value, freeze: Value, context: Context) => void): Value {
  const func = defineFunction(
    `from_pretrained(cls, embeddings, freeze=True, ${extra})`,
    ({ cls, embeddings, freeze, ...rest }, context) => {
      const [rows, columns] = pretrainedShape(embeddings ?? null, context);
      const kwargs = new Map<string, Value>([
        ['num_embeddings', rows],
        ['embedding_dim', columns],
        ['_weight', embeddings ?? null],
      ]);
      for (const [name, value] of Object.entries(rest)) kwargs.set(name, value);
      const embedding = context.call(cls ?? null, [], kwargs);
      grad(embedding, freeze ?? true, context);
      return embedding;
    },
  );
  return { kind: 'descriptor', type: 'classmethod', get: func, set: null, del: null };
}

/** Freezes the weight of an embedding made from given vectors. */
function freezeWeight(embedding: Value, freeze: Value, context: Context): void {
  const weight = context.getAttribute(embedding, 'weight');
  if (weight !== undefined && !isUnknown(weight))
    context.setAttribute(weight, 'requires_grad', context.unary('not', freeze));
}

/** Fills one row: the number of rows stays what it is. */
const fillPadding = method('_fill_padding_idx_with_zero', () => null);

const embedding = weighted(
  'sparse',
  'Embedding(num_embeddings, embedding_dim, padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False, _weight=None, _freeze=False, device=None, dtype=None)',
  (self, bound, context) => {
    embeddingSetup(self, bound, context.unary('not', bound['_freeze'] ?? false), context);
    keep(self, bound, 'sparse');
  },
  {
    reset_parameters: resetEmbedding,
    _fill_padding_idx_with_zero: fillPadding,
    from_pretrained: fromPretrained(
      'padding_idx=None, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, sparse=False',
      freezeWeight,
    ),
    forward: forwardMethod(
      'Embedding',
      'input',
      'F.embedding(input, self.weight, self.padding_idx, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.sparse)',
    ),
    extra_repr: method(
      'extra_repr',
      (self, _args, _kwargs, context) => {
        let template = '{num_embeddings}, {embedding_dim}';
        if (readAttribute(self, 'padding_idx', context) !== null) template += ', padding_idx={padding_idx}';
        if (readAttribute(self, 'max_norm', context) !== null) template += ', max_norm={max_norm}';
        return extraRepr(template).call([self], new Map(), context);
      },
      'Embedding',
    ),
  },
);

const embeddingBag = weighted(
  'sparse',
  "EmbeddingBag(num_embeddings, embedding_dim, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode='mean', sparse=False, _weight=None, include_last_offset=False, padding_idx=None, device=None, dtype=None)",
  (self, bound, context) => {
    embeddingSetup(self, bound, true, context);
    keep(self, bound, 'mode', 'sparse', 'include_last_offset');
  },
  {
    reset_parameters: resetEmbedding,
    _fill_padding_idx_with_zero: fillPadding,
    from_pretrained: fromPretrained(
      "max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode='mean', sparse=False, include_last_offset=False, padding_idx=None",
      freezeWeight,
    ),
    forward: forwardMethod(
      'EmbeddingBag',
      'input, offsets=None, per_sample_weights=None',
      'F.embedding_bag(input, self.weight, offsets, self.max_norm, self.norm_type, self.scale_grad_by_freq, self.mode, self.sparse, per_sample_weights, self.include_last_offset, self.padding_idx)',
    ),
  },
);

const slope = (init: Value | undefined): Init => ({ name: 'constant', args: { val: numberOf(init) } });
const resetPReLU = resetMethod((self) => ({ weight: slope(self.attrs.get('init')) }));
const prelu = weighted(
  'activation',
  'PReLU(num_parameters=1, init=0.25, device=None, dtype=None)',
  (self, bound, context) => {
    keep(self, bound, 'num_parameters', 'init');
    const factory = factoryOf(bound['device'], bound['dtype'], context);
    putParameter(
      self,
      'weight',
      newParameter([asSize(bound['num_parameters'] ?? null, 0, context)], factory, context, slope(bound['init'])),
      context,
    );
    resetUnlessOwn(self, resetPReLU, context);
  },
  {
    reset_parameters: resetPReLU,
    forward: forwardMethod('PReLU', 'input', 'F.prelu(input, self.weight)'),
    extra_repr: extraRepr('num_parameters={num_parameters}'),
  },
);

export const embeddingLayers: readonly PyClass[] = [embedding, embeddingBag, prelu];
