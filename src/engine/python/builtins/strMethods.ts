/** Methods of `str`. */
import {
  asIndex,
  asInt,
  asString,
  codePoints,
  firstTaint,
  isDict,
  isUnknown,
  isWide,
  makeTuple,
  stringLength,
  symbolicUnknown,
  type,
} from './common.js';
import type { Context } from '../context.js';
import { defineFunction, defineStatic, type Bound } from '../define.js';
import { formatTemplate, stringRepr } from '../format.js';
import { containsBuiltin } from '../compare.js';
import { getItemBuiltin, iterateBuiltin, lengthBuiltin } from '../subscript.js';
import { isSym } from '../symint.js';
import type { PyBuiltin, PyClass, Value } from '../value.js';

type StringMethod = (text: string, args: Bound, context: Context) => Value;

/** A method whose `self` is a string; unknown arguments make the answer unknown. */
function method(signature: string, implementation: StringMethod): PyBuiltin {
  const [, name = ''] = /^(\w+)\(/.exec(signature) ?? [];
  return defineFunction(
    signature,
    (args, context) => {
      for (const key in args) {
        const unknown = firstTaint(args[key]);
        if (unknown) return unknown;
      }
      const text = asString(args['self']);
      if (text === undefined)
        return context.raise(
          'TypeError',
          `descriptor '${name}' for 'str' objects doesn't apply to a '${type(args['self'], context)}' object`,
        );
      return implementation(text, args, context);
    },
    { qualname: `str.${name}` },
  );
}

function needString(value: Value | undefined, what: string, context: Context): string {
  return asString(value) ?? context.raise('TypeError', `${what} must be str, not ${type(value, context)}`);
}

/** Code point offsets `[start, end)` as UTF-16 offsets. */
function window(
  text: string,
  start: Value | undefined,
  end: Value | undefined,
): { readonly from: number; readonly to: number; readonly wide: string[] | null } {
  const wide = isWide(text) ? codePoints(text) : null;
  const length = wide?.length ?? text.length;
  const clamp = (value: Value | undefined, missing: number): number => {
    const index = value === null || value === undefined ? missing : (asIndex(value) ?? missing);
    return index < 0 ? Math.max(0, index + length) : Math.min(index, length + 1);
  };
  const from = clamp(start, 0);
  const to = Math.min(clamp(end, length), length);
  return { from, to, wide };
}

function find(text: string, args: Bound, context: Context, last: boolean): number {
  const sub = needString(args['sub'], 'argument', context);
  const { from, to, wide } = window(text, args['start'], args['end']);
  if (from > to) return -1;
  const part = wide ? wide.slice(from, to).join('') : text.slice(from, to);
  const at = last ? part.lastIndexOf(sub) : part.indexOf(sub);
  if (at < 0) return -1;
  return from + (wide ? stringLength(part.slice(0, at)) : at);
}

function affix(text: string, args: Bound, context: Context, end: boolean): boolean {
  const { from, to, wide } = window(text, args['start'], args['end']);
  if (from > to) return false;
  const part = wide ? wide.slice(from, to).join('') : text.slice(from, to);
  const candidates = args['prefix'];
  const list = typeof candidates === 'object' && candidates?.kind === 'tuple' ? candidates.items : [candidates];
  return list.some((candidate) => {
    const wanted =
      asString(candidate) ??
      context.raise(
        'TypeError',
        `${end ? 'endswith' : 'startswith'} first arg must be str or a tuple of str, not ${type(candidate, context)}`,
      );
    return end ? part.endsWith(wanted) : part.startsWith(wanted);
  });
}

const WHITESPACE = /[\s\u001c-\u001f\u0085]/u;
const isSpace = (character: string): boolean => WHITESPACE.test(character) && character !== '\ufeff';

function strip(text: string, chars: Value | undefined, left: boolean, right: boolean, context: Context): string {
  const set =
    chars === null || chars === undefined ? null : new Set(codePoints(needString(chars, 'strip arg', context)));
  const drop = (character: string): boolean => (set ? set.has(character) : isSpace(character));
  const items = codePoints(text);
  let from = 0;
  let to = items.length;
  if (left) while (from < to && drop(items[from] as string)) from++;
  if (right) while (to > from && drop(items[to - 1] as string)) to--;
  return items.slice(from, to).join('');
}

function splitWords(text: string, limit: number): string[] {
  const words: string[] = [];
  let rest = strip2(text, true);
  while (rest !== '') {
    if (limit >= 0 && words.length === limit) {
      // What is left is kept as it is, with its spaces at the end.
      words.push(rest);
      break;
    }
    const end = [...rest].findIndex(isSpace);
    if (end < 0) {
      words.push(rest);
      break;
    }
    const head = [...rest].slice(0, end).join('');
    words.push(head);
    rest = strip2(rest.slice(head.length), true);
  }
  return words;
}
function strip2(text: string, left: boolean): string {
  let from = 0;
  let to = text.length;
  if (left) while (from < to && isSpace(text[from] as string)) from++;
  else while (to > from && isSpace(text[to - 1] as string)) to--;
  return text.slice(from, to);
}

function split(text: string, args: Bound, context: Context, right: boolean): Value {
  const limit = asIndex(args['maxsplit']) ?? -1;
  const { sep } = args;
  if (sep === null || sep === undefined) {
    if (!right || limit < 0) return context.list(splitWords(text, limit));
    const reversed = splitWords([...text].reverse().join(''), limit);
    return context.list(reversed.map((word) => [...word].reverse().join('')).reverse());
  }
  const separator = needString(sep, 'sep', context);
  if (separator === '') return context.raise('ValueError', 'empty separator');
  const parts = text.split(separator);
  if (limit >= 0 && parts.length > limit + 1) {
    if (right) {
      const cut = parts.length - limit;
      return context.list([parts.slice(0, cut).join(separator), ...parts.slice(cut)]);
    }
    return context.list([...parts.slice(0, limit), parts.slice(limit).join(separator)]);
  }
  return context.list(parts);
}

function partition(text: string, args: Bound, context: Context, last: boolean): Value {
  const separator = needString(args['sep'], 'sep', context);
  if (separator === '') return context.raise('ValueError', 'empty separator');
  const at = last ? text.lastIndexOf(separator) : text.indexOf(separator);
  if (at < 0) return makeTuple(last ? ['', '', text] : [text, '', '']);
  return makeTuple([text.slice(0, at), separator, text.slice(at + separator.length)]);
}

function justify(text: string, args: Bound, context: Context, how: 'left' | 'right' | 'center'): Value {
  const width = asInt(args['width']);
  if (width !== undefined && isSym(width)) return symbolicUnknown(context, 'a text', width);
  const fill = asString(args['fillchar']) ?? ' ';
  if (stringLength(fill) !== 1)
    return context.raise('TypeError', 'The fill character must be exactly one character long');
  const missing = Number(width ?? 0) - stringLength(text);
  if (missing <= 0) return text;
  if (how === 'left') return text + fill.repeat(missing);
  if (how === 'right') return fill.repeat(missing) + text;
  const left = Math.floor(missing / 2) + (missing & Number(width) & 1);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

const isUpper = (c: string): boolean => c.toLowerCase() !== c && c.toUpperCase() === c;
const isLower = (c: string): boolean => c.toUpperCase() !== c && c.toLowerCase() === c;
const isCased = (c: string): boolean => isUpper(c) || isLower(c);

function title(text: string): string {
  let result = '';
  let inWord = false;
  for (const character of text) {
    const cased = isCased(character);
    result += cased ? (inWord ? character.toLowerCase() : character.toUpperCase()) : character;
    inWord = cased;
  }
  return result;
}

function all(text: string, test: (character: string) => boolean): boolean {
  return text !== '' && codePoints(text).every(test);
}

function splitLines(text: string, keep: boolean): string[] {
  const lines: string[] = [];
  const pattern = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/g;
  let from = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    lines.push(text.slice(from, keep ? pattern.lastIndex : match.index));
    from = pattern.lastIndex;
  }
  if (from < text.length) lines.push(text.slice(from));
  return lines;
}

function expandTabs(text: string, size: number): string {
  let column = 0;
  let result = '';
  for (const character of text) {
    if (character === '\t') {
      const count = size > 0 ? size - (column % size) : 0;
      result += ' '.repeat(count);
      column += count;
    } else {
      result += character;
      column = character === '\n' || character === '\r' ? 0 : column + 1;
    }
  }
  return result;
}

function translate(text: string, table: Value, context: Context): Value {
  let result = '';
  for (const character of text) {
    let target: Value | undefined;
    if (isDict(table)) {
      const key = context.hashKey(character.codePointAt(0) ?? 0);
      target = key === undefined ? undefined : table.entries.get(key)?.value;
    } else return context.unknown('a translation table other than a dict is not followed');
    if (target === undefined) result += character;
    else if (target === null) continue;
    else if (isUnknown(target)) return target;
    else if (typeof target === 'number') result += String.fromCodePoint(target);
    else result += needString(target, 'character mapping', context);
  }
  return result;
}

function makeTable(args: Bound, context: Context): Value {
  const { x, y, z } = args;
  const table = context.dict();
  const put = (from: number, to: Value): void => {
    table.entries.set(from, { key: from, value: to });
  };
  const source = asString(x);
  if (source === undefined) {
    if (!isDict(x)) return context.raise('TypeError', 'if you give only one argument to maketrans it must be a dict');
    for (const { key, value } of x.entries.values())
      put(typeof key === 'number' ? key : (asString(key)?.codePointAt(0) ?? 0), value);
    return table;
  }
  const from = codePoints(source);
  const to = codePoints(asString(y) ?? '');
  if (from.length !== to.length)
    return context.raise('ValueError', 'the first two maketrans arguments must have equal length');
  from.forEach((character, i) => put(character.codePointAt(0) ?? 0, (to[i] as string).codePointAt(0) ?? 0));
  for (const character of asString(z) ?? '') put(character.codePointAt(0) ?? 0, null);
  return table;
}

/** Names of encodings this can do exactly. */
const UTF8 = new Set(['utf-8', 'utf8', 'utf_8', 'u8']);
const LATIN1 = new Set(['latin-1', 'latin1', 'iso-8859-1', 'iso8859-1', 'l1']);

/** `str.encode`. */
export function encode(text: string, encoding: string, context: Context): Value {
  const name = encoding.toLowerCase();
  if (UTF8.has(name)) return { kind: 'bytes', value: String.fromCharCode(...utf8(text)) };
  if (name === 'ascii' || name === 'us-ascii' || LATIN1.has(name)) {
    const limit = LATIN1.has(name) ? 0xff : 0x7f;
    if ([...text].some((character) => (character.codePointAt(0) ?? 0) > limit))
      return context.raise('UnicodeEncodeError', `'${name}' codec can't encode characters`);
    return { kind: 'bytes', value: text };
  }
  return context.unknown(`the encoding '${encoding}' is not described by the analyser`);
}

function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return bytes;
}

