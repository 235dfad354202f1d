/** The playbook for overfitting: evidence from the code, the reason with its numbers, and what to change. */
import type { Engine } from '../../report/index.js';
import type { TrainingContext } from '../../training/index.js';
import type { Figures } from '../figures.js';
import { symptoms } from '../symptoms.js';
import type { Advice, Advised, LeftAlone, Outcome } from '../types.js';
import { prescribeDropout } from './dropout.js';
import { prescribeEarlyStopping } from './earlyStopping.js';
import { diagnosisOf, evidenceOf, readingsOf } from './evidence.js';
import { gatherFacts } from './facts.js';
import { prescribeLabelSmoothing } from './labelSmoothing.js';
import { adviseAugmentation, adviseSmallerModel } from './moreData.js';
import { prescribeWeightDecay } from './weightDecay.js';

export function adviseOverfitting(engine: Engine, context: TrainingContext, figures: Figures | null): Advice {
  const facts = gatherFacts(engine, context, figures);
  const dropout = prescribeDropout(facts);
  const outcomes: Outcome[] = [
    dropout.outcome,
    prescribeWeightDecay(facts),
    prescribeLabelSmoothing(facts),
    prescribeEarlyStopping(facts),
    adviseAugmentation(facts),
    adviseSmallerModel(facts),
  ];
  const prescriptions: Advised[] = [];
  const notApplied: LeftAlone[] = [...dropout.left];
  for (const outcome of outcomes) {
    if (outcome === null) continue;
    if ('advised' in outcome) prescriptions.push(outcome.advised);
    else notApplied.push(outcome.left);
  }
  return {
    symptom: { id: 'overfitting', title: symptoms.find(({ id }) => id === 'overfitting')?.title ?? 'Overfitting' },
    readings: readingsOf(facts),
    evidence: evidenceOf(facts),
    diagnosis: diagnosisOf(facts),
    // What changes something comes before what is only said.
    prescriptions: [
      ...prescriptions.filter(({ changes }) => changes.length > 0),
      ...prescriptions.filter(({ changes }) => changes.length === 0),
    ],
    notApplied,
    files: [...new Set(context.classes.map(({ file }) => file))],
  };
}
