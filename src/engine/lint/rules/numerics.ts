/** S: what overflows, cancels, or has no gradient where it matters. */
import type { CallExpr, Expr, SourceFile } from '../../syntax/index.js';
import { isUnknown } from '../../torch/dims.js';
import type { ObservedOp } from '../../torch/rehearsal.js';
import type { TensorData } from '../../torch/tensor.js';
import { findAll, qualifiedName, spell } from '../../training/index.js';
import { constant, isSafeForExp } from '../bounds.js';
import type { Program } from '../program.js';
import { callAt, nodeAt, withFix } from '../source.js';
import type { Finding, Fix, Rule } from '../types.js';

/** A finding at an operator. */
function at(program: Program, op: ObservedOp, message: string, fix: Fix | null = null): Finding[] {
  const place = program.placeOf(op);
  return place ? [{ message, place, ...(fix ? { fix } : {}) }] : [];
}

/** The text of the tensor and of the other arguments of `torch.f(x, …)`, `F.f(x, …)` or `x.f(…)`. */
function applied(file: SourceFile, node: Expr | undefined, name: string): { input: Expr; rest: string } | null {
  if (node?.kind !== 'Call') return null;
  const { func, args } = node;
  if (func.kind !== 'Attribute' || func.attr !== name) return null;
  const isFunction = qualifiedName(file, func)?.startsWith('torch.') ?? false;
  const rest = (from: number): string =>
    args
      .slice(from)
      .map((arg) => file.slice(arg))
      .join(', ');
  if (!isFunction) return { input: func.value, rest: rest(0) };
  const [first] = args;
  return first?.form === 'positional' ? { input: first.value, rest: rest(1) } : null;
}

/** Replaces the expression at an operator by a call of a library function, spelt as the file can spell it. */
function rewrite(op: ObservedOp, qualified: string, args: readonly string[], title: string): Fix | null {
  if (!op.place) return null;
  const name = spell(op.place.file, qualified);
  if (name === null) return null;
  return { title, edits: [{ place: op.place, text: `${name}(${args.filter((arg) => arg !== '').join(', ')})` }] };
}

/** The operators of a name whose input was made directly by another one. */
function* chains(
  program: Program,
  outer: string,
  inner: (name: string) => boolean,
): Generator<{ op: ObservedOp; maker: ObservedOp }> {
  for (const op of program.ops(outer)) {
    const maker = program.maker(op.tensors['input']);
    if (maker && inner(maker.name)) yield { op, maker };
  }
}

function nodeOf(op: ObservedOp): Expr | undefined {
  const node = op.place ? nodeAt(op.place) : undefined;
  return node?.kind !== undefined && !('body' in node) ? (node as Expr) : undefined;
}

const S01: Rule = {
  id: 'S01',
  title: 'log of softmax',
  star: true,
  severity: 'warning',
  why: String.raw`A probability below the smallest number of its type is 0, and its logarithm $-\infty$; the gradient is NaN. In float32 that happens where a logit lies about 104
below the largest. $\log\mathrm{softmax}(x)_i=x_i-\ln\sum_j e^{x_j}$ is computed without that step.`,
  wrong: `
log_p = torch.log(F.softmax(x, dim=1))`,
  right: `
log_p = F.log_softmax(x, dim=1)`,
  sources: ['PyTorch documentation: torch.nn.functional.log_softmax'],
  *check(program) {
    for (const { op } of chains(program, 'log', (name) => name === 'softmax')) {
      const inner = op.place && applied(op.place.file, nodeOf(op), 'log');
      const softmax = inner && op.place ? applied(op.place.file, inner.input, 'softmax') : null;
      yield* at(
        program,
        op,
        'The logarithm of a softmax is −inf where a probability underflows to 0. Use log_softmax.',
        softmax && op.place
          ? (rewrite(
              op,
              'torch.nn.functional.log_softmax',
              [op.place.file.slice(softmax.input), softmax.rest],
              'Use log_softmax',
            ) ??
              rewrite(op, 'torch.log_softmax', [op.place.file.slice(softmax.input), softmax.rest], 'Use log_softmax'))
          : null,
      );
    }
  },
};

