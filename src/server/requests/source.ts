import type {
  FindUsagesParams,
  FindUsagesResult,
  ReadSourceParams,
  ReadSourceResult,
  SymbolUsage,
} from '../../protocol/index.js';
import { pathOf, uriOf } from '../paths.js';
import { lineText, placesOf, symbolsOf } from '../symbols.js';
import type { Workspace } from '../workspace.js';

const MOST_USAGES = 80;

/** A file's text or one symbol of it, and what symbols it has. */
export function readSource({ uri, qualname, overlay }: ReadSourceParams, workspace: Workspace): ReadSourceResult {
  const file = workspace.with(overlay).project.file(pathOf(uri));
  if (!file) return { source: null, symbols: [] };
  const symbols = symbolsOf(file);
  const described = symbols.map(({ qualname: name, kind, range }) => ({ qualname: name, kind, range }));
  if (qualname === undefined) {
    const range = { start: file.positionAt(0), end: file.positionAt(file.text.length) };
    return { source: { text: file.text, range }, symbols: described };
  }
  const symbol = symbols.find((each) => each.qualname === qualname);
  return {
    source: symbol ? { text: file.text.slice(symbol.start, symbol.end), range: symbol.range } : null,
    symbols: described,
  };
}

/** Where a name is used: in the given file first, then in the others of the workspace. */
export function findUsages({ name, uri, overlay }: FindUsagesParams, workspace: Workspace): FindUsagesResult {
  const { project } = workspace.with(overlay);
  const last = name.split('.').at(-1) ?? name;
  const first = uri === undefined ? [] : [pathOf(uri)];
  const paths = [...new Set([...first, ...project.pythonFiles(project.roots)])];
  const word = new RegExp(`(?<![\\w])${last.replace(/\W/g, '')}(?![\\w])`);
  const usages: SymbolUsage[] = [];
  for (const path of paths) {
    if (!word.test(project.text(path) ?? '')) continue;
    const file = project.file(path);
    if (!file) continue;
    const symbols = symbolsOf(file);
    for (const { start, end, kind } of placesOf(file, last)) {
      const owner = symbols.filter((each) => each.kind !== 'variable' && each.start <= start && end <= each.end).at(-1);
      const defined = symbols.find(({ nameAt }) => nameAt === start);
      // `Net.forward` is not `Other.forward`; of a use it can't be said whose it is.
      if (kind === 'definition' && defined && name.includes('.') && !defined.qualname.endsWith(name)) continue;
      if (usages.length === MOST_USAGES) return { usages, truncated: true };
      const range = { start: file.positionAt(start), end: file.positionAt(end) };
      usages.push({
        uri: uriOf(path),
        range,
        kind: defined ? 'definition' : kind,
        text: lineText(file, range.start.line).trim(),
        within: owner?.qualname ?? '',
      });
    }
  }
  return { usages, truncated: false };
}
