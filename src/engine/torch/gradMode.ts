/** Whether gradients are recorded (`torch.no_grad` and its kin). */
import type { Context } from '../python/context.js';
import type { Native, NativeType, PyClass } from '../python/value.js';

const KEY = Symbol('grad mode');

const cellType: NativeType = {
  name: 'grad mode',
  cls(): PyClass {
    throw new Error('the grad mode is never a value of the program');
  },
};

export function gradEnabled(context: Context): boolean {
  const cell = context.state.get(KEY) as Native | undefined;
  return cell ? (cell.data as boolean) : true;
}

/** Kept in a cell of the heap, so that a branch that is rolled back takes its change with it. */
export function setGradEnabled(context: Context, enabled: boolean): void {
  let cell = context.state.get(KEY) as Native | undefined;
  if (!cell) {
    if (enabled) return;
    cell = { kind: 'native', type: cellType, data: true, attrs: null, saved: 0, taint: null };
    context.state.set(KEY, cell);
  }
  context.heap.touch(cell);
  cell.data = enabled;
}
