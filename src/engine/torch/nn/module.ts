/**
 * `torch.nn.Module`: what an instance holds and what assignment, lookup and deletion of attributes do.
 *
 * Instances are ordinary `PyInstance`s with the same `_parameters`, `_buffers` and `_modules` dictionaries as in PyTorch, so
 * code that pokes at them sees what it expects. The dictionaries of hooks are made on first use.
 */
import type { Context } from '../../python/context.js';
import { defineClass } from '../../python/define.js';
import { isData } from '../../python/coerce.js';
import { storeAnywhere } from '../../python/subscript.js';
import type { PyBuiltin, PyClass, PyDict, PyInstance, Unknown, Value } from '../../python/value.js';
import { rehearsalOf } from '../rehearsal.js';
import {
  argument,
  classMember,
  dictDelete,
  dictGet,
  dictOf,
  dictSet,
  isBufferValue,
  isInstance,
  isParameterValue,
  isTensorValue,
  isUnknown,
  keyText,
  MEMBERS,
  method,
  newDict,
  newSet,
  orderedDict,
  setAdd,
  setDiscard,
  setOf,
  typename,
} from './objects.js';

/** Dictionaries that PyTorch makes in `Module.__init__` and hardly any module ever uses. */
const LAZY_DICTS = new Set([
  '_backward_pre_hooks',
  '_backward_hooks',
  '_forward_hooks',
  '_forward_hooks_with_kwargs',
  '_forward_hooks_always_called',
  '_forward_pre_hooks',
  '_forward_pre_hooks_with_kwargs',
  '_state_dict_hooks',
  '_state_dict_pre_hooks',
  '_load_state_dict_pre_hooks',
  '_load_state_dict_post_hooks',
]);

export const moduleClass: PyClass = defineClass('Module', { module: 'torch.nn.modules.module' });

/** Instances of `nn.Module` and its subclasses. */
export function isModule(value: Value | undefined): value is PyInstance {
  return isInstance(value) && value.cls.mro.includes(moduleClass);
}
/** A module, or an object whose class has a base that is not resolved and may be one. */
export function mayBeModule(value: Value | undefined): value is PyInstance {
  return isInstance(value) && (value.cls.unknownBase !== null || value.cls.mro.includes(moduleClass));
}
export function isModuleClass(value: Value | undefined): value is PyClass {
  return typeof value === 'object' && value !== null && value.kind === 'class' && value.mro.includes(moduleClass);
}

/** Gives an instance the state `Module.__init__` gives it. */
export function initialise(self: PyInstance, context: Context): void {
  context.heap.touch(self);
  const { attrs } = self;
  attrs.set('training', true);
  attrs.set('_parameters', newDict(context));
  attrs.set('_buffers', newDict(context));
  attrs.set('_non_persistent_buffers_set', newSet(context));
  attrs.set('_modules', newDict(context));
  rehearsalOf(context)?.instances.push(self);
}

const init = method('__init__', (self, args, kwargs, context) => {
  const chained =
    (args.length > 0 || kwargs.size > 0 || self.cls.namespace.has('call_super_init')) &&
    classMember(self.cls, 'call_super_init') === true;
  if (!chained) {
    if (kwargs.size > 0) {
      const [name] = kwargs.keys();
      return context.raise(
        'TypeError',
        `${self.cls.name}.__init__() got an unexpected keyword argument '${name ?? ''}'`,
      );
    }
    if (args.length > 0)
      return context.raise(
        'TypeError',
        `${self.cls.name}.__init__() takes 1 positional argument but ${args.length + 1} were given`,
      );
  }
  initialise(self, context);
  if (chained) {
    const next = self.cls.mro[self.cls.mro.indexOf(moduleClass) + 1];
    const target =
      next &&
      self.cls.mro
        .slice(self.cls.mro.indexOf(moduleClass) + 1)
        .map((cls) => cls.namespace.get('__init__'))
        .find((member) => member !== undefined);
    if (target !== undefined) context.call(target, [self, ...args], kwargs);
  }
  return null;
});

// ---------------------------------------------------------------- lookup

/** The module that computes attribute `name` of a parametrized module (`torch.nn.utils.parametrize`). */
function parametrizationOf(self: PyInstance, name: string): PyInstance | undefined {
  const all = dictOf(self, '_modules')?.entries.get('parametrizations')?.value;
  if (!isModule(all)) return undefined;
  const found = dictOf(all, '_modules')?.entries.get(name)?.value;
  return isModule(found) ? found : undefined;
}

