/** Shows an agent's changes in the editor while it goes on: each time that they have passed the check. */
import type { AgentEvent } from '../../agent/index.js';
import type { EditSet } from '../../edits/index.js';
import type { GrowingProposal, Proposed } from '../diff/index.js';

type Passed = Extract<AgentEvent, { readonly type: 'passed' }>;

/** One answer's changes. `finish` or `cancel` must follow. */
export class LiveChanges {
  private shown: Promise<Proposed> = Promise.resolve({ uris: [], hunks: 0, refused: [] });
  private originals: Passed['originals'] = [];

  /** @param idOf names a set in the editor */
  constructor(
    private readonly proposal: GrowingProposal,
    private readonly idOf: (id: string) => string,
  ) {}

  /** Shows these changes in place of those before, as soon as those are there. */
  follow({ sets, originals }: Pick<Passed, 'sets' | 'originals'>): void {
    this.originals = originals;
    this.shown = this.become(sets);
    // Told by `finish`, which waits for it.
    this.shown.catch(() => undefined);
  }

  /** The answer has ended with these changes. @returns what waits for a decision now; refused is what could not be shown */
  async finish(sets: readonly EditSet[]): Promise<Proposed> {
    const { refused } = await this.become(sets);
    this.proposal.finish();
    return { ...this.proposal.state, refused };
  }

  /** There is no answer: what was shown goes, except where the user has worked on it. */
  async cancel(): Promise<void> {
    await this.shown.catch(() => undefined);
    await this.proposal.cancel();
  }

  private async become(sets: readonly EditSet[]): Promise<Proposed> {
    await this.shown;
    return this.proposal.become(
      sets.map((set) => ({ ...set, id: this.idOf(set.id) })),
      this.originals,
    );
  }
}
