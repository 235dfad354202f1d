/** Messages about advice: a symptom in, evidence, diagnosis and prescriptions out. */
import type { EditSet } from '../edits/index.js';
import type { CheckedVariant, Range } from './analysis.js';

export interface AdviseParams {
  /** What the user said, e.g. `fix overfitting, loss is 0.1 on training but 0.8 on validation`. */
  readonly text: string;
  /** The file that the user looks at. */
  readonly uri: string;
  readonly selection?: Range;
}

/** A place that the advice was drawn from. */
export interface Reading {
  readonly uri: string;
  readonly range?: Range;
  /** E.g. `TextClassifier`, `optimizer`. */
  readonly label: string;
}

export interface Evidence {
  /** Markdown, one sentence with the numbers. */
  readonly text: string;
  readonly uri?: string;
  readonly range?: Range;
}

export interface Source {
  readonly authors: string;
  readonly title: string;
  readonly year: number;
  readonly url?: string;
}

export interface Prescription {
  readonly id: string;
  readonly title: string;
  /** Markdown with `$…$` formulas. */
  readonly reason: string;
  readonly effect: string;
  readonly risk: string;
  readonly sources: readonly Source[];
  /** `undefined` if it is advice without a change. */
  readonly edits?: EditSet;
  /** What the analyser found on the overlay; `undefined` without a change. */
  readonly checked?: CheckedVariant;
}

export interface AdviseResult {
  /** `null`: the playbook has nothing for this text; `capabilities` says what it has. */
  readonly symptom: { readonly id: string; readonly title: string } | null;
  readonly readings: readonly Reading[];
  readonly evidence: readonly Evidence[];
  /** Markdown paragraphs. */
  readonly diagnosis: readonly string[];
  readonly prescriptions: readonly Prescription[];
  /** What the analyser found with all changes made; `undefined` if there are none. */
  readonly together?: CheckedVariant;
  /** What was considered and why it doesn't apply or is there already. */
  readonly notApplied: readonly { readonly title: string; readonly why: string }[];
  /** What may be asked. */
  readonly capabilities: readonly string[];
}
