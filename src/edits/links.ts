/**
 * Hunks that only work together: those that their proposal puts into one group, and those of which one brings or takes away a
 * name that another one uses (a layer defined in `__init__` and called in `forward`).
 */
import { splitLines, withoutLineEnd } from './text.js';
import { baselineOf } from './ranges.js';
import type { HunkId, HunkRef, PendingChange } from './types.js';

/** The other hunks, in all files, that are linked with this one. */
export function linkedHunks(files: readonly PendingChange[], of: HunkRef): HunkRef[] {
  const file = files.find(({ uri }) => uri === of.uri);
  const groups = new Set(file?.ranges.find(({ id }) => id === of.id)?.groups);
  const related = file && linksIn(file).get(of.id);
  return files.flatMap(({ uri, ranges }) =>
    ranges
      .filter(
        ({ id, groups: theirs }) =>
          !(uri === of.uri && id === of.id) &&
          (theirs.some((group) => groups.has(group)) || (uri === of.uri && related?.has(id))),
      )
      .map(({ id }) => ({ uri, id })),
  );
}

/** States don't change, and links are asked for hunk by hunk. */
const remembered = new WeakMap<PendingChange['ranges'], Map<HunkId, Set<HunkId>>>();

function linksIn(file: PendingChange): Map<HunkId, Set<HunkId>> {
  let links = remembered.get(file.ranges);
  if (!links) remembered.set(file.ranges, (links = findLinks(file)));
  return links;
}

interface Names {
  readonly id: HunkId;
  readonly defined: ReadonlySet<string>;
  readonly used: ReadonlySet<string>;
}

function findLinks(file: PendingChange): Map<HunkId, Set<HunkId>> {
  const links = new Map<HunkId, Set<HunkId>>();
  if (file.ranges.length < 2) return links;
  const link = (a: HunkId, b: HunkId): void => {
    links.set(a, (links.get(a) ?? new Set()).add(b));
    links.set(b, (links.get(b) ?? new Set()).add(a));
  };
  const baseline = identifiersIn(baselineOf(file.document, file.ranges));
  const document = identifiersIn(file.document);
  const added: Names[] = [];
  const removed: Names[] = [];
  for (const { id, start, end, base } of file.ranges) {
    added.push(namesIn(id, file.document.slice(start, end), (name) => !baseline.has(name)));
    removed.push(namesIn(id, base, (name) => !document.has(name)));
  }
  for (const side of [added, removed])
    for (const { id, defined } of side)
      for (const other of side)
        if (other.id !== id && [...defined].some((name) => other.used.has(name))) link(id, other.id);
  return links;
}

/** Those names of a text that count. */
function namesIn(id: HunkId, text: string, counts: (name: string) => boolean): Names {
  const used = new Set([...identifiersIn(text)].filter(counts));
  const defined = new Set<string>();
  if (used.size > 0)
    for (const line of splitLines(text))
      for (const name of definedIn(withoutLineEnd(line))) if (used.has(name)) defined.add(name);
  return { id, defined, used };
}

function identifiersIn(text: string): Set<string> {
  return new Set(text.match(/[\p{L}_][\p{L}\p{N}_]*/gu));
}

/** Names that a line of Python defines. An argument (`p=0.1`, also on a line of its own) has no blanks around its `=`. */
function definedIn(line: string): string[] {
  const definition = /^\s*(?:async\s+)?(?:def|class)\s+(\w+)/u.exec(line);
  if (definition) return [definition[1]!, ...parametersIn(line)];
  const imported = /^\s*(?:from\s+\S+\s+)?import\s+(.+)$/u.exec(line);
  if (imported) return [...identifiersIn(imported[1]!)];
  const assigned = /^\s*([^=()[\]{}:#'"]+?)\s*(?::[^=]+)?(?:\s=\s|(?<=self\.\w+)=(?!=))/u.exec(line);
  return assigned ? [...identifiersIn(assigned[1]!)].filter((name) => name !== 'self') : [];
}

function parametersIn(line: string): string[] {
  return [...line.matchAll(/[(,]\s*\*{0,2}(\w+)/gu)].map(([, name]) => name!);
}
