/** Values of number and string literals, from their text. */
import type { NumberExpr } from './ast.js';

type NumberValue = Pick<NumberExpr, 'type' | 'value'>;

/** The value of a number literal, or `null` for Python 2 forms (`10L`, `0777`). */
export function parseNumber(source: string): NumberValue | null {
  const text = source.replaceAll('_', '').toLowerCase();
  if (/^0[xob]/.test(text)) {
    if (text.endsWith('l')) return null;
    return integer(BigInt(text));
  }
  if (text.endsWith('j')) return { type: 'imaginary', value: Number(text.slice(0, -1)) };
  if (/^[0-9]+$/.test(text)) {
    if (text.startsWith('0') && !/^0+$/.test(text)) return null;
    return text.length < 16 ? { type: 'int', value: Number(text) } : integer(BigInt(text));
  }
  const value = Number(text);
  return Number.isNaN(value) ? null : { type: 'float', value };
}

function integer(value: bigint): NumberValue {
  const small = value <= BigInt(Number.MAX_SAFE_INTEGER);
  return { type: 'int', value: small ? Number(value) : value };
}

const simpleEscapes: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\n': '',
};

/** Unicode names that occur in program text; any other `\N{…}` is kept as it is written. */
const unicodeNames: Readonly<Record<string, string>> = {
  'NO-BREAK SPACE': '\u00a0',
  'DEGREE SIGN': '\u00b0',
  'PLUS-MINUS SIGN': '\u00b1',
  'MICRO SIGN': '\u00b5',
  'MULTIPLICATION SIGN': '\u00d7',
  'GREEK SMALL LETTER ALPHA': '\u03b1',
  'GREEK SMALL LETTER BETA': '\u03b2',
  'GREEK SMALL LETTER GAMMA': '\u03b3',
  'GREEK SMALL LETTER LAMDA': '\u03bb',
  'GREEK SMALL LETTER MU': '\u03bc',
  'GREEK SMALL LETTER PI': '\u03c0',
  'GREEK SMALL LETTER SIGMA': '\u03c3',
  'EN DASH': '\u2013',
  'EM DASH': '\u2014',
  BULLET: '\u2022',
  'HORIZONTAL ELLIPSIS': '\u2026',
  'RIGHTWARDS ARROW': '\u2192',
  'ALMOST EQUAL TO': '\u2248',
  'LESS-THAN OR EQUAL TO': '\u2264',
  'GREATER-THAN OR EQUAL TO': '\u2265',
  'CHECK MARK': '\u2713',
};

const escape =
  /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]*)\}|([\\'"abfnrtv\n]))/g;

/**
 * The text of a string literal's inside: line ends are `\n` as Python reads them, escapes are replaced unless raw. What
 * is no escape stays as written, as in Python.
 */
export function decodeString(source: string, raw: boolean, bytes: boolean): string {
  const text = source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source;
  if (raw || !text.includes('\\')) return text;
  return text.replace(
    escape,
    (
      all: string,
      octal: string | undefined,
      hex: string | undefined,
      short: string | undefined,
      long: string | undefined,
      name: string | undefined,
      simple: string | undefined,
    ) => {
      if (simple !== undefined) return simpleEscapes[simple] ?? all;
      if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8) & (bytes ? 0xff : 0x1ff));
      if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
      if (bytes) return all;
      if (short !== undefined) return String.fromCharCode(parseInt(short, 16));
      if (long !== undefined) {
        const code = parseInt(long, 16);
        return code <= 0x10ffff ? String.fromCodePoint(code) : all;
      }
      return unicodeNames[name?.toUpperCase() ?? ''] ?? all;
    },
  );
}
