/** Which torch a project asks for, by the files that say what it needs. */
import type { Project } from '../project/index.js';

/** The newest torch that a requirement lets in. */
export interface TorchVersion {
  readonly major: number;
  /** Infinite where any is allowed. */
  readonly minor: number;
  /** As it is asked for: `torch==2.1.0`. */
  readonly text: string;
  /** The name of the file. */
  readonly file: string;
}

/** In the order in which they are believed. */
const FILES = ['requirements.txt', 'pyproject.toml', 'setup.cfg', 'environment.yml', 'environment.yaml', 'setup.py'];
/** Folders above a file that may hold them. */
const MOST_FOLDERS = 6;

/**
 * The requirement on torch in the folder of a file or the next one above that has any.
 * @returns `null` where none is found, or where it has no upper end (`torch`, `torch>=1.8`)
 */
export function pinnedTorch({ provider }: Pick<Project, 'provider'>, path: string): TorchVersion | null {
  let folder = path;
  for (let i = 0; i < MOST_FOLDERS && folder.includes('/'); i++) {
    folder = folder.slice(0, folder.lastIndexOf('/'));
    for (const file of FILES) {
      const text = provider.read(`${folder}/${file}`);
      const requirement = text === undefined ? null : requirementIn(text, file.endsWith('.py') ? QUOTED : NAMED);
      if (requirement !== null) return upperEnd(requirement, file);
    }
  }
  return null;
}

/** `torch` or `pytorch` as a requirement, with what follows: not `torchvision`, not `pytorch-lightning`. */
const NAMED = /(?:^|[\s"'])(?:[\w-]+::)?(?:py)?torch(?![\w.-])(?:\[[^\]]*\])?\s*(.*)$/;

/** In Python only strings are requirements. */
const QUOTED = /["']torch(?![\w.-])(?:\[[^\]]*\])?\s*(.*)$/;

/** `==2.1.0` of `torch==2.1.0`, `~2.1` of `torch = "~2.1"`; `''` where it is named without a version. */
function requirementIn(text: string, named: RegExp): string | null {
  for (const line of text.split(/\r?\n/)) {
    const rest = named.exec(line.replace(/(^|\s)#.*$/, ''))?.[1];
    if (rest === undefined) continue;
    const table = /^=\s*(?:\{.*?version\s*=\s*)?["']([^"']*)["']/.exec(rest)?.[1];
    if (table !== undefined) return /^\d/.test(table) ? `==${table}` : table;
    if (rest === '' || /^[=<>~!"';,]/.test(rest)) return (/^[^"';\]]*/.exec(rest)?.[0] ?? '').replace(/\s|,\s*$/g, '');
  }
  return null;
}

/** The highest version that a requirement lets in. */
function upperEnd(requirement: string, file: string): TorchVersion | null {
  for (const part of requirement.split(',')) {
    const [, operator = '', first, second, third] =
      /^(={1,3}|<=?|~=?|\^)v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(part) ?? [];
    if (first === undefined) continue;
    const major = Number(first);
    const minor = second === undefined ? Infinity : Number(second);
    const text = `torch${requirement}`;
    const isOpen = operator === '^' || (operator === '~=' && third === undefined);
    if (operator !== '<') return { major, minor: isOpen ? Infinity : minor, text, file };
    // What lies below x.0 isn't known by number.
    if (Number(third ?? 0) > 0) return { major, minor, text, file };
    return second === undefined || minor === 0
      ? { major: major - 1, minor: Infinity, text, file }
      : { major, minor: minor - 1, text, file };
  }
  return null;
}
