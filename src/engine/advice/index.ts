export * from './advise.js';
export { figureOf, figuresIn, type Figures } from './figures.js';
export { capabilities, symptomOf, symptoms, type Symptom } from './symptoms.js';
export type * from './types.js';
