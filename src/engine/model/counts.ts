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
  const parameters: Member<TensorNative>[] = [];
  const buffers: Member<TensorNative>[] = [];
  const children: Member<PyInstance>[] = [];
  const unknowns: Unknown[] = [];
  if (module.taint) unknowns.push(module.taint);
  if (module.cls.unknownBase) unknowns.push(module.cls.unknownBase);
  const place = (name: string, value: Value): void => {
    if (isUnknown(value)) unknowns.push(value);
    else if (isTensorValue(value)) (value.data.role === 'parameter' ? parameters : buffers).push({ name, value });
    else if (mayBeModule(value)) children.push({ name, value });
  };
  for (const dictName of DICTS) {
    const dict = dictOf(module, dictName);
    if (!dict) {
      const value = module.attrs.get(dictName);
      if (isUnknown(value)) unknowns.push(value);
      continue;
    }
    if (dict.taint) unknowns.push(dict.taint);
    for (const { key, value } of dict.entries.values()) {
      if (typeof key !== 'string') continue;
      if (isTensorValue(value)) (dictName === '_parameters' ? parameters : buffers).push({ name: key, value });
      else place(key, value);
    }
  }
  for (const hidden of hiddenMembers(module)) unknowns.push(hidden);
  if (isDict(module.attrs.get('_modules'))) return { parameters, buffers, children, unknowns };
  for (const [name, value] of module.attrs) {
    if (DICTS.includes(name)) continue;
    if (mayBeModule(value) || (isTensorValue(value) && value.data.role === 'parameter')) place(name, value);
  }
  return { parameters, buffers, children, unknowns };
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
