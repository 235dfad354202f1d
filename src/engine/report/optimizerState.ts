/** How much memory an optimizer keeps beside the parameters, from how it is constructed in the project. */
import type { Project } from '../project/index.js';
import type { Expr, CallExpr } from '../syntax/index.js';
import { isNamedNear, trainingContext, valueOf, type Construction } from '../training/index.js';
import { add, mul, product } from '../torch/dims.js';
import type { Dim } from '../torch/tensor.js';

/** What is kept per parameter, in elements, from its shape. */
type State = (shape: readonly Dim[]) => Dim;

export interface OptimizerChoice {
  /** Class name: `AdamW`. */
  readonly name: string;
  /** Nobody said it. */
  readonly assumed: boolean;
  /** `null`: what it keeps is not known. */
  readonly state: State | null;
}

const copies =
  (count: number): State =>
  (shape) =>
    mul(product(shape), count);

/** Second moments of matrices as a row and a column of averages. */
const factored: State = (shape) => {
  if (shape.length < 2) return product(shape);
  const rest = shape.slice(0, -2);
  return add(product(shape.slice(0, -1)), product([...rest, shape[shape.length - 1] as Dim]));
};

/** Whether an argument switches something on; `null` where that can't be told. */
function isOn(call: CallExpr, name: string, index: number): boolean | null {
  const value: Expr | null = valueOf(call, name, index);
  if (value === null) return call.args.some(({ form }) => form === 'doubleStar') ? null : false;
  if (value.kind === 'Constant') return value.value === true;
  return value.kind === 'Number' ? Number(value.value) !== 0 : null;
}

function stateOf({ name, call }: Construction): State | null {
  const more = (base: number, ...flags: readonly (readonly [string, number])[]): State | null => {
    let count = base;
    for (const [flag, index] of flags) {
      const on = isOn(call, flag, index);
      if (on === null) return null;
      if (on) count++;
    }
    return copies(count);
  };
  switch (name.slice(name.lastIndexOf('.') + 1)) {
    case 'SGD':
      return more(0, ['momentum', 2]);
    case 'Adam':
    case 'AdamW':
      return more(2, ['amsgrad', 5]);
    case 'NAdam':
    case 'RAdam':
    case 'Adamax':
    case 'SparseAdam':
    case 'Adadelta':
    case 'Rprop':
      return copies(2);
    case 'Adagrad':
    case 'Muon':
      return copies(1);
    case 'ASGD':
      return copies(1);
    case 'RMSprop':
      return more(1, ['momentum', 5], ['centered', 6]);
    case 'Adafactor':
      return factored;
    default:
      return null;
  }
}

/** The optimizer of the code that trains a class; AdamW where none is found. */
export function optimizerFor(project: Project, path: string, qualname: string): OptimizerChoice {
  const found = isNamedNear(project, path, 'optim')
    ? trainingContext(project, { path, qualname })?.optimizers[0]
    : undefined;
  if (!found) return { name: 'AdamW', assumed: true, state: copies(2) };
  return { name: found.name.slice(found.name.lastIndexOf('.') + 1), assumed: false, state: stateOf(found) };
}
