/** From the engine's numbers to the report's. */
import { formatInt, isSym, symbolsOf, type Int } from '../python/symint.js';
import type { Place, PyDict, Unknown, Value } from '../python/value.js';
import { isTensorValue, isUnknown } from '../torch/nn/objects.js';
import type { Dim, Shape } from '../torch/tensor.js';
import type { Count, OutputReport, ReportNote, ReportSpan, ShapeReport } from './types.js';

/** Collects why things are unknown, each reason once per place. */
export class Notes {
  private readonly seen = new Set<string>();
  readonly list: ReportNote[] = [];

  add(reason: string, place: Place | null): void {
    const note = noteOf(reason, place);
    const key = `${note.file ?? ''}:${note.line ?? ''}:${reason}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.list.push(note);
  }
}

/** Places inside the engine's own descriptions of PyTorch say nothing to a user. */
export function noteOf(reason: string, place: Place | null): ReportNote {
  const shown = place && !place.file.path.startsWith('<') ? place : null;
  return { reason, file: shown?.file.path ?? null, line: shown ? shown.file.positionAt(shown.start).line + 1 : null };
}

export function spanOf(place: Place): ReportSpan {
  return { file: place.file.path, start: place.file.positionAt(place.start), end: place.file.positionAt(place.end) };
}

export function countOf(value: Int | Unknown, notes: Notes): Count {
  if (isUnknown(value)) {
    notes.add(value.reason, value.place);
    return null;
  }
  if (typeof value === 'number') return value;
  if (isSym(value)) return { expression: formatInt(value), symbols: symbolsOf(value), value: null };
  return Number(value);
}

function dimOf(dim: Dim, notes: Notes): Count {
  return countOf(dim, notes);
}

export function shapeOf(shape: Shape, notes: Notes): ShapeReport {
  if (isUnknown(shape)) {
    notes.add(shape.reason, shape.place);
    return null;
  }
  return shape.map((dim) => dimOf(dim, notes));
}

/** The shape of whatever `forward` returned. */
export function outputOf(value: Value, notes: Notes, depth = 0): OutputReport {
  if (isTensorValue(value)) {
    if (value.taint) notes.add(value.taint.reason, value.taint.place);
    return value.taint ? null : shapeOf(value.data.shape, notes);
  }
  if (isUnknown(value)) {
    notes.add(value.reason, value.place);
    return null;
  }
  if (typeof value !== 'object' || value === null || depth > 8) return null;
  switch (value.kind) {
    case 'tuple':
    case 'list': {
      const names = value.kind === 'list' && value.taint ? value.taint : null;
      if (names) notes.add(names.reason, names.place);
      return names ? null : value.items.map((item) => outputOf(item, notes, depth + 1));
    }
    case 'dict': {
      if (value.taint) notes.add(value.taint.reason, value.taint.place);
      if (value.taint) return null;
      if (tellsItsOwnItems(value)) return attributesOf(value.attrs ?? new Map<string, Value>(), notes, depth);
      return Object.fromEntries(namedEntries(value).map(([name, item]) => [name, outputOf(item, notes, depth + 1)]));
    }
    case 'instance':
      if (value.taint) notes.add(value.taint.reason, value.taint.place);
      return value.taint ? null : attributesOf(value.attrs, notes, depth);
    default:
      return null;
  }
}

function attributesOf(attrs: ReadonlyMap<string, Value>, notes: Notes, depth: number): OutputReport {
  return Object.fromEntries(
    [...attrs]
      .filter(([name]) => !name.startsWith('_'))
      .map(([name, item]) => [name, outputOf(item, notes, depth + 1)]),
  );
}

/** Whether a class of dicts gives items by a method of its own: such output classes keep what they hold in attributes. */
function tellsItsOwnItems(dict: PyDict): boolean {
  return (
    dict.cls?.mro.some((cls) => {
      const items = cls.namespace.get('items');
      return typeof items === 'object' && items?.kind === 'function' && !items.module.name.startsWith('collections');
    }) ?? false
  );
}

/** Keys as names: `1` and `'1'` are two keys, and only where both are there the text is shown with its quotes. */
function namedEntries(dict: PyDict): (readonly [string, Value])[] {
  const entries = [...dict.entries.values()];
  const others = new Set(entries.filter(({ key }) => typeof key !== 'string').map(({ key }) => showKey(key)));
  return entries.map(({ key, value }) => [
    typeof key === 'string' && others.has(key) ? `'${key}'` : showKey(key),
    value,
  ]);
}

/** A dict's key as a name in JSON. */
function showKey(key: Value): string {
  if (typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean' || typeof key === 'bigint')
    return String(key);
  return key === null ? 'None' : key.kind;
}
