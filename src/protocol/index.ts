/** Messages between the processes of the extension. Types only. */
export type * from './advice.js';
export type * from './analysis.js';
export type * from './inspector.js';
export type * from './messages.js';
export type * from './report.js';
export type * from './scan.js';
export type * from './source.js';
export type * from './training.js';
export type * from './offers.js';
