export * from './engine.js';
export { Answers, type PlacedHint, type PlacedHover } from './answers.js';
export { hintsOf, type Hint, type HintOptions } from './hints.js';
export { hoverAt, type HoverText } from './hover.js';
export type { DirectiveHelp } from './directives.js';
export * from './inputs.js';
export type { Observation } from './observation.js';
export type { TrainingPlaces } from './trainingPlaces.js';
export type * from './types.js';
