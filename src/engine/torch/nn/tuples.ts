/** `torch.nn.modules.utils`: one value for every axis, or one per axis. */
import type { Context } from '../../python/context.js';
import { defineFunction } from '../../python/define.js';
import type { PyBuiltin, Value } from '../../python/value.js';
import { isUnknown } from './objects.js';

/** As `_ntuple(n)`: what can be iterated becomes a tuple as it is, anything else is repeated. */
export function tupled(n: number, value: Value, context: Context): Value {
  if (isUnknown(value)) return value;
  const iterable =
    typeof value === 'string' || (typeof value === 'object' && value !== null && isIterable(value, context));
  if (!iterable) return context.tuple(new Array<Value>(n).fill(value));
  if (typeof value === 'object' && value !== null && value.kind === 'tuple' && value.cls === null) return value;
  const items = context.items(value);
  return isUnknown(items) ? items : context.tuple(items);
}

function isIterable(value: Exclude<Value, null | boolean | number | bigint | string>, context: Context): boolean {
  switch (value.kind) {
    case 'tuple':
    case 'list':
    case 'dict':
    case 'set':
    case 'range':
    case 'iterator':
    case 'bytes':
      return true;
    case 'instance':
    case 'native':
      return value.kind === 'native'
        ? value.type.iterate !== undefined
        : context.getAttribute(value, '__iter__') !== undefined;
    default:
      return false;
  }
}

function ntuple(n: number, name: string): PyBuiltin {
  return defineFunction(`${name}(x)`, ({ x }, context) => tupled(n, x ?? null, context));
}

/** Names of `torch.nn.modules.utils` that are not in its Python source. */
export const tupleMembers: Readonly<Record<string, Value>> = {
  _single: ntuple(1, '_single'),
  _pair: ntuple(2, '_pair'),
  _triple: ntuple(3, '_triple'),
  _quadruple: ntuple(4, '_quadruple'),
  _ntuple: defineFunction("_ntuple(n, name='parse')", ({ n, name }, context) =>
    typeof n === 'number'
      ? ntuple(n, typeof name === 'string' ? name : 'parse')
      : isUnknown(n)
        ? n
        : context.unknown('the length given to _ntuple is not a plain number'),
  ),
};
