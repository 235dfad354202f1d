export { check, distinct, type Found } from './check.js';
export { Program } from './program.js';
export { rules } from './rules/index.js';
export type { Finding, Fix, FixEdit, Related, Rule, Severity } from './types.js';
