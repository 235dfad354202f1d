/** What the light bulb offers at a place: a title, and the change it stands for, worked out when asked. */
import type { Change, ChangeGroup, Paper } from './types.js';

/** A file that an offer adds. */
export interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** A change as an offer makes it. Not checked: whoever shows it has the analyser look at it first. */
export interface OfferedChange {
  readonly title: string;
  /** Markdown with `$…$` formulas. */
  readonly reason: string;
  /** What the user should know before keeping it. */
  readonly risk?: string;
  readonly sources: readonly Paper[];
  readonly changes: readonly Change[];
  readonly groups?: readonly ChangeGroup[];
  readonly created?: readonly NewFile[];
}

/** Something only the user knows. */
export interface OfferQuestion {
  readonly prompt: string;
  readonly placeHolder: string;
  /** What may be answered: so many positive numbers. `null`: any number of them, at least two. */
  readonly numbers: number | null;
}

export type Made =
  | { readonly kind: 'change'; readonly change: OfferedChange }
  | { readonly kind: 'question'; readonly question: OfferQuestion }
  | { readonly kind: 'text'; readonly title: string; readonly markdown: string }
  /** It doesn't apply: not offered. */
  | { readonly kind: 'refused'; readonly why: string };

export type OfferGroup = 'loss' | 'layer';

export interface Offer {
  /** `loss.focal`; the code action's kind is `refactor.rewrite.architect.` and this. */
  readonly id: string;
  readonly group: OfferGroup;
  readonly title: string;
  /** It changes the model: its title says by how many parameters, and it is offered only if its shapes fit. */
  readonly changesModel?: boolean;
  /** Offered only where the shapes were followed to the end and fit. */
  readonly needsShapes?: boolean;
  /** @param numbers the answer to the question, if one was asked */
  readonly make: (numbers?: readonly number[]) => Made;
}

export const refused = (why: string): Made => ({ kind: 'refused', why });
export const changed = (change: OfferedChange): Made => ({ kind: 'change', change });
