export * from './advise.js';
export * from './offers.js';
export * from './offersAt.js';
export { explainLoss, lossSiteAt } from './loss/index.js';
export { figureOf, figuresIn, type Figures } from './figures.js';
export { capabilities, symptomOf, symptoms, type Symptom } from './symptoms.js';
export type * from './types.js';
