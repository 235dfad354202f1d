/** A symptom in the user's words and the file they look at: evidence, diagnosis and prescriptions out. */
import type { Engine } from '../report/index.js';
import { trainingContext } from '../training/index.js';
import { figureOf } from './figures.js';
import { adviseOverfitting } from './overfitting/index.js';
import { symptomOf } from './symptoms.js';
import type { Advice } from './types.js';

export interface AdviceQuestion {
  readonly text: string;
  /** Absolute path of the file that the user looks at. */
  readonly path: string;
  /** The class that the user looks at, if one. */
  readonly qualname?: string;
}

/** `null` if the playbook has nothing for this text, or the file can't be read. */
export function advise(engine: Engine, { text, path, qualname }: AdviceQuestion): Advice | null {
  const symptom = symptomOf(text);
  const context = symptom && trainingContext(engine.project, { path, qualname });
  return context ? adviseOverfitting(engine, context, figureOf(text)) : null;
}