const S02: Rule = {
  id: 'S02',
  title: 'log of sigmoid',
  star: true,
  severity: 'warning',
  why: String.raw`$\sigma(x)$ underflows to 0 for $x<-104$ in float32 ($-17$ in float16): the logarithm is $-\infty$.
$\log\sigma(x)=\min(x,0)-\ln(1+e^{-|x|})$ doesn't.`,
  wrong: `
loss = -torch.log(torch.sigmoid(score))`,
  right: `
loss = -F.logsigmoid(score)`,
  sources: ['PyTorch documentation: torch.nn.functional.logsigmoid'],
  *check(program) {
    for (const { op } of chains(program, 'log', (name) => name === 'sigmoid')) {
      const inner = op.place && applied(op.place.file, nodeOf(op), 'log');
      const sigmoid = inner && op.place ? applied(op.place.file, inner.input, 'sigmoid') : null;
      yield* at(
        program,
        op,
        'The logarithm of a sigmoid is −inf where the sigmoid underflows to 0. Use logsigmoid.',
        sigmoid && op.place
          ? rewrite(op, 'torch.nn.functional.logsigmoid', [op.place.file.slice(sigmoid.input)], 'Use logsigmoid')
          : null,
      );
    }
  },
};

const S03: Rule = {
  id: 'S03',
  title: 'log of a sum of exp',
  star: true,
  severity: 'warning',
  why: String.raw`$e^x$ overflows above 88.7 in float32 and 11.1 in float16, and the result is $\infty$.
$\ln\sum_i e^{x_i}=m+\ln\sum_i e^{x_i-m}$ with $m=\max_i x_i$ never leaves the range.`,
  wrong: `
z = torch.log(torch.exp(x).sum(dim=1))`,
  right: `
z = torch.logsumexp(x, dim=1)`,
  sources: ['PyTorch documentation: torch.logsumexp'],
  *check(program) {
    for (const { op, maker } of chains(program, 'log', (name) => name === 'sum')) {
      const exponential = program.maker(maker.tensors['input']);
      if (exponential?.name !== 'exp' || isSafeForExp(program, exponential.tensors['input'])) continue;
      const file = op.place?.file;
      const outer = file ? applied(file, nodeOf(op), 'log') : null;
      const sum = file && outer ? applied(file, outer.input, 'sum') : null;
      const exp = file && sum ? applied(file, sum.input, 'exp') : null;
      yield* at(
        program,
        op,
        'exp overflows above 88.7 in float32 (11.1 in float16), and this logarithm is then infinite. Use logsumexp.',
        file && exp && sum && sum.rest !== ''
          ? rewrite(op, 'torch.logsumexp', [file.slice(exp.input), sum.rest], 'Use logsumexp')
          : null,
      );
    }
  },
};

const isOne = (expr: Expr): boolean => expr.kind === 'Number' && Number(expr.value) === 1;

