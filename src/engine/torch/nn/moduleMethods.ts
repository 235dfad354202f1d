/** Everything else `Module` offers: calling, hooks, modes, conversion, state dictionaries, paths. */
import { NO_KWARGS } from '../../python/coerce.js';
import type { Context } from '../../python/context.js';
import { defineClass, defineProperty } from '../../python/define.js';
import type { PyBuiltin, PyDict, PyInstance, Unknown, Value } from '../../python/value.js';
import { deviceOf } from '../device.js';
import { dtypeOf, isFloating, roundAll } from '../dtypes.js';
import { makeTensor, type DType, type TensorData } from '../tensor.js';
import { observeStep, rehearsedCall } from '../rehearsal.js';
import { enterModule, leaveModule } from '../trace.js';
import { hiddenMembers, isModule, moduleClass, required, setMode } from './module.js';
import {
  ANY_ARGUMENTS,
  argument,
  classMember,
  dictOf,
  dictSet,
  isDict,
  isInstance,
  isTensorValue,
  isUninitialized,
  isUnknown,
  keyText,
  method,
  orderedDict,
  setOf,
  typename,
  updateTensor,
} from './objects.js';
import { knownChildren } from './moduleWalk.js';

// ---------------------------------------------------------------- hooks

export const removableHandle = defineClass('RemovableHandle', {
  module: 'torch.utils.hooks',
  members: {
    __init__: method(
      '__init__',
      (self, args, kwargs, context) => {
        context.setAttribute(self, '_dict', required(args, kwargs, 0, 'hooks_dict', 'RemovableHandle', context));
        context.setAttribute(self, 'id', nextHook(context));
        return null;
      },
      'RemovableHandle',
    ),
    remove: method(
      'remove',
      (self, _args, _kwargs, context) => {
        const dict = self.attrs.get('_dict');
        const id = self.attrs.get('id');
        if (isDict(dict) && id !== undefined) {
          const key = context.hashKey(id);
          if (key !== undefined && dict.entries.has(key)) context.deleteItem(dict, id);
        }
        return null;
      },
      'RemovableHandle',
    ),
    __enter__: method('__enter__', (self) => self, 'RemovableHandle'),
    __exit__: method(
      '__exit__',
      (self, _args, _kwargs, context) => context.callMethod(self, 'remove'),
      'RemovableHandle',
    ),
  },
});

const HOOK_SERIAL = Symbol('hook serial');

function nextHook(context: Context): number {
  const id = ((context.state.get(HOOK_SERIAL) as number | undefined) ?? 0) + 1;
  context.state.set(HOOK_SERIAL, id);
  return id;
}

/** Files `hook` in the dictionary `dictName` of `self` (and in the dictionaries that mark it), and returns its handle. */
function addHook(
  self: PyInstance,
  dictName: string,
  hook: Value,
  context: Context,
  marks: readonly string[] = [],
  prepend = false,
): Value {
  const id = nextHook(context);
  const dict = context.requireAttribute(self, dictName);
  context.setItem(dict, id, hook);
  if (prepend && isDict(dict)) {
    const entries = [...dict.entries];
    const last = entries.pop();
    if (last) dict.entries = new Map([last, ...entries]);
  }
  for (const mark of marks) context.setItem(context.requireAttribute(self, mark), id, true);
  return context.instance(removableHandle, [
    ['id', id],
    ['_dict', dict],
  ]);
}

function truthy(value: Value | undefined, context: Context): boolean {
  return value !== undefined && context.truth(value) === true;
}

const hookMethod = (name: string, dictName: string) =>
  method(name, (self, args, kwargs, context) =>
    addHook(
      self,
      dictName,
      required(args, kwargs, 0, 'hook', name, context),
      context,
      [],
      truthy(kwargs.get('prepend'), context),
    ),
  );

/** Hooks of one kind with whether they take keyword arguments; `undefined` when there are none. */
function hooksOf(self: PyInstance, dictName: string): { hook: Value; withKwargs: boolean }[] | Unknown | undefined {
  const dict = dictOf(self, dictName);
  if (!dict || (dict.entries.size === 0 && !dict.taint)) return undefined;
  if (dict.taint) return dict.taint;
  const marked = dictOf(self, `${dictName}_with_kwargs`);
  return [...dict.entries].map(([id, { value }]) => ({ hook: value, withKwargs: marked?.entries.has(id) ?? false }));
}

