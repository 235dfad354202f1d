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

export interface RecurrentArguments {
  readonly layers: number;
  readonly directions: number;
  /** 0 where it isn't training. */
  readonly dropout: number;
  readonly hasBias: boolean;
  readonly batchFirst: boolean;
}

/** The settings of `torch._VF.lstm` and its kin over a sequence; `null` for packed ones, which have other arguments, and what isn't known. */
export function recurrentArguments({ args }: TapeOp): RecurrentArguments | null {
  const given = args['args'];
  const items = typeof given === 'object' && given?.kind === 'tuple' ? given.items : [];
  const [, , , hasBias, layers, dropout, training, bidirectional, batchFirst] = items;
  if (typeof layers !== 'number' || typeof hasBias !== 'boolean') return null;
  if (typeof bidirectional !== 'boolean' || typeof batchFirst !== 'boolean') return null;
  return {
    layers,
    directions: bidirectional ? 2 : 1,
    dropout: training === true ? (numberOf(dropout) ?? 0) : 0,
    hasBias,
    batchFirst,
  };
}
