/**
 * Counting what a module holds: parameters, buffers, modules. A count is an exact integer, an exact expression in named sizes,
 * or an unknown with its reason, never a guess.
 */
import { addInt, type Int } from '../python/symint.js';
import type { PyInstance, Unknown, Value } from '../python/value.js';
import { numelOf } from '../torch/dims.js';
import { hiddenMembers, mayBeModule } from '../torch/nn/module.js';
import { dictOf, isDict, isTensorValue, isUnknown } from '../torch/nn/objects.js';
import type { TensorNative } from '../torch/tensor.js';

/** What hangs below one attribute of a module. */
export interface Member<T> {
  readonly name: string;
  readonly value: T;
}

/** One module's own entries, and everything about it that can't be told. */
export interface OwnMembers {
  readonly parameters: readonly Member<TensorNative>[];
  readonly buffers: readonly Member<TensorNative>[];
  readonly children: readonly Member<PyInstance>[];
  readonly unknowns: readonly Unknown[];
}

const DICTS: readonly string[] = ['_parameters', '_buffers', '_modules'];

/**
 * What a module holds itself. A class whose base is not known may not have PyTorch's dictionaries: then its attributes are
 * taken as PyTorch would register them, and the unknown base is among the unknowns.
 */
export function ownMembers(module: PyInstance): OwnMembers {
  const members = new Members();
  if (module.taint) members.unknown(module.taint);
  if (module.cls.unknownBase) members.unknown(module.cls.unknownBase);
  for (const dictName of DICTS) {
    const dict = dictOf(module, dictName);
    if (!dict) {
      const value = module.attrs.get(dictName);
      if (isUnknown(value)) members.unknown(value);
      continue;
    }
    if (dict.taint) members.unknown(dict.taint);
    for (const { key, value } of dict.entries.values())
      if (typeof key === 'string') members.place(key, value, dictName === '_parameters');
  }
  for (const hidden of hiddenMembers(module)) members.unknown(hidden);
  if (isDict(module.attrs.get('_modules'))) return members;
  for (const [name, value] of module.attrs) {
    if (DICTS.includes(name)) continue;
    if (mayBeModule(value) || (isTensorValue(value) && value.data.role === 'parameter')) members.place(name, value);
  }
  return members;
}

/** Most modules hold nothing of most kinds, and all of them are looked at: a list is made for the first of its kind. */
class Members implements OwnMembers {
  parameters: Member<TensorNative>[] = NONE;
  buffers: Member<TensorNative>[] = NONE;
  children: Member<PyInstance>[] = NONE;
  unknowns: Unknown[] = NONE;

  unknown(reason: Unknown): void {
    this.unknowns = added(this.unknowns, reason);
  }

  place(name: string, value: Value, asParameter?: boolean): void {
    if (isTensorValue(value)) {
      const member = { name, value };
      if (asParameter ?? value.data.role === 'parameter') this.parameters = added(this.parameters, member);
      else this.buffers = added(this.buffers, member);
    } else if (isUnknown(value)) this.unknown(value);
    else if (mayBeModule(value)) this.children = added(this.children, { name, value });
  }
}

const NONE: never[] = [];

function added<T>(list: T[], item: T): T[] {
  if (list === NONE) return [item];
  list.push(item);
  return list;
}

/** A sum that remembers why it is incomplete. */
export class Sum {
  total: Int = 0;
  readonly unknowns: Unknown[] = [];

  add(value: Int | Unknown): void {
    if (isUnknown(value)) this.unknowns.push(value);
    else this.total = addInt(this.total, value);
  }
  /** The sum, or the first reason why there is none. */
  get value(): Int | Unknown {
    return this.unknowns[0] ?? this.total;
  }
}

/** Elements of a tensor. */
export function elementsOf(tensor: TensorNative): Int | Unknown {
  if (tensor.taint) return tensor.taint;
  if (tensor.data.role === 'uninitialized' || tensor.data.role === 'uninitialized_buffer')
    return {
      kind: 'unknown',
      reason: 'a lazy layer gets its sizes at the first call of forward',
      place: tensor.data.init?.place ?? null,
    };
  return numelOf(tensor.data.shape);
}

/** Whether a parameter is trained; unknown when that depends on a condition that can't be told. */
export function isTrainable(tensor: TensorNative): boolean | Unknown {
  const flag = tensor.attrs?.get('requires_grad');
  return tensor.taint ?? (isUnknown(flag) ? flag : tensor.data.requiresGrad);
}