// ---------------------------------------------------------------- calling

function kwargsDict(kwargs: ReadonlyMap<string, Value>, context: Context): Value {
  return context.dict([...kwargs]);
}

function run(self: PyInstance, args: readonly Value[], kwargs: ReadonlyMap<string, Value>, context: Context): Value {
  const before = hooksOf(self, '_forward_pre_hooks');
  if (isUnknown(before)) return before;
  for (const { hook, withKwargs } of before ?? []) {
    const result = context.call(
      hook,
      withKwargs ? [self, context.tuple(args), kwargsDict(kwargs, context)] : [self, context.tuple(args)],
    );
    if (isUnknown(result)) return result;
    if (result === null) continue;
    if (typeof result === 'object' && result.kind === 'tuple') {
      const [first, second] = result.items;
      if (withKwargs && typeof first === 'object' && first?.kind === 'tuple' && isDict(second)) {
        args = first.items;
        kwargs = new Map([...second.entries.values()].map(({ key, value }) => [keyText(key), value]));
      } else args = result.items;
    } else args = [result];
  }
  let output = context.callMethod(self, 'forward', args, kwargs);
  const after = hooksOf(self, '_forward_hooks');
  if (isUnknown(after)) return after;
  for (const { hook, withKwargs } of after ?? []) {
    const result = context.call(
      hook,
      withKwargs
        ? [self, context.tuple(args), kwargsDict(kwargs, context), output]
        : [self, context.tuple(args), output],
    );
    if (result !== null) output = result;
  }
  return output;
}

const call: PyBuiltin = {
  kind: 'builtin',
  name: '__call__',
  qualname: 'Module.__call__',
  isMethod: true,
  pure: true,
  parameters: ANY_ARGUMENTS,
  call: (all, kwargs, context) => {
    const [self, ...given] = all;
    if (!isInstance(self))
      return isUnknown(self) ? self : context.raise('TypeError', 'Module.__call__() needs a module');
    return rehearsedCall(context, self, given, (args) => {
      const record = enterModule(context, self, args, kwargs);
      let output: Value | undefined;
      try {
        output = run(self, args, kwargs, context);
        return output;
      } finally {
        leaveModule(context, record, output);
      }
    });
  },
};

const forward = method(
  'forward',
  (self, _args, _kwargs, context) =>
    self.cls.unknownBase ??
    context.raise('NotImplementedError', `Module [${self.cls.name}] is missing the required "forward" function`),
);

// ---------------------------------------------------------------- modes and conversion

function children(self: PyInstance): PyInstance[] {
  const modules = dictOf(self, '_modules');
  return [...(modules?.entries.values() ?? [])].flatMap(({ value }) => (isModule(value) ? [value] : []));
}

const train = method('train', (self, args, kwargs, context) => {
  const mode = argument(args, kwargs, 0, 'mode', true) ?? null;
  if (mode !== null && typeof mode !== 'boolean' && !isUnknown(mode))
    return context.raise('ValueError', 'training mode is expected to be boolean');
  if (context.place) observeStep(context, mode === false ? 'eval' : 'train', self, args);
  if (typeof mode !== 'boolean' || !setMode(self, mode, context)) context.setAttribute(self, 'training', mode);
  for (const child of children(self)) {
    if (classMember(child.cls, 'train') === train && !classMember(child.cls, 'training'))
      train.call([child, mode], NO_KWARGS, context);
    else context.callMethod(child, 'train', [mode]);
  }
  return self;
});

/** Members of one dictionary of `self` and everything below, each object once. */
function allMembers(
  self: PyInstance,
  dictName: '_parameters' | '_buffers',
  seen = new Set<Value>(),
  into: Value[] = [],
): Value[] {
  if (seen.has(self)) return into;
  seen.add(self);
  for (const { value } of dictOf(self, dictName)?.entries.values() ?? [])
    if (value !== null && !seen.has(value)) {
      seen.add(value);
      into.push(value);
    }
  for (const child of children(self)) allMembers(child, dictName, seen, into);
  return into;
}

