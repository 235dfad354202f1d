import type { ClassCounts } from './counts.js';

/** What the engine is asked about the task that a loss is for; each is worked out once, when it is first needed. */
export interface LossFacts {
  /** The outputs of the model's last layer, where the analyser can count them. */
  readonly classes: () => number | null;
  /** How often classes occur, wherever the program shows it. */
  readonly counts: () => readonly ClassCounts[];
}
