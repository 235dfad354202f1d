/**
 * Directives are comments that tell what can't be found in the workspace:
 *
 *     # architect: Net(num_classes=10)(x: f32[B, 3, 32, 32], causal=True)
 *     # architect: ignore[R01, L02]
 *     # architect: share[encoder, decoder]
 */
import type { Argument, Comment, Expr } from './ast.js';
import type { PythonParser } from './parser.js';

/** A size: a number, a name (`'B'`), `'...'` for any number of leading sizes, or an expression of numbers and names. */
export type Dimension = number | string | Expr;

/** What a model is called with. */
export type DirectiveInput =
  | {
      readonly kind: 'tensor';
      readonly name: string | null;
      /** PyTorch's name: `float32` for `f32`. */
      readonly dtype: string;
      readonly dims: readonly Dimension[];
      readonly start: number;
      readonly end: number;
    }
  | {
      readonly kind: 'value';
      readonly name: string;
      readonly value: Expr;
      readonly start: number;
      readonly end: number;
    };

/** Offsets count from the beginning of the file. */
export type Directive =
  | {
      readonly kind: 'model';
      /** A name as it stands, with dots if there are any. */
      readonly className: string;
      readonly args: readonly Argument[];
      /** `null` where the directive gives none; an empty list is a call without arguments. */
      readonly inputs: readonly DirectiveInput[] | null;
      readonly start: number;
      readonly end: number;
    }
  /** No rules: all are silenced. */
  | { readonly kind: 'ignore'; readonly rules: readonly string[]; readonly start: number; readonly end: number }
  /** Weights are shared on purpose; no names: everything on the line. */
  | { readonly kind: 'share'; readonly names: readonly string[]; readonly start: number; readonly end: number }
  | {
      readonly kind: 'error';
      readonly message: string;
      /** Where the text stops making sense. */
      readonly offset: number;
      readonly start: number;
      readonly end: number;
    };

/** Short names of element types and PyTorch's. */
export const directiveDtypes: Readonly<Record<string, string>> = {
  f16: 'float16',
  bf16: 'bfloat16',
  f32: 'float32',
  f64: 'float64',
  i8: 'int8',
  i16: 'int16',
  i32: 'int32',
  i64: 'int64',
  u8: 'uint8',
  u16: 'uint16',
  u32: 'uint32',
  u64: 'uint64',
  bool: 'bool',
  c32: 'complex32',
  c64: 'complex64',
  c128: 'complex128',
};

const dtypeNames: ReadonlySet<string> = new Set(Object.values(directiveDtypes));

/** What is wrong, and at which offset; never leaves this file. */
class DirectiveError extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/**
 * Reads a comment as a directive.
 * @returns `null` for an ordinary comment; a directive with a mistake is of kind `error`.
 */
export function parseDirective(comment: Comment, parser: PythonParser): Directive | null {
  const head = /^#+\s*architect\s*:\s*/.exec(comment.text);
  if (!head) return null;
  const span = { start: comment.start, end: comment.start + comment.text.trimEnd().length };
  try {
    return new Reader(comment, head[0].length, parser).read();
  } catch (error) {
    if (!(error instanceof DirectiveError)) throw error;
    return { kind: 'error', message: error.message, offset: error.offset, ...span };
  }
}

class Reader {
  private readonly text: string;
  private readonly start: number;

  constructor(
    comment: Comment,
    private at: number,
    private readonly parser: PythonParser,
  ) {
    this.text = comment.text.trimEnd();
    this.start = comment.start;
  }

  read(): Directive {
    const name = this.match(/[^\W\d]\w*(?:\.[^\W\d]\w*)*/uy);
    if (name === null) this.fail("After 'architect:' comes a class, 'ignore' or 'share'.");
    const span = { start: this.start, end: this.start + this.text.length };
    if ((name === 'ignore' || name === 'share') && this.peek() !== '(') {
      const isRule = name === 'ignore';
      const names = this.peek() === '[' ? this.names(isRule) : [];
      return isRule ? { kind: 'ignore', rules: names, ...span } : { kind: 'share', names, ...span };
    }
    const nameAt = this.at - name.length;
    let args: readonly Argument[] = [];
    if (this.peek() === '(') {
      const group = this.group();
      const call = this.expression(nameAt, group.close + 1);
      if (call.kind !== 'Call') this.fail('These are not arguments of a call.', group.open);
      args = call.args;
    } else if (this.at < this.text.length) {
      this.fail(`After '${name}' come its arguments in parentheses.`);
    }
    const inputs = this.peek() === '(' ? this.inputs() : null;
    if (this.peek() !== '') this.fail('Nothing can follow here.');
    return { kind: 'model', className: name, args, inputs, ...span };
  }

  private fail(message: string, at = this.at): never {
    throw new DirectiveError(message, this.start + Math.min(at, this.text.length));
  }

