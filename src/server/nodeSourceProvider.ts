/** Source files from the disk, read when the engine first asks for them. */
import { readdirSync, readFileSync, statSync, type Stats } from 'node:fs';
import type { SourceProvider } from '../engine/project/sourceProvider.js';
import { attempt } from './attempt.js';

/** Longer files are no source code that anybody wrote. */
const MAX_BYTES = 8 * 1024 * 1024;

/** PEP 263: the encoding is declared in the first or second line. */
const ENCODING = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/;

/** The disk, as a `SourceProvider`. Folder listings are remembered until `invalidate`. */
export class NodeSourceProvider implements SourceProvider {
  private readonly stats = new Map<string, Stats | null>();
  private readonly listings = new Map<string, readonly string[]>();

  read(path: string): string | undefined {
    const stat = this.stat(path);
    if (!stat?.isFile() || stat.size > MAX_BYTES) return undefined;
    const bytes = attempt(() => readFileSync(path));
    return bytes && decodePython(bytes);
  }

  isFile(path: string): boolean {
    return this.stat(path)?.isFile() ?? false;
  }

  isDirectory(path: string): boolean {
    return this.stat(path)?.isDirectory() ?? false;
  }

  list(path: string): readonly string[] {
    let names = this.listings.get(path);
    if (!names) {
      names = attempt(() => readdirSync(path)) ?? [];
      this.listings.set(path, names);
    }
    return names;
  }

  /** Looks at the disk again from now on. */
  invalidate(): void {
    this.stats.clear();
    this.listings.clear();
  }

  private stat(path: string): Stats | null {
    let stat = this.stats.get(path);
    if (stat === undefined) {
      stat = attempt(() => statSync(path, { throwIfNoEntry: false })) ?? null;
      this.stats.set(path, stat);
    }
    return stat;
  }
}

/**
 * The text of Python source: UTF-8 with or without a byte order mark, or the encoding that the file declares.
 * `undefined` if it is no text.
 */
export function decodePython(bytes: Uint8Array): string | undefined {
  if (bytes.includes(0)) return undefined;
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 400)).split(/\r\n?|\n/, 2);
  const declared = head.map((line) => ENCODING.exec(line)?.[1]).find((name) => name !== undefined);
  return decode(bytes, declared ?? 'utf-8') ?? decode(bytes, 'latin1');
}

function decode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    // Unknown name of an encoding, or bytes that aren't in it.
    if (error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
}
