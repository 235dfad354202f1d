/**
 * The journal behind copy-on-write: an object's state is saved at its first change within an epoch, so a branch (or a whole
 * run over frozen namespaces) can be rolled back or joined with another at the cost of what it changed.
 */
import { isSym } from './symint.js';
import type {
  Env,
  Native,
  PyClass,
  PyDict,
  PyFunction,
  PyInstance,
  PyList,
  PyModule,
  PySet,
  Unknown,
  Value,
} from './value.js';

export type MutableValue = PyList | PyDict | PySet | PyInstance | PyClass | PyModule | PyFunction | Native | Env;

/** Shallow copy of an object's state; its layout is private to this file. */
export interface Snapshot {
  readonly taint: Unknown | null;
  readonly items?: readonly Value[];
  readonly map?: ReadonlyMap<unknown, unknown>;
  readonly attrs?: ReadonlyMap<string, Value> | null;
  readonly extra?: unknown;
}

interface Entry {
  readonly object: MutableValue;
  readonly before: Snapshot;
  /** `object.saved` before this journal saved it. */
  readonly savedBefore: number;
}

/** Everything changed since a fork began. */
export interface Journal {
  readonly epoch: number;
  readonly entries: Map<MutableValue, Entry>;
}

/** The states a branch left behind, by object. */
export type Delta = Map<MutableValue, Snapshot>;

/** Combines the two values one location has after two branches. */
export type JoinValues = (a: Value | undefined, b: Value | undefined) => Value | undefined;

function isEnv(object: MutableValue): object is Env {
  return !('kind' in object);
}

function snapshot(object: MutableValue): Snapshot {
  const { taint } = object;
  if (isEnv(object)) return { taint, map: new Map(object.vars) };
  switch (object.kind) {
    case 'list':
      return { taint, items: object.items.slice(), attrs: object.attrs && new Map(object.attrs) };
    case 'dict': {
      const map = new Map<unknown, unknown>();
      for (const [hash, entry] of object.entries) map.set(hash, { key: entry.key, value: entry.value });
      return { taint, map, attrs: object.attrs && new Map(object.attrs) };
    }
    case 'set':
      return { taint, map: new Map(object.entries) };
    case 'instance':
      return { taint, map: new Map(object.attrs), extra: object.cls };
    case 'class':
      return { taint, map: new Map(object.namespace), extra: object.mro };
    case 'module':
      return { taint, map: new Map(object.namespace) };
    case 'function':
      return { taint, attrs: object.attrs && new Map(object.attrs), extra: object.ownerClass };
    case 'native':
      return { taint, attrs: object.attrs && new Map(object.attrs), extra: object.data };
  }
}

function refill(target: Map<unknown, unknown>, source: ReadonlyMap<unknown, unknown>): void {
  target.clear();
  for (const [key, value] of source) target.set(key, value);
}

function restore(object: MutableValue, state: Snapshot): void {
  object.taint = state.taint;
  if (isEnv(object)) {
    refill(object.vars, state.map ?? new Map());
    return;
  }
  switch (object.kind) {
    case 'list':
      object.items = (state.items ?? []).slice();
      object.attrs = state.attrs ? new Map(state.attrs) : null;
      break;
    case 'dict': {
      const entries: PyDict['entries'] = new Map();
      for (const [hash, entry] of (state.map ?? new Map()) as PyDict['entries'])
        entries.set(hash, { key: entry.key, value: entry.value });
      object.entries = entries;
      object.attrs = state.attrs ? new Map(state.attrs) : null;
      break;
    }
    case 'set':
      object.entries = new Map((state.map ?? new Map()) as PySet['entries']);
      break;
    case 'instance':
      refill(object.attrs, state.map ?? new Map());
      object.cls = state.extra as PyClass;
      break;
    case 'class':
      refill(object.namespace, state.map ?? new Map());
      object.mro = state.extra as readonly PyClass[];
      break;
    case 'module':
      refill(object.namespace, state.map ?? new Map());
      break;
    case 'function':
      object.attrs = state.attrs ? new Map(state.attrs) : null;
      object.ownerClass = state.extra as PyClass | null;
      break;
    case 'native':
      object.attrs = state.attrs ? new Map(state.attrs) : null;
      object.data = state.extra;
      break;
  }
}