const requiresGrad = method('requires_grad_', (self, args, kwargs, context) => {
  const flag = context.truth(argument(args, kwargs, 0, 'requires_grad', true) ?? null);
  const overridden = classMember(self.cls, 'parameters') !== moduleClass.namespace.get('parameters');
  const found = overridden ? context.items(context.callMethod(self, 'parameters')) : allMembers(self, '_parameters');
  if (isUnknown(found)) return self;
  for (const parameter of found) {
    if (!isTensorValue(parameter)) continue;
    if (isUnknown(flag)) context.setAttribute(parameter, 'requires_grad', flag);
    else updateTensor(context, parameter, { requiresGrad: flag });
  }
  return self;
});

/** What `Module._apply(fn)` does for one tensor: same object, new contents. */
function applyTo(tensor: Value, fn: Value, context: Context): void {
  if (!isTensorValue(tensor)) return;
  const result = context.call(fn, [tensor]);
  if (!isTensorValue(result) || result === tensor) return;
  const { shape, dtype, device, values } = result.data;
  updateTensor(context, tensor, { shape, dtype, device, values });
}

const applyAll = method('_apply', (self, args, kwargs, context) => {
  const fn = required(args, kwargs, 0, 'fn', '_apply', context);
  if (truthy(argument(args, kwargs, 1, 'recurse', true), context))
    for (const child of children(self)) context.callMethod(child, '_apply', [fn]);
  for (const dictName of ['_parameters', '_buffers'] as const)
    for (const { value } of dictOf(self, dictName)?.entries.values() ?? []) applyTo(value, fn, context);
  return self;
});

/** Whether a user's class in the tree has its own `_apply`. */
function hasOwnApply(self: PyInstance, seen = new Set<PyInstance>()): boolean {
  if (seen.has(self)) return false;
  seen.add(self);
  return classMember(self.cls, '_apply') !== applyAll || children(self).some((child) => hasOwnApply(child, seen));
}

interface Conversion {
  readonly dtype?: DType | Unknown;
  readonly device?: string;
  /** `to_empty`: values are lost. */
  readonly empty?: boolean;
}

/** Converts every parameter and buffer; `floatingOnly` leaves integer buffers as they are. */
function convert(self: PyInstance, conversion: Conversion, context: Context, floatingOnly = true): Value {
  const { dtype } = conversion;
  const change = (data: TensorData): Partial<TensorData> => ({
    ...(dtype !== undefined && dtype !== data.dtype && (!floatingOnly || isFloating(data.dtype))
      ? { dtype, values: data.values && roundAll(dtype, data.values) }
      : {}),
    ...(conversion.device === undefined ? {} : { device: conversion.device }),
    ...(conversion.empty ? { values: null } : {}),
  });
  if (hasOwnApply(self)) {
    const fn: PyBuiltin = {
      kind: 'builtin',
      name: 'convert',
      qualname: 'Module.to.<locals>.convert',
      isMethod: false,
      pure: true,
      call: ([tensor]) =>
        isTensorValue(tensor)
          ? makeTensor(context.heap, { ...tensor.data, role: 'tensor', requiresGrad: false, ...change(tensor.data) })
          : (tensor ?? null),
    };
    return context.callMethod(self, '_apply', [fn]);
  }
  for (const dictName of ['_parameters', '_buffers'] as const)
    for (const tensor of allMembers(self, dictName))
      if (isTensorValue(tensor)) updateTensor(context, tensor, change(tensor.data));
  return self;
}

const to = method('to', (self, args, kwargs, context) => {
  let dtype: DType | Unknown | undefined;
  let device: string | undefined;
  for (const value of [...args.slice(0, 2), kwargs.get('device'), kwargs.get('dtype'), kwargs.get('tensor')]) {
    if (value === undefined || value === null || typeof value === 'boolean') continue;
    if (isTensorValue(value)) ({ dtype, device } = value.data);
    else {
      dtype ??= typeof value === 'string' ? undefined : dtypeOf(value, context);
      device ??= deviceOf(value);
    }
  }
  if (isUnknown(kwargs.get('dtype'))) dtype = kwargs.get('dtype') as Unknown;
  return convert(self, { dtype, device }, context);
});