const S04: Rule = {
  id: 'S04',
  title: 'log(1 + x) or exp(x) − 1',
  star: false,
  severity: 'info',
  why: String.raw`Near $x=0$ the 1 swallows the digits of $x$: in float32, $1+10^{-8}=1$ and the result is 0. \`log1p\` and \`expm1\` keep them.`,
  wrong: `
y = torch.log(1 + x)`,
  right: `
y = torch.log1p(x)`,
  sources: ['PyTorch documentation: torch.log1p, torch.expm1'],
  *check(program) {
    for (const { op, maker } of chains(program, 'log', (name) => name === 'add')) {
      if (constant(maker.args['other']) !== 1 && constant(maker.args['input']) !== 1) continue;
      const file = op.place?.file;
      const sum = file ? applied(file, nodeOf(op), 'log')?.input : undefined;
      const other = sum?.kind === 'Binary' ? (constant(maker.args['input']) === 1 ? sum.right : sum.left) : undefined;
      yield* at(
        program,
        op,
        'log(1 + x) loses the digits of a small x. Use log1p.',
        file && other ? rewrite(op, 'torch.log1p', [file.slice(other)], 'Use log1p') : null,
      );
    }
    // The same text says the same where the tensors are not known.
    const { file: own } = program;
    for (const call of findAll(own.ast.body, 'Call')) {
      const [first] = call.args;
      const sum = first?.form === 'positional' && call.args.length === 1 ? first.value : undefined;
      if (qualifiedName(own, call.func) !== 'torch.log' || sum?.kind !== 'Binary' || sum.op !== '+') continue;
      const other = isOne(sum.left) ? sum.right : isOne(sum.right) ? sum.left : null;
      const name = spell(own, 'torch.log1p');
      const place = { file: own, start: call.start, end: call.end };
      if (!other) continue;
      yield {
        message: 'log(1 + x) loses the digits of a small x. Use log1p.',
        place,
        ...withFix('Use log1p', name === null ? null : { place, text: `${name}(${own.slice(other)})` }),
      };
    }
    for (const { op } of chains(program, 'sub', (name) => name === 'exp')) {
      if (constant(op.args['other']) !== 1) continue;
      const node = nodeOf(op);
      const file = op.place?.file;
      const exp = file && node?.kind === 'Binary' ? applied(file, node.left, 'exp') : null;
      yield* at(
        program,
        op,
        'exp(x) − 1 loses the digits of a small x. Use expm1.',
        file && exp ? rewrite(op, 'torch.expm1', [file.slice(exp.input)], 'Use expm1') : null,
      );
    }
    for (const difference of findAll(own.ast.body, 'Binary')) {
      const { op, left, right } = difference;
      if (op !== '-' || !isOne(right) || left.kind !== 'Call' || left.args.length !== 1) continue;
      const [first] = left.args;
      if (qualifiedName(own, left.func) !== 'torch.exp' || first?.form !== 'positional') continue;
      const name = spell(own, 'torch.expm1');
      const place = { file: own, start: difference.start, end: difference.end };
      yield {
        message: 'exp(x) − 1 loses the digits of a small x. Use expm1.',
        place,
        ...withFix('Use expm1', name === null ? null : { place, text: `${name}(${own.slice(first.value)})` }),
      };
    }
  },
};

const isSquare = (op: ObservedOp | null): boolean =>
  op !== null &&
  (op.name === 'square' ||
    (op.name === 'pow' && constant(op.args['exponent']) === 2) ||
    (op.name === 'mul' && op.tensors['input'] !== undefined && op.tensors['input'] === op.tensors['other']));

const S05: Rule = {
  id: 'S05',
  title: 'Square root with no gradient at 0',
  star: false,
  severity: 'info',
  why: String.raw`The derivative of $\sqrt{s}$ is $1/(2\sqrt s)$, infinite at 0. Behind a sum of squares or a variance it meets the factor 0: $\infty\cdot 0$ is NaN, and one
NaN spreads to all weights. \`torch.linalg.vector_norm\` and \`std\` give 0 there; or add a small number under the root.`,
  wrong: `
distance = ((a - b) ** 2).sum(dim=1).sqrt()`,
  right: `
distance = torch.linalg.vector_norm(a - b, dim=1)`,
  sources: ['PyTorch documentation: torch.linalg.vector_norm'],
  *check(program) {
    for (const op of program.ops('sqrt', 'pow')) {
      if (op.name === 'pow' && constant(op.args['exponent']) !== 0.5) continue;
      const input = op.tensors['input'];
      if (!input?.requiresGrad || !op.gradEnabled) continue;
      const maker = program.maker(input);
      if (!maker) continue;
      const what =
        ['sum', 'mean'].includes(maker.name) && isSquare(program.maker(maker.tensors['input']))
          ? 'NaN where all summands are 0'
          : maker.name === 'var'
            ? 'NaN where all values are equal'
            : ['relu', 'abs', 'square'].includes(maker.name)
              ? 'infinite at 0'
              : null;
      if (what !== null)
        yield* at(program, op, `The gradient of this root is ${what}. Add a small number under it, or use a norm.`);
    }
  },
};

