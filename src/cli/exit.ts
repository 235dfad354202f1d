/** Exit codes, as `architect --help` lists them. */
export const EXIT = { done: 0, findings: 1, usage: 2, unresolved: 3 } as const;

/** The call can't be carried out as it was written; the message says what to change. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Told by its name: bundles of the command line have the class each for themselves. */
export function isUsageError(error: unknown): error is UsageError {
  return error instanceof Error && error.name === 'UsageError';
}
