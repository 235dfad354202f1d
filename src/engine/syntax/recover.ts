/**
 * Lowers a file that has errors. Text is cut into logical lines, lines into statements by indentation; each statement is
 * parsed alone. One that can't be parsed gives way: the head of a compound statement is parsed without its body, a head
 * that is half typed is completed, and the body goes the same way; what remains is `Invalid`. So the result depends on
 * the text alone, not on where tree-sitter's own recovery happened to cut.
 */
import type { Comment, Stmt } from './ast.js';
import { maxBlockDepth, type Context, type ParsePiece } from './context.js';
import type { FlatTree } from './flatTree.js';
import { closers, splitLogicalLines, type LogicalLine } from './logicalLines.js';
import { lowerStatements } from './lowerStatement.js';

/** Clauses that go on with a compound statement. */
const clauseWords = new Set(['elif', 'else', 'except', 'finally']);
const compoundWords = new Set(['def', 'class', 'if', 'for', 'while', 'with', 'try', 'async', 'match', ...clauseWords]);

interface Clause {
  /** Index of the line with the head. */
  readonly head: number;
  /** Lines of the body, which may be none. */
  readonly from: number;
  readonly to: number;
}

/** A statement: its lines, and its clauses when it is compound. */
interface Item {
  readonly from: number;
  readonly to: number;
  readonly clauses: readonly Clause[];
}

/** @param source The file's text as it is parsed, with line ends `\n` or `\r\n`. */
export function lowerBroken(ctx: Context, source: string): { body: Stmt[]; comments: Comment[] } {
  // What is open to the end of the text needs no parser to be called broken.
  const isBroken = (line: LogicalLine): boolean =>
    line.open.length > 0 || line.openString >= 0 || ctx.parsePiece(standalone(source, line), line.start) === null;
  const { lines, comments } = splitLogicalLines(source, isBroken);
  return { body: new Recovery(ctx, source, lines, ctx.parsePiece).lowerRegion(0, lines.length), comments };
}

/** A line's text made such that it can be parsed alone; its length stays. */
function standalone(source: string, line: LogicalLine): string {
  const text = source.slice(line.start, line.end);
  if (line.word === '@') return ` ${text.slice(1)}`;
  if (line.word === 'elif' || line.word === 'except')
    return 'if'.padStart(line.word.length) + text.slice(line.word.length);
  return text;
}

class Recovery {
  constructor(
    private readonly ctx: Context,
    private readonly source: string,
    private readonly lines: readonly LogicalLine[],
    private readonly parsePiece: ParsePiece,
  ) {}

  /** Lowers the statements of some lines: a block. */
  lowerRegion(from: number, to: number): Stmt[] {
    const body: Stmt[] = [];
    const indent = this.line(from)?.indent ?? 0;
    for (let at = from; at < to;) {
      const item = this.itemAt(at, to);
      const first = this.line(at);
      if (first && first.indent > indent) {
        this.ctx.problem({ start: first.start, end: first.end }, 'This line is not indented as its block is.');
      }
      body.push(...this.lowerItem(item));
      at = item.to;
    }
    return body;
  }

  private line(index: number): LogicalLine | undefined {
    return this.lines[index];
  }

  /** First line from `at` on that is not indented more than `indent`. */
  private dedent(at: number, to: number, indent: number): number {
    let end = at;
    while (end < to && (this.line(end)?.indent ?? 0) > indent) end++;
    return end;
  }

  private itemAt(from: number, to: number): Item {
    const indent = this.line(from)?.indent ?? 0;
    let head = from;
    while (this.line(head)?.word === '@' && head + 1 < to && this.line(head + 1)?.indent === indent) head++;
    if (head > from && !/^(def|class|async)$/.test(this.line(head)?.word ?? ''))
      return { from, to: from + 1, clauses: [] };
    const line = this.line(head);
    if (!line || !this.isCompound(line, head, to)) return { from, to: head + 1, clauses: [] };
    let end = this.dedent(head + 1, to, indent);
    if (line.word === 'match') return { from, to: end, clauses: this.cases(head, end) };
    const clauses: Clause[] = [{ head, from: head + 1, to: end }];
    // Clauses go on with a statement, not with one another.
    while (end < to && !clauseWords.has(line.word)) {
      const next = this.line(end);
      if (!next || next.indent !== indent || !clauseWords.has(next.word)) break;
      const bodyEnd = this.dedent(end + 1, to, indent);
      clauses.push({ head: end, from: end + 1, to: bodyEnd });
      end = bodyEnd;
    }
    return { from, to: end, clauses };
  }