/** `bytes.decode`. */
export function decode(bytes: string, encoding: string, context: Context): Value {
  const name = encoding.toLowerCase();
  if (LATIN1.has(name)) return bytes;
  if (!UTF8.has(name) && name !== 'ascii')
    return context.unknown(`the encoding '${encoding}' is not described by the analyser`);
  try {
    return decodeURIComponent(
      bytes.replace(/[^A-Za-z0-9]/g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`),
    );
  } catch (error) {
    if (error instanceof URIError)
      return context.raise('UnicodeDecodeError', `'${name}' codec can't decode bytes: invalid start byte`);
    throw error;
  }
}

const trimmed = (name: string, left: boolean, right: boolean): PyBuiltin =>
  method(`${name}(self, chars=None, /)`, (text, { chars }, context) => strip(text, chars, left, right, context));
const found = (name: string, last: boolean, must: boolean): PyBuiltin =>
  method(`${name}(self, sub, start=None, end=None, /)`, (text, args, context) => {
    const at = find(text, args, context, last);
    return at < 0 && must ? context.raise('ValueError', 'substring not found') : at;
  });

export function installStr(cls: PyClass): void {
  const members: Record<string, Value> = {
    capitalize: method('capitalize(self)', (text) => {
      const [first = '', ...rest] = codePoints(text);
      return first.toUpperCase() + rest.join('').toLowerCase();
    }),
    casefold: method('casefold(self)', (text) => text.toLowerCase().replace(/ß/g, 'ss')),
    center: method("center(self, width, fillchar=' ', /)", (text, args, context) =>
      justify(text, args, context, 'center'),
    ),
    ljust: method("ljust(self, width, fillchar=' ', /)", (text, args, context) => justify(text, args, context, 'left')),
    rjust: method("rjust(self, width, fillchar=' ', /)", (text, args, context) =>
      justify(text, args, context, 'right'),
    ),
    zfill: method('zfill(self, width, /)', (text, { width }) => {
      const sign = /^[+-]/.exec(text)?.[0] ?? '';
      const missing = (asIndex(width) ?? 0) - stringLength(text);
      return missing > 0 ? sign + '0'.repeat(missing) + text.slice(sign.length) : text;
    }),
    count: method('count(self, sub, start=None, end=None, /)', (text, args, context) => {
      const sub = needString(args['sub'], 'argument', context);
      const { from, to, wide } = window(text, args['start'], args['end']);
      if (from > to) return 0;
      const part = wide ? wide.slice(from, to).join('') : text.slice(from, to);
      return sub === '' ? stringLength(part) + 1 : part.split(sub).length - 1;
    }),
    encode: method("encode(self, encoding='utf-8', errors='strict')", (text, { encoding }, context) =>
      encode(text, asString(encoding) ?? 'utf-8', context),
    ),
    endswith: method('endswith(self, prefix, start=None, end=None, /)', (text, args, context) =>
      affix(text, args, context, true),
    ),
    startswith: method('startswith(self, prefix, start=None, end=None, /)', (text, args, context) =>
      affix(text, args, context, false),
    ),
    expandtabs: method('expandtabs(self, tabsize=8)', (text, { tabsize }) => expandTabs(text, asIndex(tabsize) ?? 8)),
    find: found('find', false, false),
    rfind: found('rfind', true, false),
    index: found('index', false, true),
    rindex: found('rindex', true, true),
    isalnum: method('isalnum(self)', (text) => all(text, (c) => /[\p{L}\p{Nd}\p{No}\p{Nl}]/u.test(c))),
    isalpha: method('isalpha(self)', (text) => all(text, (c) => /\p{L}/u.test(c))),
    isascii: method('isascii(self)', (text) => /^[\x00-\x7f]*$/.test(text)),
    isdecimal: method('isdecimal(self)', (text) => all(text, (c) => /\p{Nd}/u.test(c))),
    isdigit: method('isdigit(self)', (text) => all(text, (c) => /[\p{Nd}²³¹⁰⁴-⁹₀-₉①-⑨]/u.test(c))),
    isnumeric: method('isnumeric(self)', (text) => all(text, (c) => /\p{N}/u.test(c))),
    isidentifier: method('isidentifier(self)', (text) => /^[\p{XID_Start}_][\p{XID_Continue}]*$/u.test(text)),
    isprintable: method('isprintable(self)', (text) =>
      codePoints(text).every((c) => c === ' ' || !/[\p{C}\p{Z}]/u.test(c)),
    ),
    isspace: method('isspace(self)', (text) => all(text, isSpace)),
    islower: method('islower(self)', (text) => codePoints(text).some(isLower) && !codePoints(text).some(isUpper)),
    isupper: method('isupper(self)', (text) => codePoints(text).some(isUpper) && !codePoints(text).some(isLower)),
    istitle: method('istitle(self)', (text) => codePoints(text).some(isCased) && title(text) === text),
    join: method('join(self, iterable, /)', (text, { iterable }, context) => {
      const items = context.items(iterable as Value);
      if (isUnknown(items)) return items;
      const parts: string[] = [];
      for (const [i, item] of items.entries()) {
        if (isUnknown(item)) return item;
        parts.push(
          asString(item) ??
            context.raise('TypeError', `sequence item ${i}: expected str instance, ${type(item, context)} found`),
        );
      }
      return parts.join(text);
    }),
    lower: method('lower(self)', (text) => text.toLowerCase()),
    upper: method('upper(self)', (text) => text.toUpperCase()),
    swapcase: method('swapcase(self)', (text) =>
      codePoints(text)
        .map((c) => (isUpper(c) ? c.toLowerCase() : c.toUpperCase()))
        .join(''),
    ),
    title: method('title(self)', title),
    strip: trimmed('strip', true, true),
    lstrip: trimmed('lstrip', true, false),
    rstrip: trimmed('rstrip', false, true),
    partition: method('partition(self, sep, /)', (text, args, context) => partition(text, args, context, false)),
    rpartition: method('rpartition(self, sep, /)', (text, args, context) => partition(text, args, context, true)),
    removeprefix: method('removeprefix(self, prefix, /)', (text, { prefix }, context) => {
      const wanted = needString(prefix, 'removeprefix() argument', context);
      return text.startsWith(wanted) ? text.slice(wanted.length) : text;
    }),
    removesuffix: method('removesuffix(self, suffix, /)', (text, { suffix }, context) => {
      const wanted = needString(suffix, 'removesuffix() argument', context);
      return wanted !== '' && text.endsWith(wanted) ? text.slice(0, -wanted.length) : text;
    }),
    replace: method('replace(self, old, new, count=-1, /)', (text, args, context) => {
      const old = needString(args['old'], 'replace() argument 1', context);
      const fresh = needString(args['new'], 'replace() argument 2', context);
      const count = asIndex(args['count']) ?? -1;
      const parts = old === '' ? ['', ...codePoints(text), ''] : text.split(old);
      if (count < 0 || parts.length <= count + 1) return parts.join(fresh);
      return (
        [...parts.slice(0, count + 1)].join(fresh) +
        (count + 1 < parts.length ? old + parts.slice(count + 1).join(old) : '')
      );
    }),
    split: method('split(self, sep=None, maxsplit=-1)', (text, args, context) => split(text, args, context, false)),
    rsplit: method('rsplit(self, sep=None, maxsplit=-1)', (text, args, context) => split(text, args, context, true)),
    splitlines: method('splitlines(self, keepends=False)', (text, { keepends }, context) =>
      context.list(splitLines(text, keepends === true)),
    ),
    translate: method('translate(self, table, /)', (text, { table }, context) =>
      translate(text, table as Value, context),
    ),
    maketrans: defineStatic(
      defineFunction(
        'maketrans(x, y=None, z=None, /)',
        (args, context) => firstTaint(args['x'], args['y'], args['z']) ?? makeTable(args, context),
      ),
    ),
    format: {
      kind: 'builtin',
      name: 'format',
      qualname: 'str.format',
      isMethod: true,
      pure: true,
      call: (args, kwargs, context) => {
        const text = asString(args[0]);
        return text === undefined ? (args[0] as Value) : formatTemplate(text, args.slice(1), kwargs, context);
      },
    },
    format_map: method('format_map(self, mapping, /)', (text, { mapping }, context) => {
      const kwargs = new Map<string, Value>();
      if (isDict(mapping))
        for (const { key, value } of mapping.entries.values()) if (typeof key === 'string') kwargs.set(key, value);
      return formatTemplate(text, [], kwargs, context);
    }),
    __len__: method('__len__(self)', (text, _args, context) => lengthBuiltin(text, context) ?? null),
    __contains__: method(
      '__contains__(self, key, /)',
      (text, { key }, context) => containsBuiltin(text, key as Value, context) ?? false,
    ),
    __getitem__: method(
      '__getitem__(self, key, /)',
      (text, { key }, context) => getItemBuiltin(text, key as Value, context) ?? null,
    ),
    __iter__: method('__iter__(self)', (text, _args, context) => iterateBuiltin(text, context) ?? null),
    __str__: method('__str__(self)', (text) => text),
    __repr__: method('__repr__(self)', (text) => stringRepr(text)),
    __format__: method('__format__(self, spec, /)', (text, { spec }, context) =>
      formatTemplate(`{:${asString(spec) ?? ''}}`, [text], new Map(), context),
    ),
    __add__: method('__add__(self, other, /)', (text, { other }, context) => context.binary('+', text, other as Value)),
    __mul__: method('__mul__(self, other, /)', (text, { other }, context) => context.binary('*', text, other as Value)),
    __mod__: method('__mod__(self, other, /)', (text, { other }, context) => context.binary('%', text, other as Value)),
  };
  for (const [name, value] of Object.entries(members)) cls.namespace.set(name, value);
}
