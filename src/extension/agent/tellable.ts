/** What may be said of an error, in chat and in the log. */
import { withoutKeys } from '../../agent/index.js';

export interface Tellable {
  /** For people. */
  readonly message: string;
  /** The same with where it comes from, for the log. */
  readonly details: string;
}

/** Whoever wrote the error, it may quote an address or a header with a key in it. */
export function tellable(error: unknown): Tellable {
  const message = error instanceof Error ? error.message : String(error);
  const details = (error instanceof Error && error.stack) || message;
  return { message: withoutKeys(message), details: withoutKeys(details) };
}
