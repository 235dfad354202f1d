/** Arguments of recorded operators, read as numbers and switches. */
import type { Value } from '../../python/value.js';
import type { TapeOp } from '../tape.js';

/** A number that is known. */
export function numberOf(value: Value | undefined): number | null {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'object' && value?.kind === 'float' ? value.value : null;
}

function isTraining({ args }: TapeOp): boolean {
  return args['training'] === true || args['train'] === true;
}

/** Whether a dropout does anything: else it gives its input itself. */
export function drops(op: TapeOp): boolean {
  return isTraining(op) && numberOf(op.args['p']) !== 0;
}