const S06: Rule = {
  id: 'S06',
  title: 'log of a value that may be 0',
  star: false,
  severity: 'info',
  why: String.raw`$\ln 0=-\infty$, and the gradient $1/x$ is infinite. A ReLU, an absolute value or a square is exactly 0 for many inputs. \`clamp_min(eps)\` keeps it away.`,
  wrong: `
y = torch.log(F.relu(x))`,
  right: `
y = torch.log(F.relu(x).clamp_min(1e-8))`,
  sources: ['PyTorch documentation: torch.clamp_min'],
  *check(program) {
    for (const { op, maker } of chains(program, 'log', (name) =>
      ['relu', 'abs', 'square', 'hardsigmoid', 'hardtanh', 'relu6', 'floor'].includes(name),
    ))
      yield* at(
        program,
        op,
        `The result of ${maker.name} is exactly 0 for many inputs, and log(0) is −inf. Use clamp_min with a small number first.`,
      );
  },
};

const S07: Rule = {
  id: 'S07',
  title: 'NaN through the branch not taken',
  star: false,
  severity: 'info',
  why: String.raw`\`torch.where\` chooses values, not gradients: backward multiplies the gradient of the branch not taken by 0, and $0\cdot\infty$ is NaN. Make its argument harmless with a
second \`where\` before the function.`,
  wrong: `
y = torch.where(x > 0, torch.log(x), 0.0)`,
  right: `
safe = torch.where(x > 0, x, 1.0)
y = torch.where(x > 0, torch.log(safe), 0.0)`,
  sources: ['PyTorch documentation: torch.where'],
  *check(program) {
    for (const op of program.ops('where')) {
      if (!op.gradEnabled) continue;
      for (const name of ['input', 'other']) {
        const branch = op.tensors[name];
        const maker = program.maker(branch);
        if (!branch?.requiresGrad || !maker || !['log', 'sqrt'].includes(maker.name)) continue;
        const before = program.maker(maker.tensors['input']);
        // Something that keeps the argument away from 0.
        if (
          before &&
          ['where', 'clamp', 'clamp_min', 'add', 'maximum', 'exp', 'softplus', 'sigmoid', 'softmax'].includes(
            before.name,
          )
        )
          continue;
        yield* at(
          program,
          op,
          `Where this ${maker.name} isn’t taken its gradient is still computed, and 0 times infinity is NaN. Choose a harmless argument for it first.`,
        );
      }
    }
  },
};

/** `a` and `b` are the same values: made by the same operator, or by two alike from the same tensor. */
function sameSource(program: Program, a: TensorData | undefined, b: TensorData | undefined): boolean {
  if (!a || !b) return false;
  if (a === b) return true;
  const [first, second] = [program.maker(a), program.maker(b)];
  if (first && first === second) return true;
  return (
    first !== null &&
    second !== null &&
    first.name === second.name &&
    first.tensors['input'] !== undefined &&
    first.tensors['input'] === second.tensors['input']
  );
}

const S08: Rule = {
  id: 'S08',
  title: 'Softmax by hand',
  star: false,
  severity: 'warning',
  why: String.raw`$e^x$ overflows above 88.7 in float32 (11.1 in float16), and $\infty/\infty$ is NaN. \`softmax\` subtracts the largest value first, which changes nothing
else.`,
  wrong: `
p = torch.exp(x) / torch.exp(x).sum(dim=1, keepdim=True)`,
  right: `
p = F.softmax(x, dim=1)`,
  sources: ['PyTorch documentation: torch.nn.functional.softmax'],
  *check(program) {
    for (const { op, maker } of chains(program, 'div', (name) => name === 'exp')) {
      const below = program.maker(op.tensors['other']);
      if (below?.name !== 'sum' || !sameSource(program, op.tensors['input'], below.tensors['input'])) continue;
      if (isSafeForExp(program, maker.tensors['input'])) continue;
      const dim = below.args['dim'];
      const exp = op.place ? nodeOf(op) : undefined;
      const input = exp?.kind === 'Binary' && op.place ? applied(op.place.file, exp.left, 'exp')?.input : undefined;
      yield* at(
        program,
        op,
        'exp overflows above 88.7 in float32 (11.1 in float16), and this is then NaN. Use softmax.',
        input && op.place && typeof dim === 'number'
          ? rewrite(op, 'torch.softmax', [op.place.file.slice(input), `dim=${dim}`], 'Use softmax')
          : null,
      );
    }
  },
};

