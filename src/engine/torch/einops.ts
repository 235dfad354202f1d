/** `einops`: patterns such as `b (h p1) (w p2) c -> b (h w) (p1 p2 c)`, and the layers made of them. */
import type { Context } from '../python/context.js';
import { defineClass, defineFunction, type ModelledModule } from '../python/define.js';
import type { PyClass, PyDict, Value } from '../python/value.js';
import {
  add,
  assumeEqual,
  compareDim,
  floorDiv,
  isUnknown,
  modulo,
  moreSpecific,
  product,
  showDim,
  showShape,
  sub,
} from './dims.js';
import { Args, Undetermined, UnknownShape, type Result } from './ops/operator.js';
import { einsum } from './ops/products.js';
import { isTensor, type Dim, type TensorNative } from './tensor.js';
import layersSource from './python/einopsLayers.py';

/** One place of a pattern: names that are multiplied, or the ellipsis. `1` has no names. */
type Group = readonly string[];
const ELLIPSIS = '…';

const errorClasses = new WeakMap<PyClass, PyClass>();
function errorClass(context: Context): PyClass {
  const base = context.builtinClass('RuntimeError');
  let cls = errorClasses.get(base);
  if (!cls) errorClasses.set(base, (cls = defineClass('EinopsError', { module: 'einops', bases: [base] })));
  return cls;
}

class Pattern {
  constructor(
    private readonly context: Context,
    readonly text: string,
    readonly operation: string,
  ) {}

  fail(message: string, shape?: readonly Dim[]): never {
    const about = shape ? `\n Input tensor shape: torch.Size(${showShape(shape)}).` : '';
    const error = this.context.call(errorClass(this.context), [
      ` Error while processing ${this.operation}-reduction pattern "${this.text}".${about}\n ${message}`,
    ]);
    return this.context.raiseValue(error);
  }

  /** `b (h w) ...` as groups. */
  side(text: string): Group[] {
    const groups: Group[] = [];
    let open: string[] | null = null;
    for (const token of text.replace(/\.\.\./g, ELLIPSIS).match(/[()]|[^\s()]+/g) ?? []) {
      if (token === '(') {
        if (open) this.fail('Axis composition is one-level (brackets inside brackets not allowed)');
        open = [];
      } else if (token === ')') {
        if (!open) this.fail('Brackets are not balanced');
        // In brackets the axes of an ellipsis are one axis; the `1` tells the two forms apart.
        groups.push(open.includes(ELLIPSIS) ? ['1', ...open] : open);
        open = null;
      } else if (token === '1') {
        if (!open) groups.push([]);
      } else if (open) open.push(token);
      else groups.push([token]);
    }
    if (open) this.fail('Brackets are not balanced');
    const names = groups.flat().filter((name) => !/^\d+$/.test(name));
    const twice = names.find((name, i) => name !== '_' && names.indexOf(name) !== i);
    if (twice !== undefined) this.fail(`Indexing expression contains duplicate dimension "${twice}"`);
    return groups;
  }
}

interface Solved {
  readonly sizes: ReadonlyMap<string, Dim>;
  /** Sizes the ellipsis stands for. */
  readonly hidden: readonly Dim[];
}

