/** What a module imports, read from its text: a look at many files is cheap when none of them is parsed. */

export interface TextImport {
  /** Number of leading dots. */
  readonly level: number;
  readonly module: string;
  /** Names taken from it, which may be modules themselves. */
  readonly names: readonly string[];
}

const IMPORT = /^[ \t]*(?:from[ \t]+(\.*)[ \t]*([\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n#]*)|import[ \t]+([^\n#]+))/;
const LONGEST_IMPORT = 20_000;
const MOST_LISTS = 5000;

interface TextImports {
  /** What the module imports when it runs: not what stands in functions and classes, or is for type checkers. */
  readonly atRun: readonly TextImport[];
  readonly anywhere: readonly TextImport[];
}

const importLists = new Map<string, TextImports>();

/** The imports of a text, as far as lines tell: one in a docstring counts as well. */
export function importsInText(text: string): TextImports {
  const known = importLists.get(text);
  if (known) return known;
  const atRun: TextImport[] = [];
  const anywhere: TextImport[] = [];
  let inside = false;
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf('\n', at);
    const next = end < 0 ? text.length : end + 1;
    const first = text[at] ?? '';
    if (!/[\s)#\]}]/.test(first))
      inside = /^(?:def|class|async|@|if\s+(?:\w+\.)?TYPE_CHECKING)/.test(text.slice(at, next));
    if (/^[ \t]*(?:from|import)\b/.test(text.slice(at, next))) {
      const match = IMPORT.exec(text.slice(at, at + LONGEST_IMPORT));
      const found = match ? readImport(match) : [];
      anywhere.push(...found);
      if (!inside) atRun.push(...found);
    }
    at = next;
  }
  if (importLists.size > MOST_LISTS) importLists.clear();
  const imports = { atRun, anywhere };
  importLists.set(text, imports);
  return imports;
}

function readImport([, dots = '', module = '', names = '', plain]: RegExpExecArray): TextImport[] {
  const list = (text: string): string[] =>
    text
      .replace(/#.*$/gm, '')
      .split(/[(),\s\\]+/)
      .join(' ')
      .replace(/ as \w+/g, '')
      .split(' ')
      .filter((name) => name !== '' && name !== '*');
  if (plain !== undefined) return list(plain).map((name) => ({ level: 0, module: name, names: [] }));
  return [{ level: dots.length, module, names: list(names) }];
}

/**
 * The dotted name that an import means in the module `from`; `undefined` when it leads out of every package.
 * @param level number of leading dots
 */
export function absoluteName(from: string, isPackage: boolean, level: number, module: string): string | undefined {
  if (level === 0) return module;
  const parts = from.split('.');
  const base = parts.slice(0, parts.length - (isPackage ? level - 1 : level));
  // A script that uses relative imports without being in a package: its folder is taken for one.
  if (base.length === 0) return level === 1 && module !== '' ? module : undefined;
  return module === '' ? base.join('.') : `${base.join('.')}.${module}`;
}
