/** A look at all files of the workspace. */

/** Told before each file. */
export interface ScanProgress {
  /** Files that were looked at. */
  readonly done: number;
  readonly total: number;
  /** The next one. */
  readonly uri: string;
}

export interface ScanResult {
  /** Files with models or training code in the workspace. */
  readonly files: number;
  /** How many were looked at: fewer when it was stopped. */
  readonly done: number;
  readonly problems: number;
  /** Files in which something is wrong. */
  readonly withProblems: number;
}
