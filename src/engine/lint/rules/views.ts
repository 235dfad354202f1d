/** A: axes that are taken for others. */
import { add, decideDim, isUnknown, mul, product } from '../../torch/dims.js';
import type { Value } from '../../python/value.js';
import { isSym } from '../../python/symint.js';
import type { ObservedOp } from '../../torch/rehearsal.js';
import { isTensor, type Dim, type OpNode, type TensorData } from '../../torch/tensor.js';
import type { ModuleCall } from '../../torch/trace.js';
import { classesOf, type CallExpr, type Expr } from '../../syntax/index.js';
import { dotted, findAll, functionAround, methodOf } from '../../training/index.js';
import type { Program } from '../program.js';
import { callAt } from '../source.js';
import type { Finding, Fix, Rule } from '../types.js';

const shapeOf = (tensor: TensorData | undefined): readonly Dim[] | null =>
  tensor && !isUnknown(tensor.shape) ? tensor.shape : null;
const same = (a: Dim | undefined, b: Dim | undefined): boolean =>
  a !== undefined && b !== undefined && decideDim('==', a, b) === true;
const answerShape = ({ answer }: ObservedOp): readonly Dim[] | null => (isTensor(answer) ? shapeOf(answer.data) : null);

/** What `x.view(a, b)` is called on and its sizes, where they are written one by one. */
function viewCall(op: ObservedOp): { readonly call: CallExpr; readonly receiver: Expr; readonly sizes: Expr[] } | null {
  const call = callAt(op.place);
  if (call?.func.kind !== 'Attribute' || !/^(?:view|reshape)$/.test(call.func.attr)) return null;
  if (call.func.value.kind === 'Name' && call.func.value.id === 'torch') return null;
  const [only] = call.args;
  const listed =
    call.args.length === 1 && (only?.value.kind === 'Tuple' || only?.value.kind === 'List')
      ? only.value.elements
      : null;
  if (call.args.some(({ form }) => form !== 'positional')) return null;
  return { call, receiver: call.func.value, sizes: [...(listed ?? call.args.map(({ value }) => value))] };
}

/** The outermost module's call around something that ran. */
function root(call: ModuleCall | null): ModuleCall | null {
  let at = call;
  while (at?.parent) at = at.parent;
  return at;
}

const A03: Rule = {
  id: 'A03',
  title: 'Batch size written as a number',
  star: false,
  severity: 'warning',
  why: String.raw`The last batch of an epoch is usually smaller, and at inference there is often one sample: a view with a fixed batch size then raises an error, or mixes samples with the
other axis that is \`-1\`. \`x.size(0)\` is right for every batch.`,
  wrong: `
x = x.view(32, -1)`,
  right: `
x = x.view(x.size(0), -1)`,
  sources: ['PyTorch documentation: torch.Tensor.view, torch.utils.data.DataLoader (drop_last)'],
  *check(program) {
    for (const op of program.ops('view', 'reshape')) {
      const batch = shapeOf(op.tensors['input'])?.[0];
      const given = shapeOf(root(op.call)?.inputs[0])?.[0];
      if (!isSym(batch) || !same(batch, given) || !program.isHere(op.place)) continue;
      const view = viewCall(op);
      const [first] = view?.sizes ?? [];
      if (!view || first?.kind !== 'Number' || typeof first.value !== 'number' || first.value < 2) continue;
      if (view.sizes.length < 2) continue;
      const { file } = op.place;
      const place = { file, start: first.start, end: first.end };
      const receiver = dotted(view.receiver);
      yield {
        message: `A batch of another size than ${first.value} doesn’t fit this view: the last one of an epoch, or a single sample. Use the input’s own size.`,
        place,
        ...(receiver === null
          ? {}
          : { fix: { title: `Use ${receiver}.size(0)`, edits: [{ place, text: `${receiver}.size(0)` }] } }),
      };
    }
  },
};

const MOVING = new Set([
  'transpose',
  'permute',
  'swapaxes',
  'swapdims',
  'movedim',
  'moveaxis',
  't',
  'mT',
  'T',
  'adjoint',
  'expand',
  'flip',
]);

/** Which axis of its input each axis of the result of `transpose` and `permute` is; `null` for other operators. */
function orderOf({ name, args }: ObservedOp, rank: number): number[] | null {
  const axis = (value: Value | undefined): number | null =>
    typeof value === 'number' && value >= -rank && value < rank ? (value + rank) % rank : null;
  if (['transpose', 'swapaxes', 'swapdims'].includes(name)) {
    const named = Object.entries(args).filter(([key]) => key !== 'input');
    const [a, b] = named.map(([, value]) => axis(value));
    if (typeof a !== 'number' || typeof b !== 'number') return null;
    return Array.from({ length: rank }, (_, at) => (at === a ? b : at === b ? a : at));
  }
  if (name !== 'permute') return null;
  let dims = args['dims'];
  if (typeof dims === 'object' && dims?.kind === 'tuple' && dims.items.length === 1) [dims] = dims.items;
  const items = typeof dims === 'object' && (dims?.kind === 'tuple' || dims?.kind === 'list') ? dims.items : [];
  const order = items.map(axis);
  return order.length === rank && order.every((each) => each !== null) ? order : null;
}

