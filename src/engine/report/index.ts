export * from './engine.js';
export * from './inputs.js';
export type * from './types.js';
