/** Reports, findings and hints of a file after an edit that only moved its lines. */
import type { MovedLines, Position } from '../syntax/index.js';

/** Texts that speak of lines by their numbers. */
const LINE_NUMBER = /\blines? \d/;

/** Thrown where something stands on a line that was edited, or speaks of one. */
class NotMoved extends Error {}

/** A copy of plain data with the places that lie in the file `path` moved; `null` where that can't be done. */
export function moved<T>(data: T, path: string, lines: MovedLines): T | null {
  try {
    return visit(data, path, lines) as T;
  } catch (error) {
    if (error instanceof NotMoved) return null;
    throw error;
  }
}

function visit(value: unknown, path: string, lines: MovedLines): unknown {
  if (typeof value === 'string') {
    if (lines.moves && LINE_NUMBER.test(value)) throw new NotMoved();
    return value;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => visit(item, path, lines));
  const result: Record<string, unknown> = {};
  const here = (value as { file?: unknown }).file === path;
  for (const [key, item] of Object.entries(value)) {
    if (here && key === 'line' && typeof item === 'number') {
      // Notes count lines from one.
      const line = lines.line(item - 1);
      if (line === null) throw new NotMoved();
      result[key] = line + 1;
    } else if (here && (key === 'start' || key === 'end')) {
      const position = lines.position(item as Position);
      if (position === null) throw new NotMoved();
      result[key] = position;
    } else result[key] = visit(item, path, lines);
  }
  return result;
}