/** Fits the left side to a shape: sizes of all names. */
function solve(
  context: Context,
  pattern: Pattern,
  left: readonly Group[],
  shape: readonly Dim[],
  given: ReadonlyMap<string, Dim>,
): Solved {
  const at = left.findIndex((group) => group.includes(ELLIPSIS));
  const plain = left.length - (at >= 0 ? 1 : 0);
  const count = shape.length - plain;
  if (at >= 0 ? count < 0 : count !== 0)
    pattern.fail(
      at >= 0
        ? `Wrong shape: expected >=${plain} dims. Received ${shape.length}-dim tensor.`
        : `Wrong shape: expected ${plain} dims. Received ${shape.length}-dim tensor.`,
      shape,
    );
  const hidden = at >= 0 ? shape.slice(at, at + count) : [];
  const sizes = new Map(given);
  left.forEach((group, i) => {
    if (i === at) {
      if (group.length > 1) pattern.fail('An ellipsis inside brackets with other names is not described', shape);
      return;
    }
    const size = shape[at >= 0 && i > at ? i + count - 1 : i] as Dim;
    const unknown = group.filter((name) => !sizes.has(name) && !/^\d+$/.test(name));
    const known = product(
      group.filter((name) => !unknown.includes(name)).map((name) => sizes.get(name) ?? Number(name)),
    );
    if (unknown.length > 1)
      pattern.fail(`Could not infer sizes for {${unknown.map((name) => `'${name}'`).join(', ')}}`, shape);
    const [missing] = unknown;
    if (missing === undefined) {
      if (!assumeEqual(context, known, size))
        pattern.fail(
          group.length === 1
            ? `Shape mismatch, ${showDim(size)} != ${showDim(known)}`
            : `Shape mismatch, ${showDim(size)} != ${showDim(known)}`,
          shape,
        );
      const [only] = group;
      if (group.length === 1 && only !== undefined && sizes.has(only)) sizes.set(only, moreSpecific(size, known));
      return;
    }
    if (known === 1) {
      sizes.set(missing, size);
      return;
    }
    if (compareDim(context, '==', modulo(context, size, known), 0) === false)
      pattern.fail(
        `Shape mismatch, can't divide axis of length ${showDim(size)} in chunks of ${showDim(known)}`,
        shape,
      );
    assumeEqual(context, modulo(context, size, known), 0);
    sizes.set(missing, floorDiv(context, size, known));
  });
  return { sizes, hidden };
}

function outputShape(right: readonly Group[], { sizes, hidden }: Solved): Dim[] {
  return right.flatMap((group): Dim[] => {
    if (group.length === 1 && group[0] === ELLIPSIS) return [...hidden];
    return [product(group.flatMap((name) => (name === ELLIPSIS ? hidden : [sizes.get(name) ?? Number(name)])))];
  });
}

/** A tensor, or a list of tensors as one with an axis in front. */
function operand(args: Args, name: string): TensorNative {
  const value = args.raw(name);
  if (typeof value === 'object' && value !== null && (value.kind === 'list' || value.kind === 'tuple')) {
    const torch = args.context.importModule('torch');
    if (isUnknown(torch)) return args.undetermined(torch);
    const stacked = args.context.call(args.context.requireAttribute(torch, 'stack'), [value]);
    return isTensor(stacked)
      ? stacked
      : args.undetermined(isUnknown(stacked) ? stacked : 'these tensors can not be stacked');
  }
  return args.tensor(name);
}

function lengths(args: Args): Map<string, Dim> {
  const dict = args.raw('axes') as PyDict;
  if (dict.taint) args.undetermined(dict.taint);
  const sizes = new Map<string, Dim>();
  for (const { key, value } of dict.entries.values())
    if (typeof key === 'string') sizes.set(key, args.toDim(value, key));
  return sizes;
}

