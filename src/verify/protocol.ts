/** What is said between this program and `verify.py`: JSON, one message a line. */

export interface InputSpec {
  /** Whole numbers only. */
  readonly shape: readonly number[];
  /** As PyTorch names it: `float32`. */
  readonly dtype: string;
}

/** What the analyser says; `null`: it doesn't know. */
export interface Expected {
  readonly parameters: number | null;
  readonly trainable: number | null;
  readonly buffers: number | null;
  readonly modules: number | null;
  readonly macs: number | null;
  /** The output's shape, as `torch` nests it. */
  readonly output: unknown;
}

export interface VerifyRequest {
  readonly file: string;
  /** Python that makes the module, in the namespace of `file` or else of `callFile`. */
  readonly call: string;
  readonly callFile: string | null;
  /** Folders from which modules are imported, beside that of the file. */
  readonly roots: readonly string[];
  /** Texts that the editor has in place of files, by absolute path. */
  readonly overlays: Readonly<Record<string, string>>;
  /** By position; `null`: not known, nothing is called then. */
  readonly inputs: readonly InputSpec[] | null;
  /** Why not. */
  readonly noInputs: string | null;
  readonly expected: Expected;
  /** The loss that the user trains with, where one batch can be fitted by it. */
  readonly objective: Objective | null;
  /** Most seconds for learning one batch by heart. */
  readonly seconds: number;
}

export type Objective = 'cross_entropy' | 'binary_cross_entropy_with_logits';

/** `warning`: worth a look, but it may be meant so. */
export type CheckOutcome = 'passed' | 'failed' | 'warning' | 'skipped';

export interface VerifyCheck {
  /** E.g. `parameters`, `gradcheck of MyFunction`. */
  readonly id: string;
  readonly outcome: CheckOutcome;
  readonly detail: string;
  readonly expected: unknown;
  readonly found: unknown;
}

/** A line of the user's code on the way to an error. */
export interface Frame {
  readonly file: string;
  /** Counts from 1. */
  readonly line: number;
  readonly name: string;
  readonly text: string;
}

export interface VerifyError {
  /** What was being done. */
  readonly stage: 'torch' | 'import' | 'construct' | 'forward' | 'backward';
  /** As Python says it: `RuntimeError: …`. */
  readonly message: string;
  readonly frames: readonly Frame[];
}

export type VerifyEvent =
  | { readonly type: 'start'; readonly python: string; readonly torch: string }
  | ({ readonly type: 'check' } & VerifyCheck)
  | ({ readonly type: 'error' } & VerifyError)
  | { readonly type: 'done' };