/** Whether an axis of the new shape is made of several that no longer lie one after the other. */
function mergesMoved(before: readonly Dim[], after: readonly Dim[], order: readonly number[]): boolean {
  const wide = order.flatMap((from, at) => (before[at] === 1 ? [] : [{ from, size: before[at] as Dim }]));
  let at = 0;
  for (const target of after) {
    if (target === 1) continue;
    const first = wide[at];
    if (!first) return false;
    let size = first.size;
    let end = at + 1;
    while (!same(size, target) && end < wide.length) size = mul(size, wide[end++]?.size ?? 0);
    // An axis that was split, or sizes that can't be compared.
    if (!same(size, target)) return false;
    for (let i = at + 1; i < end; i++) if (wide[i]?.from !== (wide[i - 1]?.from ?? 0) + 1) return true;
    at = end;
  }
  return false;
}

const A04: Rule = {
  id: 'A04',
  title: 'view of a transposed tensor',
  star: false,
  severity: 'error',
  why: String.raw`\`view\` doesn't move data, and after \`permute\` or \`transpose\` the elements don't lie in the order that the new shape needs: PyTorch raises an error. \`reshape\` copies
where it has to.`,
  wrong: `
x.transpose(1, 2).view(x.size(0), -1)`,
  right: `
x.transpose(1, 2).reshape(x.size(0), -1)`,
  sources: ['PyTorch documentation: torch.Tensor.view'],
  *check(program) {
    for (const op of program.ops('view')) {
      const input = op.tensors['input'];
      const [before, after] = [shapeOf(input), answerShape(op)];
      const moved = input?.node ? program.madeBy(input.node) : null;
      const order = moved && before ? orderOf(moved, before.length) : null;
      // What was moved must have lain in order itself.
      const source = moved?.tensors['input'];
      const again = source?.node ? program.madeBy(source.node) : null;
      if (!before || !after || !moved || !order || !program.isHere(op.place) || (again && MOVING.has(again.name)))
        continue;
      if (!mergesMoved(before, after, order)) continue;
      // A copy in order gives the same numbers and remembers what made them.
      if (program.ops('contiguous').some(({ answer }) => isTensor(answer) && answer.data === input)) continue;
      const call = callAt(op.place);
      const name = call?.func.kind === 'Attribute' ? call.func.attrSpan : null;
      const { file } = op.place;
      const where = program.placeOf(moved);
      yield {
        message: `After ${moved.name} these axes don’t lie one after the other, and view raises an error. Use reshape.`,
        place: op.place,
        ...(where ? { related: [{ message: 'Where the axes are moved', place: where }] } : {}),
        ...(name ? { fix: { title: 'Use reshape', edits: [{ place: { file, ...name }, text: 'reshape' }] } } : {}),
      };
    }
  },
};

/** Operators that make an axis longer, and those that take a part of a tensor or give it another shape, in order. */
const LENGTHENING = new Set(['cat', 'pad', 'constant_pad_nd']);
const VIEWING = new Set(['view', 'reshape', 'getitem', 'narrow']);

/** Whether each row of a tensor is one longer than that of what it was made of, before it was viewed and cut. */
function hasLongerRows({ node, shape }: TensorData): boolean {
  if (!node || isUnknown(shape)) return false;
  const [only] = node.inputs;
  if (VIEWING.has(node.op)) return only !== undefined && hasLongerRows(only);
  const isShorter = (input: TensorData): boolean => {
    const was = shapeOf(input);
    return was?.length === shape.length && same(add(was.at(-1) ?? 0, 1), shape.at(-1));
  };
  return LENGTHENING.has(node.op) && node.inputs.some(isShorter);
}

/**
 * Whether only rows and columns change places, and the rows were made one longer: each then begins one further on than the one above it,
 * which relative positions want (Dai et al. 2019, Transformer-XL, appendix B).
 */
function isShift(input: TensorData, before: readonly Dim[], after: readonly Dim[]): boolean {
  const turns = after.length === before.length && before.slice(0, -2).every((dim, at) => same(dim, after[at]));
  return turns && hasLongerRows(input);
}