  private isCompound(line: LogicalLine, index: number, to: number): boolean {
    const next = index + 1 < to ? this.line(index + 1) : undefined;
    const hasBody = next !== undefined && next.indent > line.indent;
    // `match` is a word like others unless a `case` follows; an unknown word before a body is a misspelt one.
    if (line.word === 'match') return hasBody && next.word === 'case';
    return compoundWords.has(line.word) || (hasBody && line.colon === line.end - 1);
  }

  private cases(match: number, to: number): Clause[] {
    const clauses: Clause[] = [];
    const indent = this.line(match + 1)?.indent ?? 0;
    for (let at = match + 1; at < to;) {
      const end = this.dedent(at + 1, to, indent);
      clauses.push({ head: at, from: at + 1, to: end });
      at = end;
    }
    return clauses;
  }

  private lowerItem(item: Item): Stmt[] {
    const first = this.line(item.from);
    const last = this.line(item.to - 1);
    if (!first || !last) return [];
    // What is left open makes parsing the whole pointless.
    const isOpen =
      item.clauses.length > 0 &&
      this.lines.slice(item.from, item.to).some((line) => line.open.length > 0 || line.openString >= 0);
    const whole = isOpen ? null : this.parsePiece(this.source.slice(first.start, last.end), first.start);
    if (whole) return this.lowerTree(whole);
    const head = item.clauses[0]?.head ?? item.from;
    if (head > item.from) {
      // A definition outlives its broken decorators.
      const broken = this.lines.slice(item.from, head).filter((line) => this.isBrokenHead(line));
      if (broken.length > 0) {
        return [
          ...broken.map((line) => this.invalidText(line.start, line.end, ...this.reason(line, line.start))),
          ...this.lowerItem({ ...item, from: head }),
        ];
      }
    }
    if (item.clauses.length > 0) {
      const lowered = this.lowerCompound(item, first.start, last.end);
      if (lowered) return lowered;
    } else if (first.semicolons.length > 0) {
      return this.lowerPieces(first.start, first.end, first);
    }
    return [this.invalid(first.start, last.end, item)];
  }

  private lowerTree(tree: FlatTree, suites: Context['suites'] = null): Stmt[] {
    const { ctx } = this;
    const saved = { tree: ctx.tree, suites: ctx.suites };
    ctx.tree = tree;
    ctx.suites = suites;
    const body = lowerStatements(ctx, 0);
    ctx.tree = saved.tree;
    ctx.suites = saved.suites;
    return body;
  }

  /** Statements on one line, each on its own. */
  private lowerPieces(from: number, to: number, line: LogicalLine): Stmt[] {
    const body: Stmt[] = [];
    let start = from;
    for (const end of [...line.semicolons.filter((at) => at > from), to]) {
      while (start < end && /\s/.test(this.source.charAt(start))) start++;
      if (start < end) {
        const tree = this.parsePiece(this.source.slice(start, end), start);
        if (tree) body.push(...this.lowerTree(tree));
        else body.push(this.invalidText(start, end, ...this.reason(line, start)));
      }
      start = end + 1;
    }
    return body;
  }

  /** Heads alone, with blanks for the bodies; bodies are lowered when their turn comes, in their scopes. */
  private lowerCompound(item: Item, start: number, itemEnd: number): Stmt[] | null {
    // Behind the last head there is nothing whose offset matters.
    const lastHead = this.line(item.clauses.at(-1)?.head ?? item.from);
    const end = lastHead ? lastHead.end : itemEnd;
    const text = this.source.slice(start, end).split('');
    const blank = (from: number, to: number): void => {
      for (let at = Math.max(from, start); at < Math.min(to, end); at++) {
        if (text[at - start] !== '\n') text[at - start] = ' ';
      }
    };
    const suites: (() => Stmt[])[] = [];
    for (const clause of item.clauses) {
      const head = this.line(clause.head);
      if (!head) return null;
      const inline = head.colon >= 0 && head.colon + 1 < head.end;
      if (inline) blank(head.colon + 1, head.end);
      const last = this.line(clause.to - 1);
      if (clause.to > clause.from && last) blank(head.end, last.end);
      suites.push(() => this.lowerSuite(clause, head, inline));
    }
    const heads = [...text];
    for (const [index, clause] of item.clauses.entries()) {
      const head = this.line(clause.head);
      if (head && head.colon >= 0) this.place(item, index, heads, start, head.colon + 1 - start, placeholder);
    }
    const tree = this.parsePiece(heads.join(''), start) ?? this.repair(item, text, start);
    if (!tree) return null;
    this.stretch(tree, item);
    return this.lowerTree(tree, suites);
  }