export class Heap {
  /** Grows whenever any class namespace may have changed, so that attribute caches can tell. */
  classVersion = 0;
  /** Grows whenever an object that one module made is changed by another, for good. */
  lastingChanges = 0;
  /** Serial of the running epoch. New mutable objects start with `saved: heap.epoch`. */
  epoch = 0;
  /** Told before base epoch `writer` changes an object that base epoch `owner` created. */
  foreignWrite: ((owner: number, writer: number, object: MutableValue) => void) | null = null;
  private serial = 0;
  private baseSerial = 0;
  /** The epoch outside all forks: 0, or the base epoch that is running. */
  private floor = 0;
  /** The base epochs in which forks were made: what is made in such a fork and kept belongs to them. */
  private readonly forkedIn = new Map<number, number>();
  private readonly journals: Journal[] = [];

  /** Must be called before every change of a mutable value. Cheap when nothing is forked. */
  touch(object: MutableValue): void {
    if ('kind' in object) {
      if (object.kind === 'dict' && object.backing) {
        this.touch(object.backing);
        return;
      }
      if (object.kind === 'class') this.classVersion++;
    }
    if (object.saved === this.epoch) return;
    this.save(object);
  }

  private save(object: MutableValue): void {
    const journal = this.journals[this.journals.length - 1];
    if (!journal) {
      // A module being built changes what another one made: the other can't outlive it.
      this.lastingChanges++;
      this.foreignWrite?.(this.forkedIn.get(object.saved) ?? object.saved, this.epoch, object);
      return;
    }
    if (object.saved > journal.epoch || journal.entries.has(object)) return;
    journal.entries.set(object, { object, before: snapshot(object), savedBefore: object.saved });
    object.saved = this.epoch;
  }

  /** The base epoch (negative) in which an object was made, whatever has happened to it since; else a number ≥ 0. */
  madeIn(object: MutableValue): number {
    if (object.saved < 0) return object.saved;
    for (const journal of this.journals) {
      const entry = journal.entries.get(object);
      if (entry) return this.forkedIn.get(entry.savedBefore) ?? entry.savedBefore;
    }
    return this.forkedIn.get(object.saved) ?? object.saved;
  }

  get depth(): number {
    return this.journals.length;
  }

  /** Starts recording. Close with exactly one of {@link rollback} and {@link commit}. */
  fork(): Journal {
    const journal: Journal = { epoch: ++this.serial, entries: new Map() };
    this.journals.push(journal);
    this.epoch = journal.epoch;
    if (this.floor < 0) this.forkedIn.set(journal.epoch, this.floor);
    return journal;
  }

  private close(journal: Journal): void {
    if (this.journals.pop() !== journal) throw new Error('journals must be closed in reverse order');
    this.epoch = this.journals[this.journals.length - 1]?.epoch ?? this.floor;
  }

  /** Restores everything changed since `journal` began and returns what it had become. */
  rollback(journal: Journal): Delta {
    const delta: Delta = new Map();
    for (const { object, before, savedBefore } of journal.entries.values()) {
      delta.set(object, snapshot(object));
      this.restore(object, before);
      object.saved = savedBefore;
    }
    this.close(journal);
    return delta;
  }

  /** {@link rollback} where nobody asks what it had become. */
  discard(journal: Journal): void {
    for (const { object, before, savedBefore } of journal.entries.values()) {
      this.restore(object, before);
      object.saved = savedBefore;
    }
    this.close(journal);
  }

  /** Keeps everything changed since `journal` began; the enclosing epoch takes over what it has to restore itself. */
  commit(journal: Journal): void {
    this.close(journal);
    const outer = this.journals[this.journals.length - 1];
    for (const entry of journal.entries.values()) {
      const { object, savedBefore } = entry;
      if (outer && savedBefore < outer.epoch && !outer.entries.has(object)) {
        outer.entries.set(object, entry);
        object.saved = outer.epoch;
      } else object.saved = savedBefore;
    }
  }

  /** Puts a rolled-back branch's states in place again (as one change of the running epoch). */
  apply(delta: Delta): void {
    for (const [object, state] of delta) {
      this.touch(object);
      this.restore(object, state);
    }
  }

  /**
   * Joins the outcomes of branches that all began at the running state (each already rolled back): a location that has the
   * same value in all keeps it, others get `join`'s answer. `taint` marks containers whose shape differs.
   * @returns whether anything changed from the running state.
   */
  merge(deltas: readonly Delta[], join: JoinValues, taint: Unknown): boolean {
    const objects = new Set<MutableValue>();
    for (const delta of deltas) for (const object of delta.keys()) objects.add(object);
    let changed = false;
    for (const object of objects) {
      const base = snapshot(object);
      let state: Snapshot | undefined;
      for (const delta of deltas) {
        const other = delta.get(object) ?? base;
        state = state ? joinSnapshots(object, state, other, join, taint) : other;
      }
      if (!state || sameSnapshot(base, state)) continue;
      changed = true;
      this.touch(object);
      this.restore(object, state);
    }
    return changed;
  }

