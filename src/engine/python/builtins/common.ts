/** What the builtins' files share. */
import type { Context } from '../context.js';
import type { Value } from '../value.js';

export * from '../coerce.js';

/** Name of a value's class, for messages. */
export function type(value: Value | undefined, context: Context): string {
  return value === undefined ? 'NoneType' : context.typeOf(value).name;
}

/** Why a dict or set can't be asked. */
export const KEY_UNKNOWN = 'a key is not known';
