/** Small doors to module instances and their dictionaries, shared by everything in this folder. */
import type { Context } from '../../python/context.js';
import type { PyBuiltin, PyClass, PyDict, PyInstance, PySet, Unknown, Value } from '../../python/value.js';
import type { TensorData, TensorNative } from '../tensor.js';

/** The dictionaries a module keeps its members in, in the order PyTorch looks them up. */
export const MEMBERS = ['_parameters', '_buffers', '_modules'] as const;
export type MemberDict = (typeof MEMBERS)[number];

export function isUnknown(value: unknown): value is Unknown {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'unknown';
}
export function isDict(value: Value | undefined): value is PyDict {
  return typeof value === 'object' && value !== null && value.kind === 'dict';
}
export function isInstance(value: Value | undefined): value is PyInstance {
  return typeof value === 'object' && value !== null && value.kind === 'instance';
}

/** A tensor, a parameter or a buffer. */
export function isTensorValue(value: Value | undefined): value is TensorNative {
  return (
    typeof value === 'object' &&
    value !== null &&
    value.kind === 'native' &&
    typeof value.data === 'object' &&
    value.data !== null &&
    'shape' in value.data &&
    'role' in value.data
  );
}
export function isParameterValue(value: Value | undefined): value is TensorNative {
  return isTensorValue(value) && (value.data.role === 'parameter' || value.data.role === 'uninitialized');
}
/** An `nn.Buffer` (a plain tensor registered as a buffer stays a plain tensor). */
export function isBufferValue(value: Value | undefined): value is TensorNative {
  return isTensorValue(value) && (value.data.role === 'buffer' || value.data.role === 'uninitialized_buffer');
}
export function isUninitialized(value: Value | undefined): boolean {
  return isTensorValue(value) && (value.data.role === 'uninitialized' || value.data.role === 'uninitialized_buffer');
}

/** Replaces a tensor object's contents (in place, as its owner sees it). */
export function updateTensor(context: Context, tensor: TensorNative, change: Partial<TensorData>): TensorNative {
  context.heap.touch(tensor);
  tensor.data = { ...tensor.data, ...change };
  return tensor;
}

/** `self.__dict__[name]` where it is a dict. */
export function dictOf(self: PyInstance, name: string): PyDict | undefined {
  const value = self.attrs.get(name);
  return isDict(value) ? value : undefined;
}
export function setOf(self: PyInstance, name: string): PySet | undefined {
  const value = self.attrs.get(name);
  return typeof value === 'object' && value !== null && value.kind === 'set' ? value : undefined;
}

export function newDict(context: Context, cls: PyClass | null = null): PyDict {
  return { kind: 'dict', entries: new Map(), cls, attrs: null, saved: context.heap.epoch, taint: null };
}
export function newSet(context: Context): PySet {
  return { kind: 'set', entries: new Map(), frozen: false, cls: null, saved: context.heap.epoch, taint: null };
}

/** The entry of a string key (strings are their own hash keys). */
export function dictGet(dict: PyDict, key: string): Value | undefined {
  return dict.entries.get(key)?.value;
}
export function dictSet(context: Context, dict: PyDict, key: string, value: Value): void {
  context.heap.touch(dict);
  const entry = dict.entries.get(key);
  if (entry) entry.value = value;
  else dict.entries.set(key, { key, value });
}
export function dictDelete(context: Context, dict: PyDict | undefined, key: string): boolean {
  if (!dict?.entries.has(key)) return false;
  context.heap.touch(dict);
  return dict.entries.delete(key);
}
export function setDiscard(context: Context, set: PySet | undefined, key: string): void {
  if (!set?.entries.has(key)) return;
  context.heap.touch(set);
  set.entries.delete(key);
}
export function setAdd(context: Context, set: PySet, key: string): void {
  context.heap.touch(set);
  set.entries.set(key, key);
}

/** A member's name; keys that are not strings can't be reached as attributes, but code may have put them there. */
export function keyText(key: Value): string {
  return typeof key === 'string' ? key : typeof key === 'number' || typeof key === 'boolean' ? `${key}` : '?';
}

/** What a class or its bases define under `name`, without binding. */
export function classMember(cls: PyClass, name: string): Value | undefined {
  for (const base of cls.mro) {
    const value = base.namespace.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** `OrderedDict` of the modelled `collections`, or plain `dict` when that is not there. */
export function orderedDict(context: Context): PyDict {
  const module = context.importModule('collections');
  const cls = module.kind === 'module' ? module.namespace.get('OrderedDict') : undefined;
  return newDict(context, typeof cls === 'object' && cls !== null && cls.kind === 'class' ? cls : null);
}

/** As `torch.typename`: what PyTorch's error messages call a value. */
export function typename(value: Value, context: Context): string {
  if (isTensorValue(value))
    return value.data.role === 'parameter' ? 'torch.nn.parameter.Parameter' : 'torch.FloatTensor';
  const cls = context.typeOf(value);
  return cls.module === 'builtins' ? cls.qualname : `${cls.module}.${cls.qualname}`;
}

/** Arguments of a method written for speed: read by position first, then by name. */
export type MethodBody = (
  self: PyInstance,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
) => Value;

/** `(self, *args, **kwargs)`, as the constructor of `Module` has it. */
export const ANY_ARGUMENTS = [
  { name: 'self', form: 'normal', default: undefined },
  { name: 'args', form: 'star', default: undefined },
  { name: 'kwargs', form: 'doubleStar', default: undefined },
] as const;

/** A method of `Module` whose arguments are not bound by a signature (`args` are without `self`). */
export function method(name: string, body: MethodBody, owner = 'Module'): PyBuiltin {
  return {
    kind: 'builtin',
    name,
    qualname: `${owner}.${name}`,
    isMethod: true,
    pure: true,
    parameters: name === '__init__' ? ANY_ARGUMENTS : undefined,
    call: (args, kwargs, context) => {
      const [self] = args;
      if (!isInstance(self)) {
        if (isUnknown(self)) return self;
        return context.raise('TypeError', `${owner}.${name}() needs an instance of ${owner}`);
      }
      return body(self, args.slice(1), kwargs, context);
    },
  };
}

/** An argument by position or name; the default when it is absent. */
export function argument(
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  index: number,
  name: string,
  otherwise?: Value,
): Value | undefined {
  if (index < args.length) return args[index];
  return kwargs.has(name) ? kwargs.get(name) : otherwise;
}