  /**
   * Re-expresses `deltas`, which began at the running state, as deltas from the beginning of the open `journal`.
   */
  rebase(journal: Journal, deltas: readonly Delta[]): Delta[] {
    return deltas.map((delta) => {
      const inner = this.fork();
      this.apply(delta);
      const full: Delta = new Map();
      for (const object of journal.entries.keys()) full.set(object, snapshot(object));
      for (const object of inner.entries.keys()) full.set(object, snapshot(object));
      this.rollback(inner);
      return full;
    });
  }

  /**
   * Runs `action` on the base state, as if no fork were open, and keeps what it changes for good. Used to build module
   * namespaces, which belong to no run. Each gets a base epoch of its own (negative), so that objects know who made them.
   */
  onBase<T>(action: (epoch: number) => T): T {
    const base = --this.baseSerial;
    const suspended: { journal: Journal; now: Delta }[] = [];
    for (let i = this.journals.length - 1; i >= 0; i--) {
      const journal = this.journals[i];
      if (!journal) continue;
      const now: Delta = new Map();
      for (const { object, before } of journal.entries.values()) {
        now.set(object, snapshot(object));
        this.restore(object, before);
      }
      suspended.push({ journal, now });
    }
    const journals = this.journals.splice(0);
    const { epoch, floor } = this;
    this.epoch = base;
    this.floor = base;
    try {
      return action(base);
    } finally {
      this.epoch = epoch;
      this.floor = floor;
      this.journals.push(...journals);
      for (const { journal, now } of suspended.reverse())
        for (const [object, state] of now) {
          const entry = journal.entries.get(object);
          const fresh = snapshot(object);
          if (entry) journal.entries.set(object, { ...entry, before: fresh });
          object.saved = journal.epoch;
          this.restore(object, entry ? mergeSnapshot(entry.before, state, fresh) : state);
        }
    }
  }

  /** The state of an object, for {@link putBack}. */
  stateOf(object: MutableValue): Snapshot {
    return snapshot(object);
  }

  /** Gives an object a state that it had; on the base only, see {@link onBase}. */
  putBack(object: MutableValue, state: Snapshot): void {
    this.lastingChanges++;
    this.restore(object, state);
  }

  /** Rolls back every fork above `depth` that an exception left open. */
  unwind(depth: number): void {
    for (;;) {
      const journal = this.journals[this.journals.length - 1];
      if (!journal || this.journals.length <= depth) return;
      this.discard(journal);
    }
  }

  private restore(object: MutableValue, state: Snapshot): void {
    if ('kind' in object && object.kind === 'class') this.classVersion++;
    restore(object, state);
  }
}

/** Whether two values are one and the same, or the same number: polynomials may be computed anew. */
function same(a: unknown, b: unknown): boolean {
  return a === b || (isSym(a) && isSym(b) && a.key === b.key);
}

function sameMap(a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) {
    const other = b.get(key);
    if (same(value, other)) continue;
    if (!isEntry(value) || !isEntry(other) || !same(value.value, other.value)) return false;
  }
  return true;
}

function isEntry(value: unknown): value is { key: Value; value: Value } {
  return typeof value === 'object' && value !== null && 'key' in value && 'value' in value && !('kind' in value);
}

/** Unknowns are equal when their reasons are, so that a loop's state can come to rest. */
function sameSnapshot(a: Snapshot, b: Snapshot): boolean {
  if ((a.taint === null) !== (b.taint === null) || !same(a.extra, b.extra)) return false;
  if (a.items && b.items && (a.items.length !== b.items.length || a.items.some((item, i) => !same(item, b.items?.[i]))))
    return false;
  if (a.map && b.map && !sameMap(a.map, b.map)) return false;
  return sameMap(a.attrs ?? new Map(), b.attrs ?? new Map());
}

/** What `now`, a change of `old`, becomes after the base underneath it went from `old` to `fresh`. */
function mergeSnapshot(old: Snapshot, now: Snapshot, fresh: Snapshot): Snapshot {
  if (sameSnapshot(old, fresh)) return now;
  const taint = now.taint ?? fresh.taint;
  const attrs = now.attrs || fresh.attrs ? mergeMaps(old.attrs, now.attrs, fresh.attrs) : null;
  const extra = now.extra === old.extra ? fresh.extra : now.extra;
  if (now.items && old.items && fresh.items) {
    const before = old.items;
    const added = before.every((item, i) => item === fresh.items?.[i]) ? fresh.items.slice(before.length) : [];
    return { taint, items: [...now.items, ...added], attrs, extra };
  }
  return { taint, map: mergeMaps(old.map, now.map, fresh.map), attrs, extra };
}

