export * from './counts.js';
export * from './signature.js';
export * from './tree.js';
