/** Messages about code actions: what is offered at a place, and what one of them does. */
import type { EditSet } from '../edits/index.js';
import type { Position } from './analysis.js';

/** A place in a file. */
interface OfferPlace {
  readonly uri: string;
  readonly position: Position;
}

export interface OffersParams extends OfferPlace {
  /** Milliseconds after which no further change is counted. */
  readonly patience?: number;
}

export interface OfferSummary {
  /** `loss.focal`: names it among those of the place. */
  readonly id: string;
  readonly group: 'loss' | 'layer';
  /** With the change in parameters, where that was counted. */
  readonly title: string;
}

export interface OffersResult {
  readonly version: number | null;
  readonly offers: readonly OfferSummary[];
}

export interface OfferParams extends OfferPlace {
  readonly id: string;
  /** The answer to the question that it asked. */
  readonly numbers?: readonly number[];
}

/** What became of an offer that was taken. */
export type OfferResult =
  | {
      readonly kind: 'edits';
      readonly edits: EditSet;
      /** For a message beside the change: what to know before keeping it. */
      readonly note: string;
    }
  /** Ask the user for numbers, then ask again with them. */
  | {
      readonly kind: 'question';
      readonly title: string;
      readonly prompt: string;
      readonly placeHolder: string;
      /** How many; `null`: at least two. */
      readonly numbers: number | null;
    }
  | { readonly kind: 'text'; readonly title: string; readonly markdown: string }
  | { readonly kind: 'refused'; readonly why: string };
