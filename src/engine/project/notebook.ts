/** Notebooks: the code cells as one program, in order. */

interface Cell {
  readonly cell_type?: unknown;
  readonly source?: unknown;
}

/** Cell magics whose cell is still Python. */
const PYTHON_MAGICS = new Set(['time', 'timeit', 'capture', 'prun', 'python', 'python3']);

/** Whether a path names a notebook. */
export function isNotebook(path: string): boolean {
  return path.endsWith('.ipynb');
}

/** What the program of a notebook begins with; no JSON does. */
const HEADER = '# cell ';

/**
 * The Python of a notebook (`.ipynb` text). Shell commands and magics become lines that do nothing, so that each cell keeps its
 * number of lines; a comment with the cell's number (counting all cells from 1) stands before each. A text that is such a
 * program already (the cells of an open notebook, or a change proposed to them) stays as it is.
 * @returns `undefined` when the text is no notebook
 */
export function pythonOfNotebook(text: string): string | undefined {
  if (text === '' || text.startsWith(HEADER)) return text;
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const cells = cellsOf(document);
  if (!cells) return undefined;
  return programOfCells(
    cells.flatMap((cell, i) => (cell.cell_type === 'code' ? [{ number: i + 1, source: sourceOf(cell) }] : [])),
  ).text;
}

/** The code cells of a notebook as one program, with the line on which the source of each begins. */
export function programOfCells(cells: readonly { readonly number: number; readonly source: string }[]): {
  readonly text: string;
  readonly starts: readonly number[];
} {
  const parts: string[] = [];
  const starts: number[] = [];
  let line = 0;
  for (const { number, source } of cells) {
    const python = pythonOfCell(source);
    parts.push(`${HEADER}${number}\n${python}`);
    starts.push(line + 1);
    line += python.split('\n').length + 2;
  }
  return { text: parts.join('\n\n'), starts };
}

function cellsOf(document: unknown): readonly Cell[] | undefined {
  if (typeof document !== 'object' || document === null || !('cells' in document)) return undefined;
  const { cells } = document;
  return Array.isArray(cells)
    ? cells.filter((cell): cell is Cell => typeof cell === 'object' && cell !== null)
    : undefined;
}

/** Sources are one string or a list of lines that keep their line ends. */
function sourceOf({ source }: Cell): string {
  if (typeof source === 'string') return source;
  return Array.isArray(source) ? source.filter((line) => typeof line === 'string').join('') : '';
}

/** Python of one cell: what only IPython understands is taken out, line by line. */
export function pythonOfCell(source: string): string {
  const lines = source.split(/\r?\n/);
  const magic = /^\s*%%\s*(\w+)/.exec(lines.find((line) => line.trim() !== '') ?? '')?.[1];
  if (magic !== undefined && !PYTHON_MAGICS.has(magic)) return lines.map(() => '').join('\n');
  let continued = false;
  return lines
    .map((line) => {
      const rest = continued;
      const command = rest || /^\s*(?:[!?]|%{1,2}[A-Za-z])/.test(line) || /^\s*[\w.]+\?{1,2}\s*$/.test(line);
      continued = command && line.endsWith('\\');
      if (rest) return '';
      if (command) return `${/^\s*/.exec(line)?.[0] ?? ''}pass`;
      return line.replace(/^(\s*[\w, ]+=\s*)[!%].*$/, '$1get_ipython()');
    })
    .join('\n');
}