const S09: Rule = {
  id: 'S09',
  title: 'Division by a sum that may be 0',
  star: false,
  severity: 'info',
  why: String.raw`Where all values are 0, $x/\sum x$ is $0/0$: NaN. \`clamp_min\` on the sum keeps the rest as it is.`,
  wrong: `
p = F.relu(x) / F.relu(x).sum(dim=1, keepdim=True)`,
  right: `
w = F.relu(x)
p = w / w.sum(dim=1, keepdim=True).clamp_min(1e-8)`,
  sources: ['PyTorch documentation: torch.clamp_min'],
  *check(program) {
    for (const { op } of chains(program, 'div', (name) => ['relu', 'abs', 'square'].includes(name))) {
      const below = program.maker(op.tensors['other']);
      if (below?.name !== 'sum' || !sameSource(program, op.tensors['input'], below.tensors['input'])) continue;
      yield* at(program, op, 'Where all values are 0 this is 0/0: NaN. Use clamp_min with a small number on the sum.');
    }
  },
};

/** The largest finite float16. */
const HALF_MAX = 65504;

const S10: Rule = {
  id: 'S10',
  title: 'Number too large for float16',
  star: false,
  severity: 'warning',
  why: String.raw`The largest float16 is 65,504. \`masked_fill\` and \`full\` raise an error for \`-1e9\`; additions and products give $-\infty$ without a word, and a row
with nothing else becomes NaN. \`torch.finfo(x.dtype).min\` is right for every type.`,
  wrong: `
scores = scores.half().masked_fill(mask, -1e9)`,
  right: `
scores = scores.half()
scores = scores.masked_fill(mask, torch.finfo(scores.dtype).min)`,
  sources: ['PyTorch documentation: torch.finfo'],
  *check(program) {
    for (const op of program.ops('masked_fill', 'full_like', 'add', 'mul', 'where')) {
      const tensor = op.tensors['input'] ?? op.tensors['other'];
      if (tensor?.dtype !== 'float16') continue;
      const value = [op.args['value'], op.args['fill_value'], op.args['other'], op.args['input']]
        .map(constant)
        .find((each) => each !== null && Number.isFinite(each) && Math.abs(each) > HALF_MAX);
      if (value === undefined) continue;
      yield* at(program, op, `${value} is beyond the largest float16 (65,504). Use torch.finfo(dtype).min.`);
    }
  },
};

const S11: Rule = {
  id: 'S11',
  title: 'Mask of 0 before softmax',
  star: true,
  severity: 'error',
  why: String.raw`$e^0=1$: a masked position gets as much weight as a score of 0, so nothing is masked. $e^{-\infty}=0$ masks it.`,
  wrong: `
weights = scores.masked_fill(mask, 0).softmax(dim=-1)`,
  right: `
weights = scores.masked_fill(mask, float("-inf")).softmax(dim=-1)`,
  sources: ['Vaswani et al., Attention Is All You Need, 2017, section 3.2.3'],
  *check(program) {
    for (const { op, maker } of chains(program, 'softmax', (name) => name === 'masked_fill')) {
      if (constant(maker.args['value']) !== 0) continue;
      const place = program.placeOf(maker);
      if (!place) continue;
      const call = callAt(place);
      const value = call && lastValue(call);
      const where = program.placeOf(op);
      yield {
        message: 'exp(0) is 1: positions filled with 0 before a softmax are not masked. Fill with −inf.',
        place,
        ...(where ? { related: [{ message: 'The softmax', place: where }] } : {}),
        ...(value
          ? {
              fix: {
                title: 'Fill with −inf',
                edits: [{ place: { file: place.file, start: value.start, end: value.end }, text: 'float("-inf")' }],
              },
            }
          : {}),
      };
    }
  },
};

function lastValue(call: CallExpr): Expr | undefined {
  return (call.args.find(({ name }) => name === 'value') ?? call.args.at(-1))?.value;
}