function mergeMaps<K, V>(
  old: ReadonlyMap<K, V> | null | undefined,
  now: ReadonlyMap<K, V> | null | undefined,
  fresh: ReadonlyMap<K, V> | null | undefined,
): Map<K, V> {
  const plain = (value: V | undefined): unknown => (isEntry(value) ? value.value : value);
  const merged = new Map(now ?? []);
  for (const key of new Set([...(old?.keys() ?? []), ...(fresh?.keys() ?? [])])) {
    const before = plain(old?.get(key));
    if (plain(fresh?.get(key)) === before || plain(now?.get(key)) !== before) continue;
    if (fresh?.has(key)) merged.set(key, fresh.get(key) as V);
    else merged.delete(key);
  }
  return merged;
}

function joinMaps(
  a: ReadonlyMap<unknown, unknown>,
  b: ReadonlyMap<unknown, unknown>,
  join: JoinValues,
  isDict: boolean,
): { map: Map<unknown, unknown>; same: boolean } {
  const map = new Map<unknown, unknown>();
  let same = a.size === b.size;
  for (const key of new Set([...a.keys(), ...b.keys()])) {
    if (isDict) {
      const left = a.get(key) as { key: Value; value: Value } | undefined;
      const right = b.get(key) as { key: Value; value: Value } | undefined;
      if (!left || !right) same = false;
      const value = join(left?.value, right?.value);
      const name = (left ?? right)?.key;
      if (value !== undefined && name !== undefined) map.set(key, { key: name, value });
    } else {
      if (!a.has(key) || !b.has(key)) same = false;
      const value = join(a.get(key) as Value | undefined, b.get(key) as Value | undefined);
      if (value !== undefined) map.set(key, value);
    }
  }
  return { map, same };
}

function joinSnapshots(object: MutableValue, a: Snapshot, b: Snapshot, join: JoinValues, taint: Unknown): Snapshot {
  const kept = a.taint ?? b.taint;
  const attrs =
    a.attrs || b.attrs
      ? (joinMaps(a.attrs ?? new Map(), b.attrs ?? new Map(), join, false).map as Map<string, Value>)
      : null;
  if (isEnv(object)) return { taint: kept, map: joinMaps(a.map ?? new Map(), b.map ?? new Map(), join, false).map };
  switch (object.kind) {
    case 'list': {
      const x = a.items ?? [];
      const y = b.items ?? [];
      if (x.length !== y.length) return { taint: kept ?? taint, items: x.length < y.length ? x : y, attrs };
      const items = x.map((item, i) => {
        const joined = join(item, y[i]);
        return joined === undefined ? taint : joined;
      });
      return { taint: kept, items, attrs };
    }
    case 'dict': {
      const { map, same } = joinMaps(a.map ?? new Map(), b.map ?? new Map(), join, true);
      return { taint: kept ?? (same ? null : taint), map, attrs };
    }
    case 'set': {
      const { map, same } = joinMaps(a.map ?? new Map(), b.map ?? new Map(), join, false);
      return { taint: kept ?? (same ? null : taint), map };
    }
    case 'native': {
      if (same(a.extra, b.extra)) return { taint: kept, attrs, extra: a.extra };
      const joined = object.type.joinData?.(a.extra, b.extra, taint);
      if (!joined) return { taint: kept ?? taint, attrs, extra: a.extra };
      return {
        taint: kept,
        attrs: joined.attrs ? new Map([...(attrs ?? []), ...joined.attrs]) : attrs,
        extra: joined.data,
      };
    }
    case 'function':
      return { taint: kept, attrs, extra: a.extra };
    case 'instance': {
      const map = joinMaps(a.map ?? new Map(), b.map ?? new Map(), join, false).map;
      if (a.extra === b.extra) return { taint: kept, map, extra: a.extra };
      // Only what both classes inherit is still known.
      const [one, other] = [a.extra as PyClass, b.extra as PyClass];
      return { taint: kept ?? taint, map, extra: one.mro.find((cls) => other.mro.includes(cls)) ?? one };
    }
    default:
      return { taint: kept, map: joinMaps(a.map ?? new Map(), b.map ?? new Map(), join, false).map, extra: a.extra };
  }
}
