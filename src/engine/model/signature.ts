/** What a class's methods take, as their definitions say. */
import { lookup } from '../python/attributes.js';
import type { Interpreter, PyClass } from '../python/index.js';
import type { Param } from '../syntax/index.js';

export interface Parameter {
  readonly name: string;
  readonly form: Param['form'];
  readonly required: boolean;
  /** Python text; `null` if there is none. */
  readonly default: string | null;
  readonly annotation: string | null;
}

/** Parameters of a method without `self`; `null` when it isn't a Python function. */
export function signatureOf(interpreter: Interpreter, cls: PyClass, method: string): readonly Parameter[] | null {
  const found = lookup(interpreter, cls, method);
  if (typeof found !== 'object' || found?.kind !== 'function') return null;
  const { module, node, defaults } = found;
  const text = (part: Param['default']): string | null => (part && module.file ? module.file.slice(part) : null);
  return node.params.slice(1).map((param) => ({
    name: param.name,
    form: param.form,
    required: param.form !== 'star' && param.form !== 'doubleStar' && !defaults.has(param.name),
    default: text(param.default),
    annotation: text(param.annotation),
  }));
}
