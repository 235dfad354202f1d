/** `str(value)`. */
import { asString, isUnknown } from '../coerce.js';
import type { PyClass } from '../value.js';
import { decode } from './strMethods.js';

export const constructStr: NonNullable<PyClass['construct']> = (_cls, args, kwargs, context) => {
  const value = args.length > 0 ? args[0] : kwargs.get('object');
  if (value === undefined) return '';
  if (isUnknown(value)) return value;
  const encoding = args[1] ?? kwargs.get('encoding');
  if (encoding !== undefined && typeof value === 'object' && value?.kind === 'bytes')
    return decode(value.value, asString(encoding) ?? 'utf-8', context);
  return context.str(value);
};