  private match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? null;
    if (found !== null) this.at += found.length;
    return found;
  }

  /** The next character that is no blank; blanks are passed over. */
  private peek(): string {
    while (/\s/.test(this.text.charAt(this.at))) this.at++;
    return this.text.charAt(this.at);
  }

  /** Passes over a group in parentheses and finds its commas. */
  private group(): { open: number; close: number; commas: number[] } {
    const open = this.at;
    const commas: number[] = [];
    const expected: string[] = [];
    for (; this.at < this.text.length; this.at++) {
      const c = this.text.charAt(this.at);
      if (c === '(') expected.push(')');
      else if (c === '[') expected.push(']');
      else if (c === '{') expected.push('}');
      else if (c === ')' || c === ']' || c === '}') {
        if (expected.pop() !== c) this.fail(`'${c}' closes nothing.`);
        if (expected.length === 0) return { open, close: this.at++, commas };
      } else if (c === ',' && expected.length === 1) commas.push(this.at);
      else if (c === '"' || c === "'") this.passString(c);
    }
    return this.fail(`'${expected.at(-1) ?? ')'}' is missing.`);
  }

  private passString(quote: string): void {
    const from = this.at++;
    while (this.at < this.text.length && this.text.charAt(this.at) !== quote) {
      this.at += this.text.charAt(this.at) === '\\' ? 2 : 1;
    }
    if (this.at >= this.text.length) this.fail('This string is not closed.', from);
  }

  private expression(from: number, to: number): Expr {
    const { expression, problems } = this.parser.parseExpression(this.text.slice(from, to), this.start + from);
    const problem = problems[0];
    if (problem) throw new DirectiveError(problem.message, Math.min(problem.start, this.start + this.text.length));
    return expression;
  }

  /** `[R01, L02]`: names of rules, or dotted names of modules. */
  private names(areRules: boolean): string[] {
    const names: string[] = [];
    this.at++;
    for (;;) {
      if (this.peek() === ']') break;
      const name = this.match(/[\w.]+/uy);
      if (name === null) this.fail(this.peek() === '' ? "']' is missing." : 'A name is missing.');
      const from = this.at - name.length;
      if (areRules && !/^(?:[A-Z]\d{2}|shape|raise)$/.test(name))
        this.fail(`'${name}' is not a rule: rules look like R01.`, from);
      names.push(name);
      if (this.peek() === ',') this.at++;
      else if (this.peek() !== ']') this.fail("',' or ']' is missing.");
    }
    this.at++;
    return names;
  }

  private inputs(): DirectiveInput[] {
    const { open, close, commas } = this.group();
    const inputs: DirectiveInput[] = [];
    let from = open + 1;
    for (const to of [...commas, close]) {
      const isEmpty = this.text.slice(from, to).trim() === '';
      if (!isEmpty) inputs.push(this.input(from, to));
      else if (to !== close || commas.length > 0 !== inputs.length > 0) this.fail('An input is missing.', to);
      from = to + 1;
    }
    return inputs;
  }

  private input(begin: number, to: number): DirectiveInput {
    const text = this.text.slice(begin, to);
    const from = begin + text.length - text.trimStart().length;
    const span = { start: this.start + from, end: this.start + begin + text.trimEnd().length };
    const named = /^\s*([^\W\d]\w*)\s*(:|=(?!=))\s*/u.exec(text);
    const name = named?.[1] ?? null;
    const valueAt = named ? begin + named[0].length : from;
    if (this.text.slice(valueAt, to).trim() === '') {
      this.fail(`What '${name ?? ''}' is given is missing: an element type with sizes, as f32[B, 3].`, valueAt);
    }
    const scalar = /^(\w+)\s*\[\s*\]\s*$/.exec(this.text.slice(valueAt, to))?.[1];
    const value = this.expression(valueAt, scalar === undefined ? to : valueAt + scalar.length);
    if (name !== null && named?.[2] === '=') return { kind: 'value', name, value, ...span };
    if (value.kind === 'Name') return { kind: 'tensor', name, dtype: this.dtype(value), dims: [], ...span };
    if (value.kind !== 'Subscript')
      throw new DirectiveError('An element type with sizes is missing, as f32[B, 3].', value.start);
    const { index } = value;
    const elements = index.kind === 'Tuple' ? index.elements : [index];
    const dtype = this.dtype(value.value);
    return { kind: 'tensor', name, dtype, dims: elements.map((element) => dimension(element)), ...span };
  }

  private dtype(expression: Expr): string {
    if (expression.kind === 'Name') {
      const dtype = directiveDtypes[expression.id] ?? (dtypeNames.has(expression.id) ? expression.id : undefined);
      if (dtype) return dtype;
    }
    const known = Object.keys(directiveDtypes).join(', ');
    throw new DirectiveError(`This is not an element type: ${known}.`, expression.start);
  }
}

function dimension(expression: Expr): Dimension {
  if (expression.kind === 'Name') return expression.id;
  if (expression.kind === 'Constant' && expression.value === 'Ellipsis') return '...';
  if (expression.kind === 'Number' && expression.type === 'int') return Number(expression.value);
  checkSize(expression);
  return expression;
}

/** Sizes are made of whole numbers and names. */
function checkSize(expression: Expr): void {
  if (expression.kind === 'Name') return;
  if (expression.kind === 'Number' && expression.type === 'int') return;
  if (expression.kind === 'Binary' && ['+', '-', '*', '//'].includes(expression.op)) {
    checkSize(expression.left);
    checkSize(expression.right);
    return;
  }
  throw new DirectiveError('A size is a whole number, a name, or a sum or product of these.', expression.start);
}