const toDType = (name: string, dtype: DType) =>
  method(name, (self, _args, _kwargs, context) => convert(self, { dtype }, context));
const toDevice = (name: string) =>
  method(name, (self, _args, _kwargs, context) => convert(self, { device: name }, context));

// ---------------------------------------------------------------- state dictionaries

function saveOwn(self: PyInstance, destination: Value, prefix: string, keepVars: boolean, context: Context): void {
  const put = (name: string, value: Value): void => {
    const saved =
      keepVars || !isTensorValue(value) || isUninitialized(value)
        ? value
        : makeTensor(context.heap, { ...value.data, role: 'tensor', requiresGrad: false, node: null });
    if (isDict(destination) && destination.cls === null) dictSet(context, destination, prefix + name, saved);
    else context.setItem(destination, prefix + name, saved);
  };
  for (const { key, value } of dictOf(self, '_parameters')?.entries.values() ?? [])
    if (value !== null) put(keyText(key), value);
  const transient = setOf(self, '_non_persistent_buffers_set');
  for (const { key, value } of dictOf(self, '_buffers')?.entries.values() ?? [])
    if (value !== null && !transient?.entries.has(keyText(key))) put(keyText(key), value);
  if (classMember(self.cls, 'get_extra_state') !== moduleClass.namespace.get('get_extra_state'))
    put('_extra_state', context.callMethod(self, 'get_extra_state'));
}

const saveToStateDict = method('_save_to_state_dict', (self, args, _kwargs, context) => {
  const [destination = null, prefix = '', keepVars = false] = args;
  saveOwn(self, destination, typeof prefix === 'string' ? prefix : '', truthy(keepVars, context), context);
  return null;
});

const stateDict = method('state_dict', (self, args, kwargs, context) => {
  let destination = argument(args, kwargs, 0, 'destination', null) ?? null;
  const prefix = argument(args, kwargs, 1, 'prefix', '') ?? '';
  const keepVars = argument(args, kwargs, 2, 'keep_vars', false) ?? false;
  if (isUnknown(destination) || typeof prefix !== 'string') return isUnknown(destination) ? destination : prefix;
  if (destination === null) {
    destination = orderedDict(context);
    const versions = orderedDict(context);
    if (isDict(destination)) destination.attrs = new Map([['_metadata', versions]]);
  }
  for (const { value } of dictOf(self, '_state_dict_pre_hooks')?.entries.values() ?? [])
    context.call(value, [self, prefix, keepVars]);
  if (classMember(self.cls, '_save_to_state_dict') === saveToStateDict)
    saveOwn(self, destination, prefix, truthy(keepVars, context), context);
  else context.callMethod(self, '_save_to_state_dict', [destination, prefix, keepVars]);
  const modules = dictOf(self, '_modules');
  for (const { key, value } of modules?.entries.values() ?? []) {
    if (value === null) continue;
    if (isUnknown(value)) return value;
    const inner = context.callMethod(
      value,
      'state_dict',
      [],
      new Map<string, Value>([
        ['destination', destination],
        ['prefix', `${prefix}${keyText(key)}.`],
        ['keep_vars', keepVars],
      ]),
    );
    if (isUnknown(inner)) return inner;
  }
  for (const dict of [dictOf(self, '_parameters'), dictOf(self, '_buffers'), modules])
    if (dict?.taint) return dict.taint;
  const [hidden] = hiddenMembers(self);
  if (hidden) return hidden;
  for (const { value } of dictOf(self, '_state_dict_hooks')?.entries.values() ?? []) {
    const result = context.call(value, [self, destination, prefix, context.dict()]);
    if (result !== null) destination = result;
  }
  return destination;
});

const incompatibleKeys = defineClass('_IncompatibleKeys', {
  module: 'torch.nn.modules.module',
  layout: 'tuple',
  members: {
    missing_keys: defineProperty((self) =>
      typeof self === 'object' && self?.kind === 'tuple' ? (self.items[0] ?? null) : null,
    ),
    unexpected_keys: defineProperty((self) =>
      typeof self === 'object' && self?.kind === 'tuple' ? (self.items[1] ?? null) : null,
    ),
  },
});