function transform(args: Args, operation: 'rearrange' | 'reduce' | 'repeat'): Result {
  const { context } = args;
  const tensor = operand(args, 'tensor');
  const text = args.string('pattern');
  const pattern = new Pattern(context, text, operation);
  const [leftText, rightText] = text.split('->');
  if (leftText === undefined || rightText === undefined) return pattern.fail('Pattern must have one "->"');
  const left = pattern.side(leftText);
  const right = pattern.side(rightText);
  const given = lengths(args);
  const names = (groups: readonly Group[]): string[] => groups.flat();
  const extraRight = names(right).filter((name) => !names(left).includes(name) && !/^\d+$/.test(name));
  const extraLeft = names(left).filter((name) => !names(right).includes(name) && !/^\d+$/.test(name));
  if (operation === 'rearrange' && (extraLeft.length > 0 || extraRight.length > 0))
    pattern.fail(
      `Identifiers only on one side of expression (should be on both): {${[...extraLeft, ...extraRight].map((name) => `'${name}'`).join(', ')}}`,
    );
  if (operation === 'reduce' && extraRight.length > 0)
    pattern.fail(
      `Unexpected identifiers on the right side of reduce ${text}: {${extraRight.map((name) => `'${name}'`).join(', ')}}`,
    );
  if (operation === 'repeat') {
    if (extraLeft.length > 0)
      pattern.fail(
        `Unexpected identifiers on the left side of repeat: {${extraLeft.map((name) => `'${name}'`).join(', ')}}`,
      );
    const unset = extraRight.filter((name) => name !== ELLIPSIS && !given.has(name));
    if (unset.length > 0)
      pattern.fail(`Specify sizes for new axes in repeat: {${unset.map((name) => `'${name}'`).join(', ')}}`);
  }
  const idle = [...given.keys()].find((name) => !names(left).includes(name) && !names(right).includes(name));
  const { shape, dtype } = tensor.data;
  if (isUnknown(shape)) throw new UnknownShape(shape);
  if (idle !== undefined) pattern.fail(`Axis ${idle} is not used in transform`, shape);
  const solved = solve(context, pattern, left, shape, given);
  return { shape: outputShape(right, solved), dtype, attributes: { pattern: text } };
}

/** Runs a description as an operator does. */
function run(name: string, signature: string, body: (args: Args) => Result | Value): Value {
  return defineFunction(signature, (bound, context) => {
    const args = new Args(name, bound, context);
    try {
      const result = body(args);
      return typeof result === 'object' && result !== null && 'shape' in result && !('kind' in result)
        ? args.make(result)
        : (result as Value);
    } catch (error) {
      if (error instanceof UnknownShape) return args.make({ shape: error.unknown });
      if (error instanceof Undetermined) return error.unknown;
      throw error;
    }
  });
}

/** `einops.einsum(a, b, 'i j, j k -> i k')`: names are words. */
function namedEinsum(args: Args): Result {
  const given = args.star('tensors_and_pattern');
  const text = given[given.length - 1];
  if (typeof text !== 'string')
    return args.context.raise(
      'TypeError',
      'The last argument passed to `einops.einsum` must be a string, representing the einsum pattern.',
    );
  const tensors = given
    .slice(0, -1)
    .map((value) =>
      isTensor(value)
        ? value
        : args.undetermined(isUnknown(value) ? value : 'einsum of something that is not a tensor'),
    );
  const letters = new Map<string, string>();
  const equation = text.replace(/[A-Za-z_]\w*/g, (name) => {
    let letter = letters.get(name);
    if (letter === undefined)
      letters.set(name, (letter = String.fromCharCode(letters.size < 26 ? 97 + letters.size : 39 + letters.size)));
    return letter;
  });
  return { ...einsum(args, equation, tensors), dtype: tensors[0]?.data.dtype };
}