/** How axes were taken for others, and the operations that move them instead. */
function scrambled(
  before: readonly Dim[],
  after: readonly Dim[],
): { readonly what: string; readonly moves: string } | null {
  if (!same(before[0], after[0]) || before.length < 3) return null;
  const [, b1, b2] = before;
  if (after.length === before.length) {
    const order = after.map((dim) => before.findIndex((other) => same(dim, other)));
    if (new Set(order).size !== order.length || order.includes(-1)) return null;
    // An axis of size 1 may stand anywhere.
    const kept = order.filter((at) => before[at] !== 1);
    if (kept.every((at, index) => index === 0 || at > (kept[index - 1] ?? -1))) return null;
    return { what: 'the axes change places', moves: `permute(${order.join(', ')})` };
  }
  if (before.length === 4 && after.length === 3 && same(after[2], b1) && same(after[1], product(before.slice(2)))) {
    if (same(after[1], b1) || b1 === 1 || after[1] === 1) return null;
    return { what: 'channels are taken for positions', moves: 'flatten(2).transpose(1, 2)' };
  }
  if (before.length === 3 && after.length === 4 && same(after[2], b1) && b1 !== undefined && b2 !== undefined) {
    const [, heads, , width] = after;
    if (heads === undefined || width === undefined || heads === 1 || same(heads, b1) || b1 === 1) return null;
    if (!same(mul(heads, width), b2)) return null;
    return { what: 'positions are taken for heads', moves: '' };
  }
  return null;
}

const A05: Rule = {
  id: 'A05',
  title: 'view where permute was meant',
  star: true,
  severity: 'warning',
  why: String.raw`\`view\` and \`reshape\` read the same elements in the same order under another shape: they never move an axis. $(B,C,H,W)$ viewed as $(B,H,W,C)$ has the right
sizes and scrambled contents, pixels of one channel in place of the channels of one pixel. \`permute\` and \`transpose\` move axes.`,
  wrong: `
tokens = x.view(B, H * W, C)                 # x is (B, C, H, W)`,
  right: `
tokens = x.flatten(2).transpose(1, 2)        # x is (B, C, H, W)`,
  sources: ['PyTorch documentation: torch.Tensor.view, torch.permute'],
  *check(program) {
    for (const op of program.ops('view', 'reshape')) {
      const input = op.tensors['input'];
      const [before, after] = [shapeOf(input), answerShape(op)];
      if (!input || !before || !after || op.call === null || !program.isHere(op.place)) continue;
      const found = scrambled(before, after);
      if (!found || isShift(input, before, after)) continue;
      const { file } = op.place;
      const view = viewCall(op);
      const receiver = view && file.slice(view.receiver);
      const [size, heads, positions, width] = view?.sizes.map((each) => file.slice(each)) ?? [];
      const text =
        receiver === null
          ? null
          : found.moves !== ''
            ? `${receiver}.${found.moves}`
            : `${receiver}.view(${[size, positions, heads, width].join(', ')}).transpose(1, 2)`;
      const fix: Fix | null = text === null ? null : { title: 'Move the axes', edits: [{ place: op.place, text }] };
      yield {
        message: `view doesn’t move axes: ${found.what} here, and the contents are scrambled. Use permute or transpose.`,
        place: op.place,
        ...(fix ? { fix } : {}),
      };
    }
  },
};

/** Operators that make an axis 1 on purpose. */
const REDUCING =
  /^(?:mean|sum|amax|amin|max|min|std|var|norm|prod|logsumexp|unsqueeze|adaptive_\w+|\w*pool\w*|softmax|sigmoid)$/;

/** Whether `from` is among what `to` was computed from. */
function comesFrom(to: TensorData, from: TensorData): boolean {
  const seen = new Set<OpNode>();
  const queue = [to];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (at !== to && at === from) return true;
    if (!at.node || seen.has(at.node)) continue;
    seen.add(at.node);
    queue.push(...at.node.inputs);
  }
  return false;
}

const A06: Rule = {
  id: 'A06',
  title: 'Residual of another shape',
  star: false,
  severity: 'info',
  why: String.raw`$x+f(x)$ needs $f(x)$ in the shape of $x$. Other sizes raise an error; an axis of size 1 is repeated without a word, and every channel gets the same residual. A $1\times1$
convolution or a linear layer on the skip path gives it the right shape.`,
  wrong: `
return x + self.conv(x)                  # (B, 1, H, W) + (B, 64, H, W)`,
  right: `
return self.project(x) + self.conv(x)    # project: nn.Conv2d(1, 64, 1)`,
  sources: ['He et al., Deep Residual Learning for Image Recognition, 2016, section 3.2'],
  *check(program) {
    for (const op of program.ops('add')) {
      const [a, b] = [op.tensors['input'], op.tensors['other']];
      const [first, second] = [shapeOf(a), shapeOf(b)];
      if (!a || !b || !first || !second || first.length !== second.length || op.call === null) continue;
      const axis = first.findIndex((dim, index) => index > 0 && (dim === 1) !== (second[index] === 1));
      if (axis < 0 || !program.isHere(op.place)) continue;
      const [small, large] = first[axis] === 1 ? [a, b] : [b, a];
      const rest = first.every((dim, index) => index === axis || same(dim, second[index]));
      const size = shapeOf(large)?.[axis];
      if (!rest || typeof size !== 'number' || !comesFrom(large, small)) continue;
      if (REDUCING.test(program.maker(small)?.name ?? '')) continue;
      yield {
        message: `The residual has size 1 on axis ${axis} and is repeated ${size} times. Project it to ${size} first.`,
        place: op.place,
      };
    }
  },
};