/** Values of weights are never known, so loading changes nothing; it does compare the names as PyTorch does. */
const loadStateDict = method('load_state_dict', (self, args, kwargs, context) => {
  const given = required(args, kwargs, 0, 'state_dict', 'load_state_dict', context);
  const strict = argument(args, kwargs, 1, 'strict', true) ?? true;
  if (isUnknown(given)) return given;
  const own = stateDict.call([self], NO_KWARGS, context);
  if (!isDict(given) || !isDict(own) || given.taint || own.taint || overridesLoading(self))
    return isDict(given) && given.taint
      ? given.taint
      : context.unknown('which keys a loaded state dictionary lacks is not known');
  const names = (of: PyDict, without: PyDict): string[] =>
    [...of.entries].flatMap(([hash, { key }]) => (without.entries.has(hash) ? [] : [keyText(key)]));
  const missing = names(own, given);
  const unexpected = names(given, own);
  if (truthy(strict, context) && (missing.length > 0 || unexpected.length > 0)) {
    const list = (keys: readonly string[]): string => keys.map((key) => `"${key}"`).join(', ');
    return context.raise(
      'RuntimeError',
      [
        `Error(s) in loading state_dict for ${self.cls.name}:`,
        ...(unexpected.length > 0 ? [`\tUnexpected key(s) in state_dict: ${list(unexpected)}. `] : []),
        ...(missing.length > 0 ? [`\tMissing key(s) in state_dict: ${list(missing)}. `] : []),
      ].join('\n'),
    );
  }
  return {
    kind: 'tuple',
    items: [context.list(missing), context.list(unexpected)],
    cls: incompatibleKeys,
  };
});

/** Whether anything in the tree changes what loading does. */
function overridesLoading(self: PyInstance, seen = new Set<PyInstance>()): boolean {
  if (seen.has(self)) return false;
  seen.add(self);
  return (
    classMember(self.cls, '_load_from_state_dict') !== moduleClass.namespace.get('_load_from_state_dict') ||
    (dictOf(self, '_load_state_dict_pre_hooks')?.entries.size ?? 0) > 0 ||
    (dictOf(self, '_load_state_dict_post_hooks')?.entries.size ?? 0) > 0 ||
    children(self).some((child) => overridesLoading(child, seen))
  );
}

// ---------------------------------------------------------------- paths

function submodule(self: PyInstance, target: Value, context: Context): Value {
  if (typeof target !== 'string') return target;
  let at: Value = self;
  for (const name of target === '' ? [] : target.split('.')) {
    const next: Value | undefined = context.getAttribute(at, name);
    if (next === undefined)
      return context.raise('AttributeError', `${isInstance(at) ? at.cls.name : 'Module'} has no attribute \`${name}\``);
    if (isUnknown(next)) return next;
    if (!isModule(next)) return context.raise('AttributeError', `\`${name}\` is not an nn.Module`);
    at = next;
  }
  return at;
}

function memberAt(
  self: PyInstance,
  target: Value,
  dictName: '_parameters' | '_buffers',
  what: string,
  context: Context,
): Value {
  if (typeof target !== 'string') return target;
  const dot = target.lastIndexOf('.');
  const owner = submodule(self, dot < 0 ? '' : target.slice(0, dot), context);
  if (!isModule(owner)) return owner;
  const name = target.slice(dot + 1);
  const value = context.getAttribute(owner, name);
  if (value === undefined) return context.raise('AttributeError', `${owner.cls.name} has no attribute \`${name}\``);
  if (!isUnknown(value) && !dictOf(owner, dictName)?.entries.has(name))
    return context.raise('AttributeError', `\`${name}\` is not ${what}`);
  return value;
}

