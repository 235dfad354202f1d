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

/**
 * The Python of a notebook (`.ipynb` text). Shell commands and magics become lines that do nothing, so that each cell keeps its
 * number of lines; a comment with the cell's number (counting all cells from 1) stands before each.
 * @returns `undefined` when the text is no notebook
 */
export function pythonOfNotebook(text: string): string | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const cells = cellsOf(document);
  return cells
    ?.flatMap((cell, i) => (cell.cell_type === 'code' ? [`# cell ${i + 1}\n${pythonOfCell(sourceOf(cell))}`] : []))
    .join('\n\n');
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
