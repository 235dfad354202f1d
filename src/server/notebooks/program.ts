/** The cells of an open notebook as one program: the engine sees a file, the editor its cells. */
import { programOfCells } from '../../engine/project/notebook.js';

/** A Python cell as the editor has it. */
export interface CellText {
  readonly uri: string;
  readonly version: number;
  readonly text: string;
}

export interface ProgramCell extends CellText {
  /** The program's line on which the cell begins. */
  readonly start: number;
  /** The line after its last one. */
  readonly end: number;
}

export interface Program {
  /** The notebook's own address, as the engine knows it. */
  readonly uri: string;
  /** The engine's name for it. */
  readonly path: string;
  /** Counts its changes. */
  readonly version: number;
  readonly text: string;
  readonly cells: readonly ProgramCell[];
}

/** Lays cells out as a program. */
export function layOut(
  { uri, path, version }: Pick<Program, 'uri' | 'path' | 'version'>,
  cells: readonly CellText[],
): Program {
  const { text, starts } = programOfCells(cells.map(({ text: source }, i) => ({ number: i + 1, source })));
  return {
    uri,
    path,
    version,
    text,
    cells: cells.map((cell, i) => {
      const start = starts[i] ?? 0;
      return { ...cell, start, end: start + cell.text.split(/\r?\n/).length };
    }),
  };
}

/** The program with other texts in some of its cells. */
export function withTexts(program: Program, texts: ReadonlyMap<string, string>): Program {
  return layOut(
    program,
    program.cells.map(({ uri, version, text }) => ({ uri, version, text: texts.get(uri) ?? text })),
  );
}

/** The cell a line belongs to; the comment above a cell and the blank line below it count as its own. */
export function cellAt({ cells }: Program, line: number): ProgramCell | undefined {
  return cells.findLast(({ start }) => start - 1 <= line) ?? cells[0];
}