  /** Heads were parsed without bodies: puts the ends of statements and clauses where the bodies end. */
  private stretch(tree: FlatTree, item: Item): void {
    const clauses = [...item.clauses];
    const statement = tree.type.findIndex((type) => statementNode.test(type));
    const ends = (clause: Clause | undefined): number => this.line((clause?.to ?? item.to) - 1)?.end ?? 0;
    for (let node = 0; node < tree.type.length; node++) {
      const type = tree.type[node] ?? '';
      const isClause = clauseNode.test(type);
      // The first clause's body belongs to the statement itself, but for `match`, whose clauses are all its own.
      if (node === statement && !type.startsWith('match')) clauses.shift();
      if (isClause) tree.end[node] = ends(clauses.shift());
      else if (node <= statement || type === 'function_definition' || type === 'class_definition') {
        tree.end[node] = ends(undefined);
      }
    }
  }

  private lowerSuite(clause: Clause, head: LogicalLine, inline: boolean): Stmt[] {
    const { ctx } = this;
    const last = this.line(clause.to - 1) ?? head;
    if (ctx.blockDepth >= maxBlockDepth) {
      return [this.invalidText(head.end, last.end, 'Blocks are nested too deeply.')];
    }
    const saved = { tree: ctx.tree, suites: ctx.suites };
    ctx.suites = null;
    ctx.blockDepth++;
    const body = inline ? this.lowerPieces(head.colon + 1, head.end, head) : [];
    if (clause.to > clause.from) body.push(...this.lowerRegion(clause.from, clause.to));
    ctx.blockDepth--;
    ctx.tree = saved.tree;
    ctx.suites = saved.suites;
    if (body.length === 0 && head.colon >= 0)
      ctx.problem({ start: head.start, end: head.end }, 'An indented block is missing.');
    return body;
  }

  /**
   * Completes heads that are half typed: closes brackets, adds the colon, and if that does not do, drops operators and
   * commas at the end. The additions take the place of the body's blanks, so no offset moves.
   */
  private repair(item: Item, blanked: readonly string[], start: number): FlatTree | null {
    for (const dropping of [false, true]) {
      const text = [...blanked];
      const completed: LogicalLine[] = [];
      const damaged = new Set<number>();
      for (const [index, clause] of item.clauses.entries()) {
        const head = this.line(clause.head);
        if (!head) return null;
        const isBroken = dropping && (head.open.length > 0 || this.isBrokenHead(head));
        if (head.colon >= 0 && !isBroken) {
          this.place(item, index, text, start, head.colon + 1 - start, placeholder);
          continue;
        }
        let end = (isBroken && head.colon >= 0 ? head.colon : head.end) - start;
        if (isBroken && head.colon >= 0) text[head.colon - start] = ' ';
        if (isBroken) {
          const source = text.slice(head.start - start, end).join('');
          const kept = source.replace(unfinished, '');
          const gaps = /^(def|class|async)$/.test(head.word) ? kept.matchAll(unfinishedInside) : [];
          for (const { index: gap } of gaps) text[head.start - start + gap] = ' ';
          while (end > head.start - start + kept.length) text[--end] = ' ';
        }
        const closing = completion(head, text.slice(head.start - start, end).join(''), this.source);
        if (!this.place(item, index, text, start, end, closing + placeholder)) return null;
        completed.push(head);
        if (isBroken || head.open.length > 0 || head.openString >= 0) damaged.add(head.start);
      }
      const tree = completed.length > 0 ? this.parsePiece(text.join(''), start) : null;
      if (!tree) continue;
      for (const head of completed) {
        const [message, from = head.start] = this.reason(head, head.start);
        this.ctx.problem({ start: from, end: head.end }, message);
      }
      for (const offset of damaged) this.ctx.damagedHeads.add(offset);
      return tree;
    }
    return null;
  }

