/** Formulas that overflow or lose all digits, in the form that doesn't: `log(softmax(x))` → `log_softmax(x)`. */
import type { CallExpr, Expr, SourceFile } from '../../syntax/index.js';
import { ancestorsOf, argumentOf, qualifiedName } from '../../training/index.js';
import { nameFor, replace } from '../editing.js';
import { changed, refused, type Made } from '../offers.js';
import type { Change } from '../types.js';
import { nodeAtOffset } from './site.js';

interface Rewrite {
  readonly from: string;
  readonly to: string;
  readonly span: Expr;
  /** Names that the text uses, in place of `{0}`, `{1}`…: full names. */
  readonly text: string;
  readonly names: readonly string[];
  readonly why: string;
}

/** The rewrite of the formula around an offset, outermost first; `null` if there is none. */
export function stableFormAt(
  file: SourceFile,
  offset: number,
): { readonly title: string; readonly make: () => Made } | null {
  const node = nodeAtOffset(file, offset);
  if (!node) return null;
  const chain = [node, ...ancestorsOf(file, node)];
  for (const each of chain) {
    if (each.kind === 'FunctionDef' || each.kind === 'ClassDef') break;
    const found = each.kind === 'Call' ? rewriteOf(file, each) : null;
    if (found) return { title: `Use ${found.to} instead of ${found.from}`, make: () => apply(file, found) };
  }
  return null;
}

function apply(file: SourceFile, { span, text, names, from, to, why }: Rewrite): Made {
  const title = `Use ${to} instead of ${from}`;
  const changes: Change[] = [];
  let written = text;
  for (const [index, qualified] of names.entries()) {
    const name = nameFor(file, qualified, title);
    if (!name) return refused(`${qualified} can't be named in this file`);
    changes.push(...name.changes);
    written = written.replace(`{${index}}`, () => name.text);
  }
  changes.push(replace(file, span, written, title));
  return changed({ title, reason: why, sources: [], changes });
}

/** The operator of a call by function or method, and what it is applied to. */
function applied(
  file: SourceFile,
  expr: Expr,
): { readonly op: string; readonly input: Expr; readonly call: CallExpr } | null {
  if (expr.kind !== 'Call') return null;
  const name = qualifiedName(file, expr.func);
  const [first] = expr.args;
  if (name !== null)
    return /^torch\.(?:nn\.functional\.|special\.)?[a-z]\w*$/.test(name) && first?.form === 'positional'
      ? { op: name.slice(name.lastIndexOf('.') + 1), input: first.value, call: expr }
      : null;
  return expr.func.kind === 'Attribute' && /^(?:log|exp|sum|softmax|sigmoid)$/.test(expr.func.attr)
    ? { op: expr.func.attr, input: expr.func.value, call: expr }
    : null;
}

const isOne = (expr: Expr): boolean => expr.kind === 'Number' && Number(expr.value) === 1;

function rewriteOf(file: SourceFile, call: CallExpr): Rewrite | null {
  const log = applied(file, call);
  if (log?.op !== 'log') return null;
  const { input } = log;
  const inner = applied(file, input);
  const text = (expr: Expr): string => file.slice(expr);
  const dimOf = (op: { readonly call: CallExpr }, isMethod: boolean): string | null => {
    const dim = argumentOf(op.call, 'dim', isMethod ? 0 : 1) ?? argumentOf(op.call, 'axis', -1);
    return dim ? text(dim.value) : null;
  };
  const isMethod = (op: { readonly call: CallExpr }): boolean => qualifiedName(file, op.call.func) === null;
  if (inner?.op === 'softmax') {
    const dim = dimOf(inner, isMethod(inner));
    if (dim === null) return null;
    return {
      from: 'log(softmax(x))',
      to: 'log_softmax',
      span: call,
      text: `{0}(${text(inner.input)}, dim=${dim})`,
      names: ['torch.nn.functional.log_softmax'],
      why: '$\\ln\\mathrm{softmax}(x)_i = x_i - \\ln\\sum_j e^{x_j}$. The softmax underflows to 0 once a logit lies about 104 below the largest one in single precision, its logarithm is $-\\infty$ and the gradient is NaN; the formula in one piece is exact.',
    };
  }
  if (inner?.op === 'sigmoid')
    return {
      from: 'log(sigmoid(x))',
      to: 'logsigmoid',
      span: call,
      text: `{0}(${text(inner.input)})`,
      names: ['torch.nn.functional.logsigmoid'],
      why: '$\\ln\\sigma(x) = \\min(x, 0) - \\ln(1 + e^{-|x|})$. The sigmoid underflows to 0 near $x = -104$ in single precision, its logarithm is $-\\infty$; the formula in one piece is exact.',
    };
  if (inner?.op === 'sum') {
    const exp = applied(file, inner.input);
    const dim = dimOf(inner, isMethod(inner));
    if (exp?.op !== 'exp' || dim === null) return null;
    const keep = argumentOf(inner.call, 'keepdim', isMethod(inner) ? 1 : 2);
    return {
      from: 'log(sum(exp(x)))',
      to: 'logsumexp',
      span: call,
      text: `{0}(${text(exp.input)}, dim=${dim}${keep ? `, keepdim=${text(keep.value)}` : ''})`,
      names: ['torch.logsumexp'],
      why: '$\\ln\\sum_j e^{x_j} = m + \\ln\\sum_j e^{x_j - m}$ with $m = \\max_j x_j$: the exponential overflows from 89 on in single precision, after subtracting the maximum it never does.',
    };
  }
  if (input.kind !== 'Binary' || (input.op !== '+' && input.op !== '-')) return null;
  const [one, other] = isOne(input.left)
    ? [input.left, input.right]
    : input.op === '+'
      ? [input.right, input.left]
      : [];
  if (!one || !other || !isOne(one)) return null;
  const part = applied(file, other);
  if (input.op === '-' && part?.op === 'sigmoid')
    return {
      from: 'log(1 - sigmoid(x))',
      to: 'logsigmoid(-x)',
      span: call,
      text: `{0}(-${/^[\w.]+$/.test(text(part.input)) ? text(part.input) : `(${text(part.input)})`})`,
      names: ['torch.nn.functional.logsigmoid'],
      why: '$1 - \\sigma(x) = \\sigma(-x)$, and $\\ln\\sigma(-x)$ is exact: in single precision $1 - \\sigma(x)$ is 0 from $x \\approx 17$ on, its logarithm $-\\infty$.',
    };
  if (input.op === '+' && part?.op === 'exp')
    return {
      from: 'log(1 + exp(x))',
      to: 'softplus',
      span: call,
      text: `{0}(${text(part.input)})`,
      names: ['torch.nn.functional.softplus'],
      why: '$\\ln(1 + e^x) = \\max(x, 0) + \\ln(1 + e^{-|x|})$: the exponential overflows from 89 on in single precision.',
    };
  return null;
}
