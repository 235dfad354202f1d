/**
 * Between cells, as the editor names places, and programs, as the engine does. Messages keep to a few shapes, and these are
 * what is translated wherever they stand, so that no request has to know of notebooks:
 *
 *     { uri, … }                  a document, with positions in it
 *     { file, start, end }        a span
 *     { file, line }              a note; lines from 1
 *     { uri, edits: [{ start, end, newText }] }   edits by offset: one entry per cell
 *     { uri, text }               a text in place of a document's
 */
import { digestOf, type FileEdit } from '../../edits/index.js';
import type { OverlayText, Position } from '../../protocol/index.js';
import { pathOf } from '../paths.js';
import { cellAt, withTexts, type Program, type ProgramCell } from './program.js';

export interface Programs {
  ofCell: (uri: string) => Program | undefined;
  ofPath: (path: string) => Program | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Parameters of a request in the engine's terms. */
export function toPrograms(value: unknown, programs: Programs): unknown {
  if (!isFields(value) || !Array.isArray(value['baseline']) || !Array.isArray(value['variants']))
    return into(value, 0, programs);
  // A variant leaves the cells that it does not name as they are in the baseline.
  const baseline = (value['baseline'] as unknown[]).filter(isOverlay);
  const variants = (value['variants'] as unknown[]).map((variant) =>
    isFields(variant) && Array.isArray(variant['files'])
      ? { ...variant, files: overlays(variant['files'].filter(isOverlay), baseline, programs) }
      : variant,
  );
  return { ...value, baseline: overlays(baseline, [], programs), variants };
}

function into(value: unknown, shift: number, programs: Programs): unknown {
  if (Array.isArray(value)) {
    if (value.length > 0 && value.every(isOverlay)) return overlays(value, [], programs);
    return value.map((item) => into(item, shift, programs));
  }
  if (!isFields(value)) return value;
  if (isPosition(value)) return { ...value, line: value.line + shift };
  const { uri } = value;
  const program = typeof uri === 'string' ? programs.ofCell(uri) : undefined;
  const cell = program?.cells.find((each) => each.uri === uri);
  const inner = cell ? cell.start : shift;
  const fields = Object.entries(value).map(([key, item]): [string, unknown] => [key, into(item, inner, programs)]);
  return { ...Object.fromEntries(fields), ...(program ? { uri: program.uri } : {}) };
}

/** Texts of cells as texts of their notebooks; `under`: texts of cells that the list does not name. */
function overlays(
  list: readonly OverlayText[],
  under: readonly OverlayText[],
  programs: Programs,
): readonly OverlayText[] {
  const texts = new Map<Program, Map<string, string>>();
  const others: OverlayText[] = [];
  for (const { uri, text } of list) {
    const program = programs.ofCell(uri);
    if (!program) others.push({ uri, text });
    else texts.set(program, (texts.get(program) ?? new Map<string, string>()).set(uri, text));
  }
  for (const { uri, text } of under) {
    const cells = texts.get(programs.ofCell(uri) ?? NO_PROGRAM);
    if (cells && !cells.has(uri)) cells.set(uri, text);
  }
  return [
    ...others,
    ...[...texts].map(([program, cells]) => ({ uri: program.uri, text: withTexts(program, cells).text })),
  ];
}

const NO_PROGRAM: Program = { uri: '', path: '', version: 0, text: '', cells: [] };

/**
 * A result in the editor's terms. `home` is the cell that was asked about: positions that name no document are in it, and
 * entries of lists that stand in other cells are left out.
 */
export function toCells(
  value: unknown,
  home: { program: Program; cell: ProgramCell } | null,
  programs: Programs,
): unknown {
  if (Array.isArray(value))
    return value.flatMap((item: unknown): readonly unknown[] => {
      if (isFileEdit(item)) return splitEdit(item, programs);
      return home && isElsewhere(item, home) ? [] : [toCells(item, home, programs)];
    });
  if (!isFields(value)) return value;
  if (isPosition(value)) return home ? fitted(value, home.cell) : value;
  const { file, uri } = value;
  const line = typeof file === 'string' && typeof value['line'] === 'number' ? value['line'] : undefined;
  const program =
    typeof file === 'string'
      ? programs.ofPath(file)
      : typeof uri === 'string'
        ? programs.ofPath(pathOf(uri))
        : undefined;
  if (!program) return each(value, (item) => toCells(item, home, programs));
  const at = line === undefined ? lineIn(value) : line - 1;
  const cell = at === undefined ? undefined : cellAt(program, at);
  if (!cell) return each(value, (item) => toCells(item, home, programs));
  return {
    ...each(value, (item) => toCells(item, { program, cell }, programs)),
    ...(typeof file === 'string' ? { file: cell.uri } : { uri: cell.uri }),
    ...(line === undefined ? {} : { line: Math.max(1, line - cell.start) }),
  };
}

/** Edits of a program by offset, as edits of its cells. Those across cells can't be made: then none is. */
function splitEdit(edit: FileEdit, programs: Programs): readonly FileEdit[] {
  const program = programs.ofPath(pathOf(edit.uri));
  if (!program) return [edit];
  const starts = lineStarts(program.text);
  const byCell = new Map<ProgramCell, FileEdit['edits'][number][]>();
  for (const each of edit.edits) {
    const from = positionOf(each.start, starts);
    const to = positionOf(each.end, starts);
    const cell = cellAt(program, from.line);
    // An edit up to the end of a line may end on the blank line below the cell.
    if (!cell || to.line > cell.end || cellAt(program, to.line) !== cell) return [];
    const start = offsetIn(cell, from);
    const end = offsetIn(cell, to);
    // A cell has no line end after its last line, the program has.
    const beyond = to.line >= cell.end;
    const body = beyond ? each.newText.replace(/\n$/, '') : each.newText;
    const newText = from.line >= cell.end && cell.text !== '' ? `\n${body}` : body;
    byCell.set(cell, [...(byCell.get(cell) ?? []), { ...each, start, end, newText }]);
  }
  return [...byCell].map(([{ uri, version, text }, edits]) => ({
    ...edit,
    uri,
    version,
    digest: digestOf(text),
    edits,
  }));
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function positionOf(offset: number, starts: readonly number[]): Position {
  const line = starts.findLastIndex((start) => start <= offset);
  return { line, character: offset - (starts[line] ?? 0) };
}

/** A place of the program as an offset in its cell; beyond its ends, its ends. */
function offsetIn({ text, start, end }: ProgramCell, { line, character }: Position): number {
  if (line < start) return 0;
  if (line >= end) return text.length;
  const lines = text.split('\n');
  const before = lines.slice(0, line - start).reduce((sum, each) => sum + each.length + 1, 0);
  return before + Math.min(character, (lines[line - start] ?? '').replace(/\r$/, '').length);
}

/** A place of the program in its cell; beyond its ends, its ends. */
function fitted({ line, character }: Position, cell: ProgramCell): Position {
  if (line < cell.start) return { line: 0, character: 0 };
  if (line < cell.end) return { line: line - cell.start, character };
  const lines = cell.text.split(/\r?\n/);
  return { line: lines.length - 1, character: (lines.at(-1) ?? '').length };
}

/** Whether an entry of a list says where it is, without naming a document, and that is in another cell. */
function isElsewhere(item: unknown, { program, cell }: { program: Program; cell: ProgramCell }): boolean {
  if (!isFields(item) || 'uri' in item || 'file' in item) return false;
  const line = lineIn(item);
  return line !== undefined && cellAt(program, line) !== cell;
}

/** The line of the first place that stands in an object itself: `start`, `position` or `range`. */
function lineIn({ start, position, range, nameRange }: Fields): number | undefined {
  const [first] = [start, position, nameRange, range].filter(isFields);
  if (!first) return undefined;
  const { start: inner } = first;
  if (isPosition(first)) return first.line;
  return isPosition(inner) ? inner.line : undefined;
}

function each(value: Fields, translate: (item: unknown) => unknown): Fields {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, translate(item)]));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPosition(value: unknown): value is Position {
  return (
    isFields(value) && typeof value['line'] === 'number' && typeof value['character'] === 'number' && !('uri' in value)
  );
}

function isOverlay(value: unknown): value is OverlayText {
  return (
    isFields(value) &&
    Object.keys(value).length === 2 &&
    typeof value['uri'] === 'string' &&
    typeof value['text'] === 'string'
  );
}

function isFileEdit(value: unknown): value is FileEdit {
  if (!isFields(value) || typeof value['uri'] !== 'string' || !Array.isArray(value['edits'])) return false;
  return (value['edits'] as unknown[]).every((edit) => isFields(edit) && typeof edit['start'] === 'number');
}
