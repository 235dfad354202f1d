/**
 * What `parameters()`, `buffers()` and `modules()` of a module give where its class has written them, or what they are made of,
 * itself: PyTorch's tools and optimizers ask these methods, so their word is what counts.
 */
import {
  isUnknown,
  type Interpreter,
  type PyClass,
  type PyInstance,
  type Unknown,
  type Value,
} from '../python/index.js';
import { isModule, moduleClass } from '../torch/nn/module.js';
import { classMember, isTensorValue } from '../torch/nn/objects.js';
import type { TensorNative } from '../torch/tensor.js';

type Walk = 'parameters' | 'buffers' | 'modules';

/** What each method is made of in PyTorch. */
const MADE_OF: Readonly<Record<Walk, readonly string[]>> = {
  parameters: ['parameters', 'named_parameters', '_named_members', 'named_modules'],
  buffers: ['buffers', 'named_buffers', '_named_members', 'named_modules'],
  modules: ['modules', 'named_modules'],
};

/** Asks modules for their members, those that tell them in a way of their own. */
export class OwnWalks {
  private readonly asked = new Map<PyClass, Set<Walk>>();
  /** Whether a module below others has its own `named_modules`, which all those above it go by. */
  private isDeep = false;

  constructor(private readonly interpreter: Interpreter) {}

  /** Must be told of every module before anything is asked. */
  look(module: PyInstance): void {
    if (overrides(module.cls, 'named_modules')) this.isDeep = true;
  }

  /** `null`: PyTorch's own walk is meant. */
  parameters(module: PyInstance): readonly TensorNative[] | Unknown | null {
    return this.ask(module, 'parameters', isTensorValue);
  }

  buffers(module: PyInstance): readonly TensorNative[] | Unknown | null {
    return this.ask(module, 'buffers', isTensorValue);
  }

  modules(module: PyInstance): readonly PyInstance[] | Unknown | null {
    return this.ask(module, 'modules', isModule);
  }

  /** Whether a module tells its parameters in its own way. */
  private tells(module: PyInstance, walk: Walk): boolean {
    if (this.isDeep) return true;
    const { cls } = module;
    let found = this.asked.get(cls);
    if (!found) {
      found = new Set();
      for (const [name, parts] of Object.entries(MADE_OF) as [Walk, readonly string[]][])
        if (parts.some((part) => overrides(cls, part))) found.add(name);
      this.asked.set(cls, found);
    }
    if (found.has(walk)) return true;
    // A list of that name hides the method: then PyTorch can't walk at all.
    const hiding = module.attrs.get(walk);
    return hiding !== undefined && this.interpreter.isCallable(hiding) !== false;
  }

  private ask<T extends TensorNative | PyInstance>(
    module: PyInstance,
    walk: Walk,
    isRight: (value: Value | undefined) => value is T,
  ): readonly T[] | Unknown | null {
    if (!this.tells(module, walk)) return null;
    const { interpreter } = this;
    const { heap } = interpreter;
    const depth = heap.depth;
    const journal = heap.fork();
    const found: T[] = [];
    const failure = interpreter.attempt(() => {
      const items = interpreter.items(interpreter.callMethod(module, walk));
      if (isUnknown(items)) return items;
      for (const item of items) {
        if (isUnknown(item)) return item;
        if (!isRight(item)) return interpreter.unknown(`${module.cls.name}.${walk}() gives something else`);
        found.push(item);
      }
      return new Set(found).size === found.length
        ? null
        : interpreter.unknown(`${module.cls.name}.${walk}() gives the same object more than once`);
    });
    heap.unwind(depth + 1);
    heap.discard(journal);
    if (!isUnknown(failure)) return found;
    const place = failure.place ?? module.cls.place;
    return { ...failure, reason: `what ${module.cls.name}.${walk}() gives is not known: ${failure.reason}`, place };
  }
}

/** Whether a class has a method of its own in place of `Module`'s. */
function overrides(cls: PyClass, name: string): boolean {
  const member = classMember(cls, name);
  return member !== undefined && cls.mro.includes(moduleClass) && member !== moduleClass.namespace.get(name);
}