function packSides(args: Args): { readonly before: number; readonly after: number } {
  const parts = args.string('pattern').trim().split(/\s+/);
  const at = parts.indexOf('*');
  if (at < 0) args.context.raise('ValueError', `No *-axis in pattern: "${args.string('pattern')}"`);
  return { before: at, after: parts.length - at - 1 };
}
/** `pack([a, b], 'b * c')`: what the star stands for is flattened and joined. */
function pack(args: Args): Value {
  const { before, after } = packSides(args);
  const { context } = args;
  const shapes: Value[] = [];
  const sizes: Dim[] = [];
  const tensors = args.tensorList('tensors');
  let lead: readonly Dim[] = [];
  let tail: readonly Dim[] = [];
  for (const { data } of tensors) {
    if (isUnknown(data.shape)) throw new Undetermined(data.shape);
    const inner = data.shape.slice(before, data.shape.length - after);
    shapes.push(context.call(context.requireAttribute(torchModule(args), 'Size'), [context.tuple(inner)]));
    sizes.push(product(inner));
    lead = data.shape.slice(0, before);
    tail = data.shape.slice(data.shape.length - after);
  }
  const packed = args.make({ shape: [...lead, sizes.reduce<Dim>(add, 0), ...tail], dtype: tensors[0]?.data.dtype });
  return context.tuple([packed, context.list(shapes)]);
}
function torchModule(args: Args): Value {
  return args.context.importModule('torch');
}
function unpack(args: Args): Value {
  const { before, after } = packSides(args);
  const shape = args.shape('tensor');
  const { context } = args;
  const list = context.items(args.raw('packed_shapes'));
  if (isUnknown(list)) return list;
  const lead = shape.slice(0, before);
  const tail = shape.slice(shape.length - after);
  const shapes = list.map((item) => args.toDims(item));
  const known = shapes.map((inner) => (inner.includes(-1) ? null : product(inner)));
  const total = shape[before] as Dim;
  return context.list(
    shapes.map((inner, i) => {
      let sizes: Dim[] = [...inner];
      if (known[i] === null) {
        const others = known.filter((size): size is Dim => size !== null).reduce<Dim>(add, 0);
        const left = sub(total, others);
        const rest = product(inner.filter((dim) => dim !== -1));
        sizes = inner.map((dim) => (dim === -1 ? floorDiv(context, left, rest) : dim));
      }
      return args.make({ shape: [...lead, ...sizes, ...tail], dtype: args.dtype('tensor') });
    }),
  );
}
function parseShape(args: Args): Value {
  const shape = args.shape('x');
  const names = args.string('pattern').trim().split(/\s+/);
  if (names.length !== shape.length)
    return args.context.raise(
      'RuntimeError',
      `Can't parse shape with different number of dimensions: ${args.string('pattern')} ${showShape(shape)}`,
    );
  return args.context.dict(
    names.flatMap((name, i) => (name === '_' || /^\d+$/.test(name) ? [] : [[name, shape[i] as Dim] as const])),
  );
}

const functions: Readonly<Record<string, Value>> = {
  rearrange: run('rearrange', 'rearrange(tensor, pattern, **axes)', (args) => transform(args, 'rearrange')),
  reduce: run('reduce', 'reduce(tensor, pattern, reduction, **axes)', (args) =>
    transform(args, args.raw('reduction') === 'repeat' ? 'repeat' : 'reduce'),
  ),
  repeat: run('repeat', 'repeat(tensor, pattern, **axes)', (args) => transform(args, 'repeat')),
  einsum: run('einsum', 'einsum(*tensors_and_pattern)', namedEinsum),
  pack: run('pack', 'pack(tensors, pattern)', pack),
  unpack: run('unpack', 'unpack(tensor, packed_shapes, pattern)', unpack),
  parse_shape: run('parse_shape', 'parse_shape(x, pattern)', parseShape),
  asnumpy: run('asnumpy', 'asnumpy(tensor)', (args) => args.context.callMethod(args.tensor('tensor'), 'numpy')),
};
/** The class needs the builtin exceptions, which exist once the interpreter runs. */
const lazyError = defineFunction('__getattr__(name)', ({ name }, context): Value =>
  name === 'EinopsError'
    ? errorClass(context)
    : context.unknown(`einops.${typeof name === 'string' ? name : '?'} is not described by the analyser`),
);

const members = (): Record<string, Value> => ({ ...functions, __getattr__: lazyError, __version__: '0.8.2' });

export const einopsModules: readonly ModelledModule[] = [
  { name: 'einops', isPackage: true, members },
  { name: 'einops.einops', members },
  { name: 'einops.packing', members },
  { name: 'einops.layers', isPackage: true },
  { name: 'einops.layers.torch', source: layersSource },
  {
    name: 'einops._torch_specific',
    members: () => ({ allow_ops_in_compiled_graph: defineFunction('allow_ops_in_compiled_graph()', () => null) }),
  },
];