  /** Writes over blanks behind a clause's head; `false` where the next clause leaves no room. */
  private place(item: Item, clause: number, text: string[], start: number, at: number, chars: string): boolean {
    const nextHead = item.clauses[clause + 1]?.head;
    const next = nextHead === undefined ? undefined : this.line(nextHead);
    // The line of the next clause has to keep its beginning.
    const limit = next ? this.source.lastIndexOf('\n', next.start) - start : Infinity;
    if (at + chars.length > limit) return false;
    for (let i = 0; i < chars.length; i++) text[at + i] = chars.charAt(i);
    return true;
  }

  private isBrokenHead(head: LogicalLine): boolean {
    if (head.word === '@' && head.end === head.start + 1) return true;
    if (head.word === 'else' || head.word === 'finally' || head.word === 'case') return false;
    const end = head.colon < 0 || head.word === '@' ? head.end : head.colon + 1;
    // A colon that is missing is not what is asked here.
    const colon = head.colon < 0 && head.word !== '@' ? ':' : '';
    return this.parsePiece(standalone(this.source, { ...head, end }) + colon, head.start) === null;
  }

  private invalid(start: number, end: number, item: Item): Stmt {
    const head = this.line(item.clauses[0]?.head ?? item.from);
    if (!head) return this.invalidText(start, end, notPython);
    if (clauseWords.has(head.word)) {
      return this.invalidText(start, end, `This '${head.word}' belongs to no statement above it.`);
    }
    return this.invalidText(start, end, ...this.reason(head, start));
  }

  private invalidText(start: number, end: number, message: string, from = start): Stmt {
    this.ctx.problem({ start: Math.min(from, end), end }, message);
    return { kind: 'Invalid', start, end, message };
  }

  /** What is wrong with a line, and where it begins to be. */
  private reason(line: LogicalLine, start: number): [message: string, from?: number] {
    const bracket = line.open.at(-1);
    if (line.openString >= start) return ['This string is not closed.', line.openString];
    if (bracket && bracket.at >= start) return [`'${bracket.char}' is not closed.`, bracket.at];
    if (line.stray >= start) return [`'${this.source.charAt(line.stray)}' closes nothing.`, line.stray];
    if (compoundWords.has(line.word) && line.colon < 0) return ["':' is missing."];
    return [notPython];
  }
}

/** Operators, commas and words at the end of a half-typed head. */
const unfinished = /(?:[\s\-,.:>=*|&+/@<]|\b(?:as|in|and|or|not|is|if|await))+$/u;

/** A sign inside brackets before which or behind which something is missing: `x: )`, `y=,`. */
const unfinishedInside = /[:=.](?=\s*[,)\]])/gu;

const statementNode = /^(if|for|while|try|with|match)_statement$|_definition$/;
const clauseNode = /^(elif|else|except|except_group|finally|case)_clause$/;

/** Stands for a body while its head is parsed alone: without one, what follows would be taken for it. */
const placeholder = '0';

const notPython = 'This is not valid Python.';

/** What a half-typed head lacks. `text` is the head without what was dropped at its end. */
function completion(head: LogicalLine, text: string, source: string): string {
  let closing = '';
  if (head.colon < 0) {
    if (head.openString >= 0) closing += /^("""|'''|["'])/.exec(source.slice(head.openString))?.[0] ?? '';
    for (const bracket of [...head.open].reverse()) closing += closers[bracket.char] ?? '';
  }
  // `def f` still lacks its parameters, `if` its condition, `for x` its iterable; the latter two are lowered as invalid.
  if (/^(async\s+)?def\s+\w+$/u.test(text)) closing += '()';
  else if (/^(if|elif|while|with)$/.test(text)) closing += ' 0';
  else if (/^for\s+[\w\s,]+$/u.test(text) && !/\sin\s/.test(text)) closing += ' in 0';
  return `${closing}:`;
}
