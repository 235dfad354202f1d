/** The report as it travels between processes; the engine makes it. */
export type * from '../engine/report/types.js';
