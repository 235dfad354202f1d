/** Which files of a project may make objects of a class: told from their texts, so that the others need not be parsed. */

/** What a text says about names without being parsed. */
interface TextNames {
  readonly text: string;
  /** Names that are called anywhere. */
  readonly called: ReadonlySet<string>;
  /** Names that the file itself defines at its top level, and imports nowhere. */
  readonly own: ReadonlySet<string>;
}

const CALLED = /(?<!\b(?:class|def)[ \t]+)(?<![\p{L}\p{N}_])([\p{L}_][\p{L}\p{N}_]*)\(/gu;
const DEFINED = /^(?:class|def|async[ \t]+def)[ \t]+([\p{L}_][\p{L}\p{N}_]*)/gmu;
const IMPORTED = /^[ \t]*(?:from\b[^\n]*?\bimport\b|import\b)[ \t]*(\([^)]*\)|[^\n]*)/gm;
const WORD = /[\p{L}_][\p{L}\p{N}_]*/gu;

function namesIn(text: string): TextNames {
  const called = new Set<string>();
  for (const [, name = ''] of text.matchAll(CALLED)) called.add(name);
  const own = new Set<string>();
  for (const [, name = ''] of text.matchAll(DEFINED)) own.add(name);
  for (const [, list = ''] of text.matchAll(IMPORTED)) {
    if (list.startsWith('*')) own.clear();
    for (const [name] of list.matchAll(WORD)) own.delete(name);
  }
  return { text, called, own };
}

/** Remembers what was read of each text until it changes. */
export class Mentions {
  private readonly known = new Map<string, TextNames>();

  /**
   * Whether a file may call a class `name` of another file: it calls something of that name that isn't a class or function of its
   * own.
   */
  mayCall(path: string, text: string, name: string): boolean {
    let names = this.known.get(path);
    if (names?.text !== text) this.known.set(path, (names = namesIn(text)));
    return names.called.has(name) && !names.own.has(name);
  }
}
