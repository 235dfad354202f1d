import type { HashKey, PyDict, PyInstance, PyList, PyModule, Value } from './value.js';

type Entry = { readonly key: Value; value: Value };

/** A map of dict entries that reads and writes an attribute map. */
class AttributeEntries extends Map<HashKey, Entry> {
  constructor(private readonly target: () => Map<string, Value>) {
    super();
  }
  override get size(): number {
    return this.target().size;
  }
  override has(key: HashKey): boolean {
    return typeof key === 'string' && this.target().has(key);
  }
  override get(key: HashKey): Entry | undefined {
    const value = typeof key === 'string' ? this.target().get(key) : undefined;
    if (value === undefined) return undefined;
    const target = this.target();
    return {
      key: key as string,
      get value() {
        return value;
      },
      set value(next: Value) {
        target.set(key as string, next);
      },
    };
  }
  override set(key: HashKey, entry: Entry): this {
    if (typeof key === 'string') this.target().set(key, entry.value);
    return this;
  }
  override delete(key: HashKey): boolean {
    return typeof key === 'string' && this.target().delete(key);
  }
  override clear(): void {
    this.target().clear();
  }
  override *entries(): MapIterator<[HashKey, Entry]> {
    for (const [key, value] of this.target()) yield [key, { key, value }];
  }
  override *keys(): MapIterator<HashKey> {
    yield* this.target().keys();
  }
  override *values(): MapIterator<Entry> {
    for (const [key, value] of this.target()) yield { key, value };
  }
  override [Symbol.iterator](): MapIterator<[HashKey, Entry]> {
    return this.entries();
  }
  override forEach(action: (value: Entry, key: HashKey, map: Map<HashKey, Entry>) => void): void {
    for (const [key, entry] of this.entries()) action(entry, key, this);
  }
}

function attributesOf(owner: PyInstance | PyModule | PyList | PyDict): Map<string, Value> {
  switch (owner.kind) {
    case 'module':
      return owner.namespace;
    case 'instance':
      return owner.attrs;
    default:
      return (owner.attrs ??= new Map<string, Value>());
  }
}

/** `owner.__dict__`: a dict whose changes are the owner's. String keys only; other keys are ignored as attributes can't have them. */
export function namespaceDict(owner: PyInstance | PyModule | PyList | PyDict): PyDict {
  return {
    kind: 'dict',
    entries: new AttributeEntries(() => attributesOf(owner)),
    cls: null,
    attrs: null,
    backing: owner,
    get saved() {
      return owner.saved;
    },
    set saved(value: number) {
      owner.saved = value;
    },
    get taint() {
      return owner.taint;
    },
    set taint(value) {
      owner.taint = value;
    },
  };
}
