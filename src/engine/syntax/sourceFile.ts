import type { Ast, Span } from './ast.js';

/** Zero-based line and UTF-16 column, as in the language server protocol. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

/** One version of one file: its text, its tree, and the way between offsets and lines. */
export class SourceFile {
  private lineStarts: number[] | undefined;

  constructor(
    /** Absolute path or URI string; what `Place.file` and reports show. */
    readonly path: string,
    readonly text: string,
    readonly ast: Ast,
    /** Digest of `text`; equal text has an equal digest. */
    readonly digest: string,
  ) {}

  private starts(): number[] {
    if (!this.lineStarts) {
      const starts = [0];
      const { text } = this;
      for (let i = 0; i < text.length; i++) {
        const c = text.charCodeAt(i);
        if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) starts.push(i + 1);
      }
      this.lineStarts = starts;
    }
    return this.lineStarts;
  }

  get lineCount(): number {
    return this.starts().length;
  }

  /** The position of a UTF-16 offset; offsets outside the text are clamped. */
  positionAt(offset: number): Position {
    const starts = this.starts();
    const at = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: at - (starts[low] ?? 0) };
  }

  /** The UTF-16 offset of a position; positions outside the text are clamped. */
  offsetAt(position: Position): number {
    const starts = this.starts();
    if (position.line >= starts.length) return this.text.length;
    const start = starts[Math.max(0, position.line)] ?? 0;
    const next = starts[position.line + 1] ?? this.text.length;
    return Math.max(start, Math.min(start + position.character, next));
  }

  /** The source text of a span. */
  slice(span: Span): string {
    return this.text.slice(span.start, span.end);
  }
}
