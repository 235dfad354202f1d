/** What a rule is and what it finds. */
import type { Place } from '../python/value.js';
import type { Program } from './program.js';
import type { Severity } from './severity.js';

export type { Severity };

/** A place that helps to understand a finding. */
export interface Related {
  readonly message: string;
  readonly place: Place;
}

export interface FixEdit {
  readonly place: Place;
  readonly text: string;
}

/** A repair: after it the finding is gone. */
export interface Fix {
  /** For the light bulb: what it does. */
  readonly title: string;
  readonly edits: readonly FixEdit[];
}

export interface Finding {
  /** One or two sentences with the user's own numbers. */
  readonly message: string;
  /** What the user must change. */
  readonly place: Place;
  readonly related?: readonly Related[];
  readonly fix?: Fix;
  /** Where it differs from the rule's. */
  readonly severity?: Severity;
}

/** One rule: everything its diagnostics, its page and its settings say comes from here. */
export interface Rule {
  /** `L01`. */
  readonly id: string;
  /** What is wrong, in a few words. */
  readonly title: string;
  /** High value and precision: shown as a problem by default. */
  readonly star: boolean;
  readonly severity: Severity;
  /** Why it is wrong, in Markdown with KaTeX. */
  readonly why: string;
  /** Python that it finds, and the same put right. */
  readonly wrong: string;
  readonly right: string;
  /** Papers and PyTorch documentation. */
  readonly sources: readonly string[];
  /** Silent where something needed is not known. */
  readonly check: (program: Program) => Iterable<Finding>;
}