const setSubmodule = method('set_submodule', (self, args, kwargs, context) => {
  const target = required(args, kwargs, 0, 'target', 'set_submodule', context);
  const module = required(args, kwargs, 1, 'module', 'set_submodule', context);
  if (typeof target !== 'string')
    return isUnknown(target) ? target : context.raise('TypeError', 'target must be a string');
  if (target === '') return context.raise('ValueError', 'Cannot set the submodule without a target name!');
  if (!isModule(module) && !isUnknown(module))
    return context.raise('ValueError', `\`module\` is not an nn.Module, found <class '${typename(module, context)}'>`);
  const dot = target.lastIndexOf('.');
  const parent = submodule(self, dot < 0 ? '' : target.slice(0, dot), context);
  if (isUnknown(parent)) return parent;
  const name = target.slice(dot + 1);
  const existing = context.getAttribute(parent, name);
  if (existing === undefined && truthy(argument(args, kwargs, 2, 'strict', false), context))
    return context.raise(
      'AttributeError',
      `${isInstance(parent) ? parent.cls.name : 'Module'} has no attribute \`${name}\``,
    );
  if (existing !== undefined && !isUnknown(existing) && !isModule(existing))
    return context.raise('AttributeError', `\`${name}\` is not an nn.Module`);
  context.setAttribute(parent, name, module);
  return null;
});

// ---------------------------------------------------------------- text

function repr(self: PyInstance, context: Context): string | Unknown {
  const extra = context.str(context.callMethod(self, 'extra_repr'));
  if (isUnknown(extra)) return extra;
  const modules = dictOf(self, '_modules');
  if (modules?.taint) return modules.taint;
  const extraLines = extra === '' ? [] : extra.split('\n');
  const childLines: string[] = [];
  for (const { key, value } of modules?.entries.values() ?? []) {
    const text = context.repr(value);
    if (isUnknown(text)) return text;
    childLines.push(`(${keyText(key)}): ${text.split('\n').join('\n  ')}`);
  }
  const name = context.str(context.callMethod(self, '_get_name'));
  if (isUnknown(name)) return name;
  const lines = [...extraLines, ...childLines];
  if (lines.length === 0) return `${name}()`;
  return extraLines.length === 1 && childLines.length === 0
    ? `${name}(${extraLines[0] ?? ''})`
    : `${name}(\n  ${lines.join('\n  ')}\n)`;
}

const same = (name: string) => method(name, (self) => self);

