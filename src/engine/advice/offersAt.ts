/** Everything that is offered at a place of a file. */
import type { Engine } from '../report/index.js';
import { trainingContext, type TrainingContext } from '../training/index.js';
import { layerOffers } from './architecture/index.js';
import { lossOffers } from './loss/index.js';
import type { Offer } from './offers.js';
import { outputClasses } from './overfitting/facts.js';

/** Finds offers; keeps what it read of a file until something changes. */
export class OfferFinder {
  private readonly contexts = new Map<string, TrainingContext | null>();
  private readonly classes = new Map<TrainingContext, number | null>();

  constructor(private readonly engine: Engine) {}

  /** Files changed: what was read of them is out of date. */
  forget(): void {
    this.contexts.clear();
    this.classes.clear();
  }

  /** Offers at an offset; those whose `make` refuses are among them. */
  at(path: string, offset: number): Offer[] {
    const file = this.engine.project.file(path);
    if (!file) return [];
    const context = this.context(path);
    if (!context) return [];
    return [
      ...lossOffers(context, file, offset, () => this.classCount(context)),
      ...layerOffers(context, file, offset),
    ];
  }

  context(path: string): TrainingContext | null {
    let found = this.contexts.get(path);
    if (found === undefined) this.contexts.set(path, (found = trainingContext(this.engine.project, { path })));
    return found;
  }

  private classCount(context: TrainingContext): number | null {
    let found = this.classes.get(context);
    if (found === undefined) {
      const size = outputClasses(this.engine, context);
      this.classes.set(context, (found = 'value' in size ? size.value : null));
    }
    return found;
  }
}
