/** Advice as the engine gives it: places are offsets into files, changes are edits of their texts. */
import type { TextEdit } from '../../edits/index.js';
import type { SourceFile, Span } from '../syntax/index.js';

/** A piece of a file. */
export interface Spot {
  readonly file: SourceFile;
  readonly span: Span;
}

export interface AdviceReading extends Spot {
  readonly label: string;
}

export interface AdviceEvidence {
  /** Markdown, one sentence with the numbers. */
  readonly text: string;
  readonly at?: Spot;
}

export interface Paper {
  readonly authors: string;
  readonly title: string;
  readonly year: number;
  readonly url?: string;
}

/** One edit of a file, against the text that was read. */
export interface Change extends TextEdit {
  readonly file: SourceFile;
  readonly label: string;
  /** Changes of one group only work together. */
  readonly group?: string;
}

export interface ChangeGroup {
  readonly id: string;
  readonly reason: string;
}

export interface Advised {
  readonly id: string;
  readonly title: string;
  /** Markdown with `$…$` formulas. */
  readonly reason: string;
  readonly effect: string;
  readonly risk: string;
  readonly sources: readonly Paper[];
  /** Empty: advice without a change. */
  readonly changes: readonly Change[];
  readonly groups?: readonly ChangeGroup[];
}

/** Something that was considered and isn't proposed. */
export interface LeftAlone {
  readonly title: string;
  readonly why: string;
}

export interface Advice {
  readonly symptom: { readonly id: string; readonly title: string };
  readonly readings: readonly AdviceReading[];
  readonly evidence: readonly AdviceEvidence[];
  /** Markdown paragraphs. */
  readonly diagnosis: readonly string[];
  readonly prescriptions: readonly Advised[];
  readonly notApplied: readonly LeftAlone[];
  /** Files to analyse when a change is checked, besides those that it changes. */
  readonly files: readonly SourceFile[];
}

/** A prescription that applies, or why it doesn't. */
export type Outcome = { readonly advised: Advised } | { readonly left: LeftAlone } | null;
