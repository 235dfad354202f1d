/** Attribute names that are computed: they must be texts, and may not be known. Then any attribute may be the one. */
import { lookup } from './attributes.js';
import { asString, isUnknown } from './coerce.js';
import type { Context } from './context.js';
import type { Interpreter } from './interpreter.js';
import { mayBe, storeAnywhere } from './subscript.js';
import type { Unknown, Value } from './value.js';

/** A computed attribute name. @throws TypeError for what is no text */
export function attributeName(name: Value | undefined, context: Context): string | Unknown {
  if (isUnknown(name)) return name;
  return (
    asString(name) ??
    context.raise('TypeError', `attribute name must be string, not '${context.typeOf(name ?? null).name}'`)
  );
}

/** `setattr(object, name, value)` with a name that is not known. */
export function setUnknownAttribute(interpreter: Interpreter, object: Value, name: Unknown, value: Value): void {
  if (isUnknown(object)) {
    interpreter.escape(value, object);
    return;
  }
  const cls = interpreter.typeOf(object);
  const custom = typeof object === 'object' && object !== null ? lookup(interpreter, cls, '__setattr__') : undefined;
  if (
    custom !== undefined &&
    !(typeof custom === 'object' && custom?.kind === 'builtin' && custom.qualname === 'object.__setattr__')
  )
    interpreter.call(custom, [object, name, value]);
  else setOwnUnknownAttribute(interpreter, object, name, value);
}

/** `object.__setattr__` with a name that is not known: every attribute may have the new value now. */
export function setOwnUnknownAttribute(
  interpreter: Interpreter,
  object: Value,
  name: Unknown,
  value: Value | undefined,
): void {
  if (typeof object !== 'object' || object === null) return;
  const { heap } = interpreter;
  switch (object.kind) {
    case 'super':
      setOwnUnknownAttribute(interpreter, object.self, name, value);
      return;
    case 'instance':
      heap.touch(object);
      object.taint ??= name;
      blur(interpreter, object.attrs, name, value, () => true);
      return;
    case 'function':
    case 'native':
    case 'list':
    case 'dict':
      heap.touch(object);
      if (object.kind === 'native') object.taint ??= name;
      if (object.attrs) blur(interpreter, object.attrs, name, value, () => true);
      if (object.kind === 'dict' && object.attrs?.get('__dict__') !== undefined)
        storeAnywhere(object, name, interpreter, value);
      return;
    case 'class':
    case 'module':
      // Programs add names to classes and modules so; they don't replace their functions and classes.
      heap.touch(object);
      object.taint ??= name;
      blur(interpreter, object.namespace, name, value, isData);
      return;
    default:
  }
}

function isData(value: Value): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return ['float', 'complex', 'bytes', 'tuple', 'list', 'dict', 'set', 'range', 'symint'].includes(value.kind);
}

/** Joins what was stored with every value that it may have replaced. Names that are computed are not private ones. */
function blur(
  interpreter: Interpreter,
  values: Map<string, Value>,
  name: Unknown,
  stored: Value | undefined,
  which: (value: Value) => boolean,
): void {
  for (const [key, old] of values) {
    if (!which(old) || (key.startsWith('_') && !name.prefix?.startsWith('_')) || !mayBe(name, key)) continue;
    const joined = stored === undefined ? name : interpreter.join(old, stored, name);
    values.set(key, joined === undefined ? name : joined);
  }
}