/** A parameter, buffer or layer by its name. */
function registeredMember(self: PyInstance, name: string): Value | undefined {
  for (const dictName of MEMBERS) {
    const dict = dictOf(self, dictName);
    const value = dict && dictGet(dict, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** `Module.__getattr__`: what is asked when an attribute is found neither on the class nor in `__dict__`. */
export function lookUpMember(self: PyInstance, name: string, context: Context): Value | undefined {
  const member = registeredMember(self, name);
  if (member !== undefined) return member;
  const parametrization = parametrizationOf(self, name);
  if (parametrization !== undefined) return context.call(parametrization);
  if (LAZY_DICTS.has(name) && self.attrs.has('_modules')) {
    const dict = orderedDict(context);
    context.heap.touch(self);
    self.attrs.set(name, dict);
    return dict;
  }
  if (self.taint) return self.taint;
  for (const dictName of MEMBERS) {
    const dict = dictOf(self, dictName);
    if (dict?.taint) return dict.taint;
  }
  return undefined;
}

const getattr = method('__getattr__', (self, args, _kwargs, context) => {
  const [name] = args;
  if (isUnknown(name)) return name;
  const found = typeof name === 'string' ? lookUpMember(self, name, context) : undefined;
  if (found !== undefined) return found;
  if (self.cls.unknownBase) return self.cls.unknownBase;
  return context.raise('AttributeError', `'${self.cls.name}' object has no attribute '${keyText(name ?? null)}'`);
});
/** Layers are read more often than anything else of a module. */
const getattrMethod: PyBuiltin = { ...getattr, quickly: registeredMember };

// ---------------------------------------------------------------- registration

/** Whether `hasattr(self, name)`, asked the cheap way where no user code can answer. */
function hasAttribute(self: PyInstance, name: string, context: Context): boolean {
  if (self.attrs.has(name)) return true;
  if (classMember(self.cls, name) !== undefined) return context.getAttribute(self, name) !== undefined;
  if (classMember(self.cls, '__getattr__') === getattrMethod) {
    for (const dictName of MEMBERS) if (dictOf(self, dictName)?.entries.has(name)) return true;
    return false;
  }
  const found = context.getAttribute(self, name);
  return found !== undefined && !isUnknown(found);
}

function checkName(what: string, name: Value, context: Context): string {
  if (typeof name !== 'string')
    return context.raise('TypeError', `${what} name should be a string. Got ${typename(name, context)}`);
  if (name.includes('.'))
    return context.raise('KeyError', `${what} name can't contain "."${what === 'module' ? `, got: ${name}` : ''}`);
  if (name === '') return context.raise('KeyError', `${what} name can't be empty string ""`);
  return name;
}

/** A member is given to a module without its dictionaries: an error, unless something unknown may have made them. */
function notInitialised(self: PyInstance, what: string, context: Context): null {
  const reason = self.taint ?? self.cls.unknownBase;
  if (!reason) return context.raise('AttributeError', `cannot assign ${what} before Module.__init__() call`);
  context.escape(self, reason);
  return null;
}

export function registerParameter(self: PyInstance, name: Value, param: Value, context: Context): null {
  const params = dictOf(self, '_parameters');
  if (!params) return notInitialised(self, 'parameter', context);
  if (isUnknown(name)) {
    storeAnywhere(params, name, context, param);
    return null;
  }
  const key = checkName('parameter', name, context);
  if (!params.entries.has(key) && hasAttribute(self, key, context))
    return context.raise('KeyError', `attribute '${key}' already exists`);
  if (param !== null && !isUnknown(param) && !isParameterValue(param))
    return context.raise(
      'TypeError',
      `cannot assign '${typename(param, context)}' object to parameter '${key}' (torch.nn.Parameter or None required)`,
    );
  dictSet(context, params, key, param);
  return null;
}

export function registerBuffer(
  self: PyInstance,
  name: Value,
  tensor: Value,
  persistent: Value,
  context: Context,
): null {
  const buffers = dictOf(self, '_buffers');
  if (!buffers) return notInitialised(self, 'buffer', context);
  if (isUnknown(name)) {
    storeAnywhere(buffers, name, context, tensor);
    return null;
  }
  const key = checkName('buffer', name, context);
  if (!buffers.entries.has(key) && hasAttribute(self, key, context))
    return context.raise('KeyError', `attribute '${key}' already exists`);
  if (tensor !== null && !isUnknown(tensor) && !isTensorValue(tensor))
    return context.raise(
      'TypeError',
      `cannot assign '${typename(tensor, context)}' object to buffer '${key}' (torch Tensor or None required)`,
    );
  dictSet(context, buffers, key, tensor);
  const set = setOf(self, '_non_persistent_buffers_set');
  if (!set) return null;
  const keep = context.truth(persistent);
  if (isUnknown(keep)) {
    context.heap.touch(set);
    set.taint ??= keep;
  } else if (keep) setDiscard(context, set, key);
  else setAdd(context, set, key);
  return null;
}

export function registerModule(self: PyInstance, name: Value, module: Value, context: Context): null {
  const modules = dictOf(self, '_modules');
  if (module !== null && !isUnknown(module) && !mayBeModule(module))
    return context.raise('TypeError', `${typename(module, context)} is not a Module subclass`);
  if (!modules) return context.raise('AttributeError', `'${self.cls.name}' object has no attribute '_modules'`);
  if (isUnknown(name)) {
    storeAnywhere(modules, name, context, module);
    return null;
  }
  if (typeof name === 'string' && !modules.entries.has(name) && hasAttribute(self, name, context))
    return context.raise('KeyError', `attribute '${name}' already exists`);
  dictSet(context, modules, checkName('module', name, context), module);
  return null;
}

// ---------------------------------------------------------------- assignment and deletion

function removeFrom(self: PyInstance, name: string, context: Context, ...dicts: readonly (PyDict | undefined)[]): void {
  if (self.attrs.has(name)) {
    context.heap.touch(self);
    self.attrs.delete(name);
  }
  for (const dict of dicts) dictDelete(context, dict, name);
}

/** Whether an unknown can't be a module, a parameter or a buffer, so that it may be any plain attribute. */
function isPlain(value: Value): boolean {
  return (
    isUnknown(value) &&
    (isData(value) ||
      (value.cls !== undefined &&
        value.cls.name !== 'object' &&
        !value.cls.unknownBase &&
        !value.cls.mro.includes(moduleClass) &&
        !value.cls.mro.some((cls) => cls.name === 'Tensor' && cls.module.startsWith('torch'))))
  );
}

const NONE: readonly Unknown[] = [];

/**
 * Unknown attributes of a module that may be modules, parameters or buffers: what hangs below them can't be counted.
 * (`training` is a flag whatever it was set to.)
 */
export function hiddenMembers(self: PyInstance): readonly Unknown[] {
  let hidden: Unknown[] | null = null;
  for (const [name, value] of self.attrs)
    if (isUnknown(value) && name !== 'training' && !isPlain(value)) (hidden ??= []).push(value);
  return hidden ?? NONE;
}

/** `module.training = mode`, where nothing but the attribute is concerned; `false`: it was not done. */
export function setMode(self: PyInstance, mode: boolean, context: Context): boolean {
  const { attrs, cls } = self;
  const plain =
    typeof attrs.get('training') === 'boolean' &&
    classMember(cls, '__setattr__') === setattr &&
    classMember(cls, 'training') === undefined &&
    !rehearsalOf(context) &&
    !MEMBERS.some((name) => dictOf(self, name)?.entries.has('training')) &&
    parametrizationOf(self, 'training') === undefined;
  if (plain && attrs.get('training') !== mode) {
    context.heap.touch(self);
    attrs.set('training', mode);
  }
  return plain;
}

/** `Module.__setattr__`. */
export function assign(self: PyInstance, name: string, value: Value, context: Context): void {
  const params = dictOf(self, '_parameters');
  const parametrization = parametrizationOf(self, name);
  if (parametrization !== undefined) {
    context.callMethod(parametrization, 'right_inverse', [value]);
    return;
  }
  const isNative = typeof value === 'object' && value !== null && value.kind === 'native';
  if (isNative && isParameterValue(value)) {
    if (!params) {
      notInitialised(self, 'parameters', context);
      return;
    }
    removeFrom(self, name, context, dictOf(self, '_buffers'), dictOf(self, '_modules'));
    setDiscard(context, setOf(self, '_non_persistent_buffers_set'), name);
    assignParameter(self, name, value, context);
    return;
  }
  if (params?.entries.has(name)) {
    if (value !== null && !isUnknown(value))
      context.raise(
        'TypeError',
        `cannot assign '${typename(value, context)}' as parameter '${name}' (torch.nn.Parameter or None expected)`,
      );
    assignParameter(self, name, value, context);
    return;
  }
  const modules = dictOf(self, '_modules');
  if (isModule(value) || (modules && mayBeModule(value))) {
    if (!modules) {
      notInitialised(self, 'module', context);
      return;
    }
    removeFrom(self, name, context, params, dictOf(self, '_buffers'));
    setDiscard(context, setOf(self, '_non_persistent_buffers_set'), name);
    dictSet(context, modules, name, value);
    return;
  }
  if (modules?.entries.has(name)) {
    if (value !== null && !isUnknown(value))
      context.raise(
        'TypeError',
        `cannot assign '${typename(value, context)}' as child module '${name}' (torch.nn.Module or None expected)`,
      );
    dictSet(context, modules, name, value);
    return;
  }
  const buffers = dictOf(self, '_buffers');
  if ((isNative && isBufferValue(value)) || buffers?.entries.has(name)) {
    if (value !== null && !isUnknown(value) && !isTensorValue(value))
      context.raise(
        'TypeError',
        `cannot assign '${typename(value, context)}' as buffer '${name}' (torch.nn.Buffer, torch.Tensor or None expected)`,
      );
    const persistent = isBufferValue(value)
      ? (value.attrs?.get('persistent') ?? true)
      : !setOf(self, '_non_persistent_buffers_set')?.entries.has(name);
    if (classMember(self.cls, 'register_buffer') === registerBufferMethod)
      registerBuffer(self, name, value, persistent, context);
    else context.callMethod(self, 'register_buffer', persistent === true ? [name, value] : [name, value, persistent]);
    return;
  }
  context.setOwnAttribute(self, name, value);
}

/** User classes may override `register_parameter`; assignment goes through it. */
function assignParameter(self: PyInstance, name: string, value: Value, context: Context): void {
  if (classMember(self.cls, 'register_parameter') === registerParameterMethod)
    registerParameter(self, name, value, context);
  else context.callMethod(self, 'register_parameter', [name, value]);
}

const setattr: PyBuiltin = {
  kind: 'builtin',
  name: '__setattr__',
  qualname: 'Module.__setattr__',
  isMethod: true,
  pure: true,
  call: (args, _kwargs, context) => {
    const [self, name, value] = args;
    if (!isInstance(self))
      return isUnknown(self) ? self : context.raise('TypeError', 'Module.__setattr__() needs a module');
    if (isUnknown(name)) {
      for (const dictName of MEMBERS) {
        const dict = dictOf(self, dictName);
        if (dict) storeAnywhere(dict, name, context, value ?? null);
      }
      context.setOwnAttribute(self, name, value ?? null);
      return null;
    }
    if (typeof name !== 'string' || value === undefined)
      return context.raise('TypeError', 'Module.__setattr__() takes a name and a value');
    if (context.place) rehearsalOf(context)?.assignments.push({ module: self, name, value, place: context.place });
    assign(self, name, value, context);
    return null;
  },
};

const delattr = method('__delattr__', (self, args, _kwargs, context) => {
  const [name] = args;
  if (typeof name !== 'string') return null;
  for (const dictName of MEMBERS) {
    if (dictDelete(context, dictOf(self, dictName), name)) {
      if (dictName === '_buffers') setDiscard(context, setOf(self, '_non_persistent_buffers_set'), name);
      return null;
    }
  }
  if (!self.attrs.has(name) && !self.taint && classMember(self.cls, name) === undefined)
    return context.raise('AttributeError', `'${self.cls.name}' object has no attribute '${name}'`);
  context.heap.touch(self);
  self.attrs.delete(name);
  return null;
});

/** A required argument by position or name. */
export function required(
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  index: number,
  name: string,
  callee: string,
  context: Context,
): Value {
  const value = argument(args, kwargs, index, name);
  return value === undefined ? context.raise('TypeError', `${callee}() missing required argument: '${name}'`) : value;
}

const registerParameterMethod = method('register_parameter', (self, args, kwargs, context) =>
  registerParameter(
    self,
    required(args, kwargs, 0, 'name', 'register_parameter', context),
    required(args, kwargs, 1, 'param', 'register_parameter', context),
    context,
  ),
);
const registerBufferMethod = method('register_buffer', (self, args, kwargs, context) =>
  registerBuffer(
    self,
    required(args, kwargs, 0, 'name', 'register_buffer', context),
    required(args, kwargs, 1, 'tensor', 'register_buffer', context),
    argument(args, kwargs, 2, 'persistent', true) ?? null,
    context,
  ),
);
const addModule = method('add_module', (self, args, kwargs, context) =>
  registerModule(
    self,
    required(args, kwargs, 0, 'name', 'add_module', context),
    required(args, kwargs, 1, 'module', 'add_module', context),
    context,
  ),
);
const registerModuleMethod = method('register_module', (self, args, kwargs, context) =>
  context.callMethod(self, 'add_module', [
    required(args, kwargs, 0, 'name', 'register_module', context),
    required(args, kwargs, 1, 'module', 'register_module', context),
  ]),
);

/** Methods that make up a module's state; the others are in `moduleWalk.ts` and `moduleMethods.ts`. */
export const stateMembers: Readonly<Record<string, Value>> = {
  dump_patches: false,
  _version: 1,
  call_super_init: false,
  _compiled_call_impl: null,
  _is_full_backward_hook: null,
  __init__: init,
  __getattr__: getattrMethod,
  __setattr__: setattr,
  __delattr__: delattr,
  register_parameter: registerParameterMethod,
  register_buffer: registerBufferMethod,
  add_module: addModule,
  register_module: registerModuleMethod,
};
