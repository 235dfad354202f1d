/** Everything that is offered at a place of a file. */
import type { Engine } from '../report/index.js';
import type { Span } from '../syntax/index.js';
import { trainingContext, type TrainingContext } from '../training/index.js';
import { layerOffers } from './architecture/index.js';
import { callAtOffset, classCountsIn, explainLoss, lossOffers, lossSiteOf, type LossFacts } from './loss/index.js';
import type { Offer } from './offers.js';
import { outputClasses, valueOfSize } from './overfitting/facts.js';

/** Finds offers; keeps what it read of a file until something changes. */
export class OfferFinder {
  private readonly contexts = new Map<string, TrainingContext | null>();
  private readonly facts = new Map<TrainingContext, LossFacts>();

  constructor(private readonly engine: Engine) {}

  /** Files changed: what was read of them is out of date. */
  forget(): void {
    this.contexts.clear();
    this.facts.clear();
  }

  /** Offers at an offset; those whose `make` refuses are among them. */
  at(path: string, offset: number): Offer[] {
    const file = this.engine.project.file(path);
    if (!file) return [];
    const context = this.context(path);
    if (!context) return [];
    return [...lossOffers(context, file, offset, this.factsOf(context)), ...layerOffers(context, file, offset)];
  }

  /** What the loss computes whose name an offset is in; `null` elsewhere, and for losses that are not described. */
  explainAt(path: string, offset: number): { readonly markdown: string; readonly span: Span } | null {
    const file = this.engine.project.file(path);
    const call = file && callAtOffset(file, offset);
    if (!call || offset < call.func.start || offset > call.func.end) return null;
    const context = this.context(path);
    const site = context && lossSiteOf(context, file, call);
    const markdown = site && explainLoss(site, this.factsOf(context).classes());
    return markdown ? { markdown, span: call.func } : null;
  }

  context(path: string): TrainingContext | null {
    let found = this.contexts.get(path);
    if (found === undefined) this.contexts.set(path, (found = trainingContext(this.engine.project, { path })));
    return found;
  }

  /** What is asked of the engine for losses: kept, since every move of the cursor asks again. */
  factsOf(context: TrainingContext): LossFacts {
    let found = this.facts.get(context);
    if (!found) {
      const { engine } = this;
      found = {
        classes: once(() => valueOfSize(outputClasses(engine, context))),
        counts: once(() => classCountsIn(context.code, engine)),
      };
      this.facts.set(context, found);
    }
    return found;
  }
}

function once<T>(work: () => T): () => T {
  let done: { readonly value: T } | undefined;
  return () => (done ??= { value: work() }).value;
}