const S12: Rule = {
  id: 'S12',
  title: 'Attention scores without 1/√d',
  star: false,
  severity: 'info',
  why: String.raw`The product of two vectors of $d$ independent entries with variance 1 has variance $d$. Without the factor $1/\sqrt d$ the softmax saturates on one position, and
its gradient vanishes.`,
  wrong: `
weights = (q @ k.transpose(-2, -1)).softmax(dim=-1)`,
  right: `
weights = (q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))).softmax(dim=-1)`,
  sources: ['Vaswani et al., Attention Is All You Need, 2017, section 3.2.1'],
  *check(program) {
    for (const softmax of program.ops('softmax')) {
      let op = program.maker(softmax.tensors['input']);
      while (op && ['masked_fill', 'where'].includes(op.name)) op = program.maker(op.tensors['input']);
      if (!op || !['matmul', 'bmm'].includes(op.name)) continue;
      const [query, key] = [op.tensors['input'], op.tensors['other'] ?? op.tensors['mat2']];
      if (!query || !key || isUnknown(query.shape) || query.shape.length < 3) continue;
      const both = [program.maker(query), program.maker(key)];
      // Both come straight from projections: nothing has scaled them.
      if (!both.every((maker) => maker?.name === 'linear')) continue;
      const d = query.shape.at(-1);
      if (typeof d !== 'number' || d < 2) continue;
      yield* at(
        program,
        op,
        `The scores have ${d} times the variance of their factors, and the softmax saturates. Divide by √${d} ≈ ${Math.sqrt(d).toFixed(2)}.`,
      );
    }
  },
};

const SOFTMAXES = ['softmax', 'log_softmax', 'softmin'];

const S13: Rule = {
  id: 'S13',
  title: 'Softmax without dim',
  star: true,
  severity: 'warning',
  why: String.raw`Without \`dim\`, \`F.softmax\`, \`nn.Softmax\` and their relatives choose axis 0 for tensors of 0, 1 and 3 axes and axis 1 for all others, and warn. With $(B,T,C)$
they normalise over the batch.`,
  wrong: `
p = F.softmax(x)`,
  right: `
p = F.softmax(x, dim=-1)`,
  sources: ['PyTorch source: torch/nn/functional.py, _get_softmax_dim'],
  *check(program) {
    for (const op of program.ops(...SOFTMAXES)) {
      if (op.args['dim'] !== null) continue;
      const shape = op.tensors['input']?.shape;
      const rank = shape && !isUnknown(shape) ? shape.length : null;
      const chosen = rank === null ? null : rank === 0 || rank === 1 || rank === 3 ? 0 : 1;
      const layer = op.call?.module;
      const isLayer = layer?.cls.module.startsWith('torch.') ?? false;
      const place = isLayer ? (layer?.place ?? null) : op.place;
      if (!place || place.file.path.startsWith('<')) continue;
      const call = callAt(place);
      const dim = rank === null || rank < 2 || rank === 3 ? -1 : 1;
      const position = call ? call.end - 1 : null;
      const comma = call && call.args.length > 0 ? ', ' : '';
      yield {
        message:
          chosen === null
            ? 'Without dim the axis depends on the number of axes. Say which.'
            : `Without dim this softmax of ${rank === 1 ? 'one axis' : `${rank} axes`} goes over axis ${chosen}${rank === 3 ? ', the batch' : ''}. Say which axis is meant.`,
        place,
        ...(call && position !== null
          ? {
              fix: {
                title: `Add dim=${dim}`,
                edits: [{ place: { file: place.file, start: position, end: position }, text: `${comma}dim=${dim}` }],
              },
            }
          : {}),
      };
    }
  },
};

const S14: Rule = {
  id: 'S14',
  title: 'Softmax over an axis of size 1',
  star: false,
  severity: 'warning',
  why: String.raw`$e^x/e^x=1$ whatever $x$ is: the result is constant, and so is everything computed from it; the gradient is 0.`,
  wrong: `
p = F.softmax(self.score(x), dim=-1)   # score has one output`,
  right: `
p = torch.sigmoid(self.score(x))`,
  sources: ['PyTorch documentation: torch.nn.functional.softmax'],
  *check(program) {
    for (const op of program.ops('softmax', 'log_softmax')) {
      const shape = op.tensors['input']?.shape;
      const dim = op.args['dim'];
      if (!shape || isUnknown(shape) || typeof dim !== 'number' || shape.at(dim) !== 1) continue;
      yield* at(program, op, 'This axis has size 1, so the result is 1 for every input and has no gradient.');
    }
  },
};

/** All rules of this kind. */
export const numericRules: readonly Rule[] = [S01, S02, S03, S04, S05, S06, S07, S08, S09, S10, S11, S12, S13, S14];
