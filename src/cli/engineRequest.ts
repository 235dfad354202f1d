/** What the command line asks its engine, and what that answers. */
import type { FindingReport, ModelReport, Precision } from '../engine/report/index.js';

/** What to do when time ran out. */
export const MORE_TIME = ': allow more with --time-limit';

export interface EngineRequest {
  readonly file: string;
  readonly call?: string;
  /** As on the command line. */
  readonly inputs: readonly string[];
  readonly path: readonly string[];
  /** Milliseconds. */
  readonly timeLimit: number;
  /** With memory and signal, which take another forward pass. */
  readonly details?: boolean;
  /** Size of the first axis of the inputs for memory, in place of what was found. */
  readonly batch?: number;
  /** Of the numbers in training, for memory; float32 without. */
  readonly precision?: Precision;
  /** What the rules find, instead of reports. */
  readonly lint?: boolean;
}

export type EngineReply =
  | { readonly reports: readonly ModelReport[]; readonly findings: readonly FindingReport[] }
  | { readonly error: { readonly message: string; readonly kind: 'input' | 'internal' | 'time' } };