/** The methods of `Module` that are neither state nor walks. */
export const methodMembers: Readonly<Record<string, Value>> = {
  T_destination: null,
  __call__: call,
  _slow_forward: method('_slow_forward', (self, args, kwargs, context) =>
    context.callMethod(self, 'forward', args, kwargs),
  ),
  _get_backward_hooks: method('_get_backward_hooks', (_self, _args, _kwargs, context) =>
    context.tuple([context.list([]), context.list([])]),
  ),
  _get_backward_pre_hooks: method('_get_backward_pre_hooks', (_self, _args, _kwargs, context) => context.list([])),
  _maybe_warn_non_full_backward_hook: method('_maybe_warn_non_full_backward_hook', () => null),
  _replicate_for_data_parallel: same('_replicate_for_data_parallel'),
  _call_impl: call,
  _wrapped_call_impl: call,
  forward,
  apply: method('apply', (self, args, kwargs, context) => {
    const fn = required(args, kwargs, 0, 'fn', 'apply', context);
    for (const [, child] of knownChildren(self, context)) if (isModule(child)) context.callMethod(child, 'apply', [fn]);
    context.call(fn, [self]);
    return self;
  }),
  train,
  eval: method('eval', (self, _args, _kwargs, context) => context.callMethod(self, 'train', [false])),
  requires_grad_: requiresGrad,
  zero_grad: method('zero_grad', (self, args, _kwargs, context) => {
    observeStep(context, 'zero_grad', self, args);
    return null;
  }),
  _apply: applyAll,
  to,
  type: method('type', (self, args, kwargs, context) => {
    const dtype = dtypeOf(required(args, kwargs, 0, 'dst_type', 'type', context), context);
    return convert(
      self,
      { dtype: dtype ?? context.unknown('the type given to Module.type is not known') },
      context,
      false,
    );
  }),
  half: toDType('half', 'float16'),
  float: toDType('float', 'float32'),
  double: toDType('double', 'float64'),
  bfloat16: toDType('bfloat16', 'bfloat16'),
  cpu: toDevice('cpu'),
  cuda: toDevice('cuda'),
  xpu: toDevice('xpu'),
  ipu: toDevice('ipu'),
  mtia: toDevice('mtia'),
  to_empty: method('to_empty', (self, _args, kwargs, context) =>
    convert(self, { device: deviceOf(kwargs.get('device') ?? null), empty: true }, context),
  ),
  share_memory: same('share_memory'),
  compile: method('compile', () => null),
  state_dict: stateDict,
  _save_to_state_dict: saveToStateDict,
  load_state_dict: loadStateDict,
  _load_from_state_dict: method('_load_from_state_dict', () => null),
  get_extra_state: method('get_extra_state', (_self, _args, _kwargs, context) =>
    context.raise('RuntimeError', 'Reached a code path in Module.get_extra_state() that should never be called.'),
  ),
  set_extra_state: method('set_extra_state', (_self, _args, _kwargs, context) =>
    context.raise('RuntimeError', 'Reached a code path in Module.set_extra_state() that should never be called.'),
  ),
  get_submodule: method('get_submodule', (self, args, kwargs, context) =>
    submodule(self, required(args, kwargs, 0, 'target', 'get_submodule', context), context),
  ),
  set_submodule: setSubmodule,
  get_parameter: method('get_parameter', (self, args, kwargs, context) =>
    memberAt(
      self,
      required(args, kwargs, 0, 'target', 'get_parameter', context),
      '_parameters',
      'an nn.Parameter',
      context,
    ),
  ),
  get_buffer: method('get_buffer', (self, args, kwargs, context) =>
    memberAt(self, required(args, kwargs, 0, 'target', 'get_buffer', context), '_buffers', 'a buffer', context),
  ),
  register_forward_hook: method('register_forward_hook', (self, args, kwargs, context) =>
    addHook(
      self,
      '_forward_hooks',
      required(args, kwargs, 0, 'hook', 'register_forward_hook', context),
      context,
      truthy(kwargs.get('with_kwargs'), context) ? ['_forward_hooks_with_kwargs'] : [],
      truthy(kwargs.get('prepend'), context),
    ),
  ),
  register_forward_pre_hook: method('register_forward_pre_hook', (self, args, kwargs, context) =>
    addHook(
      self,
      '_forward_pre_hooks',
      required(args, kwargs, 0, 'hook', 'register_forward_pre_hook', context),
      context,
      truthy(kwargs.get('with_kwargs'), context) ? ['_forward_pre_hooks_with_kwargs'] : [],
      truthy(kwargs.get('prepend'), context),
    ),
  ),
  register_backward_hook: hookMethod('register_backward_hook', '_backward_hooks'),
  register_full_backward_hook: hookMethod('register_full_backward_hook', '_backward_hooks'),
  register_full_backward_pre_hook: hookMethod('register_full_backward_pre_hook', '_backward_pre_hooks'),
  _register_state_dict_hook: hookMethod('_register_state_dict_hook', '_state_dict_hooks'),
  register_state_dict_post_hook: hookMethod('register_state_dict_post_hook', '_state_dict_hooks'),
  register_state_dict_pre_hook: hookMethod('register_state_dict_pre_hook', '_state_dict_pre_hooks'),
  _register_load_state_dict_pre_hook: hookMethod('_register_load_state_dict_pre_hook', '_load_state_dict_pre_hooks'),
  register_load_state_dict_pre_hook: hookMethod('register_load_state_dict_pre_hook', '_load_state_dict_pre_hooks'),
  register_load_state_dict_post_hook: hookMethod('register_load_state_dict_post_hook', '_load_state_dict_post_hooks'),
  extra_repr: method('extra_repr', () => ''),
  _get_name: method('_get_name', (self) => self.cls.name),
  __repr__: method('__repr__', (self, _args, _kwargs, context) => repr(self, context)),
  __dir__: method('__dir__', (self, _args, _kwargs, context) => {
    const names = new Set<string>();
    for (const cls of self.cls.mro) for (const name of cls.namespace.keys()) names.add(name);
    for (const name of self.attrs.keys()) names.add(name);
    for (const dictName of ['_parameters', '_modules', '_buffers'])
      for (const { key } of dictOf(self, dictName)?.entries.values() ?? []) names.add(keyText(key));
    return self.taint ?? context.list([...names].filter((name) => !/^\d/.test(name)).sort());
  }),
  __setstate__: method('__setstate__', (self, args, _kwargs, context) => {
    const [state] = args;
    if (isDict(state))
      for (const { key, value } of state.entries.values()) context.setOwnAttribute(self, keyText(key), value);
    return null;
  }),
};
