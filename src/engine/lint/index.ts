export { check, distinct, unsilenced, type Found } from './check.js';
export { ruleOfMisfit } from './rules/misfits.js';
export { Program } from './program.js';
export { rules } from './rules/index.js';
export type { Finding, Fix, FixEdit, Related, Rule, Severity } from './types.js';