/** The last element of the second axis: `[:, -1]`, `[:, -1, :]`. */
function isLastOfSecond(index: Expr): boolean {
  if (index.kind !== 'Tuple') return false;
  const [first, second] = index.elements;
  return (
    first?.kind === 'Slice' &&
    first.lower === null &&
    first.upper === null &&
    second?.kind === 'Unary' &&
    second.op === '-' &&
    second.operand.kind === 'Number' &&
    second.operand.value === 1
  );
}

const A13: Rule = {
  id: 'A13',
  title: 'batch_first left out',
  star: false,
  severity: 'warning',
  why: String.raw`Without \`batch_first=True\` a recurrent layer takes and gives $(T,B,F)$: time first. \`out[:, -1]\` is then the last sample of the batch at all times, not the last time of all
samples; and fed with $(B,T,F)$ the layer runs over the samples as if they were a sequence. No error is raised.`,
  wrong: `
self.rnn = nn.LSTM(64, 128)
out, _ = self.rnn(x)
return self.fc(out[:, -1])`,
  right: `
self.rnn = nn.LSTM(64, 128, batch_first=True)
out, _ = self.rnn(x)
return self.fc(out[:, -1])`,
  sources: ['PyTorch documentation: torch.nn.LSTM, batch_first'],
  *check(program) {
    for (const module of program.rehearsal.instances) {
      const node = classesOf(program.file).find(({ name }) => name === module.cls.name);
      const forward = node && module.cls.place?.file === program.file ? methodOf(node, 'forward') : null;
      const members = module.attrs.get('_modules');
      if (!forward || typeof members !== 'object' || members?.kind !== 'dict') continue;
      for (const [, { key, value: layer }] of members.entries) {
        if (typeof key !== 'string' || typeof layer !== 'object' || layer?.kind !== 'instance') continue;
        if (!/^(?:RNN|LSTM|GRU)$/.test(layer.cls.name) || layer.attrs.get('batch_first') !== false) continue;
        yield* wrongAxis(program, forward, key, layer.place);
      }
    }
  },
};

function* wrongAxis(
  program: Program,
  forward: NonNullable<ReturnType<typeof methodOf>>,
  name: string,
  made: Finding['place'] | null,
): Generator<Finding> {
  const { file } = program;
  for (const { targets, value } of findAll(forward.body, 'Assign')) {
    if (value.kind !== 'Call' || dotted(value.func) !== `self.${name}`) continue;
    const [target] = targets;
    const output = target?.kind === 'Tuple' ? target.elements[0] : undefined;
    if (output?.kind !== 'Name') continue;
    const others = findAll(forward.body, 'Assign').filter((each) =>
      each.targets.some((other) => findAll(other, 'Name').some(({ id }) => id === output.id)),
    );
    if (others.length !== 1) continue;
    const read = findAll(forward.body, 'Subscript').find(
      (each) =>
        each.start > value.end &&
        each.value.kind === 'Name' &&
        each.value.id === output.id &&
        isLastOfSecond(each.index),
    );
    if (!read || functionAround(file, read) !== forward) continue;
    const call = callAt(made);
    const at = call && made && program.isHere(made) && call.args.length > 0 ? call.end - 1 : null;
    const given = call?.args.find((arg) => arg.name === 'batch_first');
    yield {
      message: `self.${name} gives (T, B, F), time first: this is the last sample of the batch, not the last time. Use batch_first=True, or ${output.id}[-1].`,
      place: { file, start: read.start, end: read.end },
      ...(made ? { related: [{ message: 'The layer', place: made }] } : {}),
      ...(at !== null && made
        ? {
            fix: {
              title: 'Use batch_first=True',
              edits: [
                given
                  ? { place: { file, start: given.value.start, end: given.value.end }, text: 'True' }
                  : { place: { file, start: at, end: at }, text: ', batch_first=True' },
              ],
            },
          }
        : {}),
    };
  }
}

export const viewRules: readonly Rule[] = [A03, A04, A05, A06, A13];
