/** Messages about source text: one symbol of a file, and where a name is used. */
import type { OverlayText, Range } from './analysis.js';

/** A class, function or method, or a name that is assigned at the top level. */
export interface SourceSymbol {
  /** E.g. `Net.forward`. */
  readonly qualname: string;
  readonly kind: 'class' | 'function' | 'variable';
  /** Whole lines, with decorators and the comments that stand directly above. */
  readonly range: Range;
}

export interface ReadSourceParams {
  readonly uri: string;
  /** Only this symbol. */
  readonly qualname?: string;
  readonly overlay?: readonly OverlayText[];
}

export interface ReadSourceResult {
  /** `null` if there is no such file or no such symbol in it. */
  readonly source: { readonly text: string; readonly range: Range } | null;
  /** Every symbol of the file in source order. */
  readonly symbols: readonly SourceSymbol[];
}

export interface FindUsagesParams {
  /** A name or dotted name: `Net`, `Net.forward`, `optimizer`. Its last part is looked for as a name in code. */
  readonly name: string;
  /** The file to start with; files of the workspace that mention the name follow. */
  readonly uri?: string;
  readonly overlay?: readonly OverlayText[];
}

export interface SymbolUsage {
  readonly uri: string;
  readonly range: Range;
  readonly kind: 'definition' | 'call' | 'import' | 'other';
  /** The line, without its indentation. */
  readonly text: string;
  /** The symbol that the line belongs to; empty at the top level. */
  readonly within: string;
}

export interface FindUsagesResult {
  readonly usages: readonly SymbolUsage[];
  /** More were found than are listed. */
  readonly truncated: boolean;
}
