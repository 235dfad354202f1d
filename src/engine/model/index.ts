export * from './counts.js';
export * from './tree.js';
