/** Messages about the code around a model, and about other sizes for it. */
import type { EditSet } from '../edits/index.js';
import type { CheckedVariant, Range } from './analysis.js';
import type { Count } from './report.js';

export interface TrainingParams {
  /** The file that the user looks at. */
  readonly uri: string;
  /** The class that the user looks at. */
  readonly qualname?: string;
}

/** A piece of source that was found. */
export interface SourcePlace {
  readonly uri: string;
  readonly range: Range;
  /** The source text. */
  readonly text: string;
  /** What it is in full, e.g. `torch.optim.Adam`; `null` for the user's own. */
  readonly name: string | null;
}

/** What trains a model: each entry is a piece of the user's source, `null` or empty where there is none. */
export interface TrainingResult {
  readonly model: (SourcePlace & { readonly qualname: string }) | null;
  /** The call that constructs the model. */
  readonly modelCall: SourcePlace | null;
  /** The innermost loop over batches. */
  readonly batchLoop: SourcePlace | null;
  /** What the epoch loop goes over. */
  readonly epochs: SourcePlace | null;
  readonly losses: readonly SourcePlace[];
  readonly validationLosses: readonly SourcePlace[];
  readonly optimizers: readonly SourcePlace[];
  readonly schedulers: readonly SourcePlace[];
  readonly trainLoader: SourcePlace | null;
  readonly validationLoader: SourcePlace | null;
  readonly clipping: SourcePlace | null;
  readonly amp: SourcePlace | null;
  readonly earlyStop: SourcePlace | null;
  readonly keepsBest: SourcePlace | null;
}

export interface AlternativesParams {
  readonly uri: string;
  readonly qualname?: string;
  /** Parameters that the model may have at most: the largest sizes within it are looked for. */
  readonly budget?: number;
}

/** One size of the model at another value. */
export interface Alternative {
  /** The constructor's parameter. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly parameters: number;
  readonly macs: Count;
  readonly checked: CheckedVariant;
  readonly edits: EditSet;
}

export interface AlternativesResult {
  readonly model: { readonly uri: string; readonly qualname: string } | null;
  readonly parameters: Count;
  readonly macs: Count;
  /** Fewest parameters last; with a budget only those within it. */
  readonly alternatives: readonly Alternative[];
}
