/** Text of values: `repr`, `str`, the format mini-language, `%` formatting and `str.format`. */
import {
  asIndex,
  asInt,
  asNumber,
  asString,
  codePoints,
  isDict,
  isFloat,
  isInstance,
  isTuple,
  isUnknown,
  kindOf,
  stringLength,
  symbolicUnknown,
  unwrap,
} from './coerce.js';
import type { Context } from './context.js';
import { exponentialText, fixedText, floatRepr, generalText } from './floatText.js';
import { intToFloat, truncate } from './numbers.js';
import { isSym } from './symint.js';
import type { PyComplex, PyInstance, Unknown, Value } from './value.js';

export { floatRepr } from './floatText.js';

// ---------------------------------------------------------------- repr and str

/** Characters Python's `repr` escapes beyond ASCII: controls, separators and unassigned ones. */
const UNPRINTABLE = /[\p{C}\p{Z}]/u;

function escapeCharacter(character: string, ascii: boolean): string {
  switch (character) {
    case '\\':
      return '\\\\';
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    case '\t':
      return '\\t';
  }
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x20 && code < 0x7f) return character;
  if (code > 0x7f && !ascii && !UNPRINTABLE.test(character)) return character;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}

function quoted(text: string, ascii: boolean): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let result = quote;
  for (const character of text) result += character === quote ? `\\${quote}` : escapeCharacter(character, ascii);
  return result + quote;
}

/** `repr(str)`. */
export function stringRepr(text: string): string {
  return /^[\x20-\x26\x28-\x5b\x5d-\x7e]*$/.test(text) ? `'${text}'` : quoted(text, false);
}
/** `ascii()` of a text that `repr` already made. */
export function asciiOnly(text: string): string {
  let result = '';
  for (const character of text)
    result += (character.codePointAt(0) ?? 0) < 0x80 ? character : escapeCharacter(character, true);
  return result;
}
export function bytesRepr(value: string): string {
  return `b${quoted(value, true)}`;
}

function complexRepr({ re, im }: PyComplex): string {
  const part = (value: number): string => floatRepr(value).replace(/\.0$/, '');
  const imaginary = `${part(im)}j`;
  if (re === 0 && !Object.is(re, -0)) return imaginary;
  return `(${part(re)}${im < 0 || Object.is(im, -0) ? '' : '+'}${imaginary})`;
}

/** Containers being written, so that one inside itself prints as `[...]`. */
const writing = new Set<Value>();

function joined(context: Context, open: string, items: Iterable<Value>, close: string): string | Unknown {
  const parts: string[] = [];
  for (const item of items) {
    const text = context.repr(item);
    if (isUnknown(text)) return text;
    parts.push(text);
  }
  return `${open}${parts.join(', ')}${close}`;
}

function containerRepr(
  value: Extract<Value, { kind: 'list' | 'dict' | 'set' | 'tuple' }>,
  context: Context,
): string | Unknown {
  const recursive = { list: '[...]', dict: '{...}', set: 'set(...)', tuple: '(...)' };
  if (writing.has(value)) return recursive[value.kind];
  if (value.kind !== 'tuple' && value.taint) return value.taint;
  writing.add(value);
  try {
    context.step();
    switch (value.kind) {
      case 'list':
        return joined(context, '[', value.items, ']');
      case 'tuple':
        return joined(context, '(', value.items, value.items.length === 1 ? ',)' : ')');
      case 'set': {
        const name = value.cls?.name ?? (value.frozen ? 'frozenset' : 'set');
        if (value.entries.size === 0) return `${name}()`;
        const inner = joined(context, '{', value.entries.values(), '}');
        return isUnknown(inner) || (name === 'set' && !value.frozen) ? inner : `${name}(${inner})`;
      }
      case 'dict': {
        const parts: string[] = [];
        for (const { key, value: item } of value.entries.values()) {
          const name = context.repr(key);
          const text = context.repr(item);
          if (isUnknown(name)) return name;
          if (isUnknown(text)) return text;
          parts.push(`${name}: ${text}`);
        }
        return `{${parts.join(', ')}}`;
      }
    }
  } finally {
    writing.delete(value);
  }
}

/** `repr` of a built-in kind, past user overrides. Unknown where the text holds an address or a size without value. */
export function reprBuiltin(value: Value, context: Context): string | Unknown {
  if (typeof value === 'string') return stringRepr(value);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (value === null) return 'None';
  switch (value.kind) {
    case 'unknown':
      return value;
    case 'float':
      return floatRepr(value.value);
    case 'symint':
      return symbolicUnknown(context, 'a text', value);
    case 'complex':
      return complexRepr(value);
    case 'bytes':
      return bytesRepr(value.value);
    case 'singleton':
      return value.name;
    case 'tuple':
    case 'list':
    case 'dict':
    case 'set':
      return containerRepr(value, context);
    case 'range': {
      if (isSym(value.start) || isSym(value.stop) || isSym(value.step))
        return symbolicUnknown(context, 'a text', value.stop);
      return value.step === 1
        ? `range(${value.start}, ${value.stop})`
        : `range(${value.start}, ${value.stop}, ${value.step})`;
    }
    case 'slice':
      return joined(context, 'slice(', [value.start, value.stop, value.step], ')');
    case 'class':
      return `<class '${value.module === 'builtins' ? '' : `${value.module}.`}${value.qualname}'>`;
    case 'builtin':
      return `<built-in function ${value.name}>`;
    case 'module':
      return value.file ? `<module '${value.name}' from '${value.file.path}'>` : `<module '${value.name}'>`;
    case 'instance':
      if (value.primitive !== undefined) return reprBuiltin(value.primitive, context);
      return (
        ownText(value, '__repr__', context) ??
        context.unknown(`the text of a '${value.cls.name}' object holds its address`)
      );
    case 'native':
      return value.type.repr
        ? value.type.repr(value, context)
        : context.unknown(`the text of a '${value.type.name}' object is not known`);
    default:
      return context.unknown(`the text of a ${context.typeOf(value).name} holds its address`);
  }
}

/** `str` of a built-in kind: `repr` but for strings. */
export function strBuiltin(value: Value, context: Context): string | Unknown {
  const text = asString(value);
  if (text !== undefined) return text;
  if (typeof value === 'object' && value !== null && value.kind === 'native' && value.type.str)
    return value.type.str(value, context);
  const own = isInstance(value) && value.primitive === undefined ? ownText(value, '__str__', context) : undefined;
  return own ?? reprBuiltin(value, context);
}

/** What a built-in base class (an exception, mostly) has to say. */
function ownText(value: PyInstance, name: '__str__' | '__repr__', context: Context): string | Unknown | undefined {
  for (const cls of value.cls.mro) {
    const method = cls.namespace.get(name);
    if (method === undefined) continue;
    const text = context.call(method, [value]);
    return isUnknown(text) ? text : asString(text);
  }
  return undefined;
}

// ---------------------------------------------------------------- format mini-language

interface Spec {
  readonly fill: string;
  readonly align: '<' | '>' | '=' | '^' | null;
  readonly sign: '+' | '-' | ' ';
  readonly alternate: boolean;
  readonly width: number;
  readonly grouping: ',' | '_' | null;
  readonly precision: number | null;
  readonly type: string;
}

const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?(.)?$/su;

function parseSpec(text: string, context: Context): Spec {
  const match = SPEC.exec(text);
  if (!match) return context.raise('ValueError', 'Invalid format specifier');
  const zero = match[6] !== undefined;
  return {
    fill: match[1] ?? (zero && !match[2] ? '0' : ' '),
    align: (match[2] as Spec['align'] | undefined) ?? (zero ? '=' : null),
    sign: (match[3] as Spec['sign'] | undefined) ?? '-',
    alternate: match[5] !== undefined,
    width: Number(match[7] ?? 0),
    grouping: (match[8] as ',' | '_' | undefined) ?? null,
    precision: match[9] === undefined ? null : Number(match[9]),
    type: match[10] ?? '',
  };
}

function pad(text: string, spec: Spec, align: '<' | '>' | '^'): string {
  const missing = spec.width - stringLength(text);
  if (missing <= 0) return text;
  switch (align) {
    case '<':
      return text + spec.fill.repeat(missing);
    case '>':
      return spec.fill.repeat(missing) + text;
    case '^':
      return spec.fill.repeat(Math.floor(missing / 2)) + text + spec.fill.repeat(Math.ceil(missing / 2));
  }
}

function group(digits: string, separator: string, size: number): string {
  let result = '';
  for (let end = digits.length; end > 0; end -= size)
    result = digits.slice(Math.max(0, end - size), end) + (result ? separator + result : '');
  return result;
}

/** Puts sign, prefix, digits and what follows together; zero padding goes between prefix and digits and is grouped too. */
function numberText(
  negative: boolean,
  prefix: string,
  whole: string,
  rest: string,
  spec: Spec,
  groupSize: number,
): string {
  const sign = negative ? '-' : spec.sign === '-' ? '' : spec.sign;
  let digits = spec.grouping ? group(whole, spec.grouping, groupSize) : whole;
  if (spec.align === '=') {
    const missing = spec.width - sign.length - prefix.length - digits.length - rest.length;
    if (missing > 0) {
      if (spec.fill === '0' && spec.grouping) {
        let padded = whole;
        const total = spec.width - sign.length - prefix.length - rest.length;
        while (group(padded, spec.grouping, groupSize).length < total) padded = `0${padded}`;
        digits = group(padded, spec.grouping, groupSize);
      } else digits = spec.fill.repeat(missing) + digits;
    }
    return sign + prefix + digits + rest;
  }
  return pad(sign + prefix + digits + rest, spec, spec.align ?? '>');
}

function formatInteger(value: number | bigint, spec: Spec, context: Context): string {
  const negative = value < 0;
  const size = negative ? -value : value;
  switch (spec.type) {
    case '':
    case 'd':
    case 'n':
      if (spec.precision !== null) context.raise('ValueError', 'Precision not allowed in integer format specifier');
      return numberText(negative, '', size.toString(), '', spec, 3);
    case 'b':
      return numberText(negative, spec.alternate ? '0b' : '', size.toString(2), '', spec, 4);
    case 'o':
      return numberText(negative, spec.alternate ? '0o' : '', size.toString(8), '', spec, 4);
    case 'x':
      return numberText(negative, spec.alternate ? '0x' : '', size.toString(16), '', spec, 4);
    case 'X':
      return numberText(negative, spec.alternate ? '0X' : '', size.toString(16).toUpperCase(), '', spec, 4);
    case 'c':
      return pad(String.fromCodePoint(Number(value)), spec, spec.align === '=' ? '>' : (spec.align ?? '<'));
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case '%':
      return formatFloat(intToFloat(value, context), spec, context);
    default:
      return context.raise('ValueError', `Unknown format code '${spec.type}' for object of type 'int'`);
  }
}

function formatFloat(value: number, spec: Spec, context: Context): string {
  const negative = value < 0 || Object.is(value, -0);
  const upper = spec.type === 'E' || spec.type === 'F' || spec.type === 'G';
  const size = Math.abs(value);
  let text: string;
  if (!Number.isFinite(value)) text = (Number.isNaN(value) ? 'nan' : 'inf') + (spec.type === '%' ? '%' : '');
  else
    switch (spec.type) {
      case '':
        text = spec.precision === null ? floatRepr(size) : generalText(size, spec.precision, spec.alternate, true);
        break;
      case 'e':
      case 'E':
        text = exponentialText(size, spec.precision ?? 6);
        break;
      case 'f':
      case 'F':
        text = fixedText(size, spec.precision ?? 6);
        break;
      case 'g':
      case 'G':
      case 'n':
        text = generalText(size, spec.precision ?? 6, spec.alternate, false);
        break;
      case '%':
        text = `${fixedText(size * 100, spec.precision ?? 6)}%`;
        break;
      default:
        return context.raise('ValueError', `Unknown format code '${spec.type}' for object of type 'float'`);
    }
  if (upper) text = text.toUpperCase();
  const split = /^(\d*)(.*)$/s.exec(text);
  const isNan = Number.isNaN(value);
  return numberText(negative && !isNan, '', split?.[1] ?? '', split?.[2] ?? '', spec, 3);
}

function formatString(text: string, spec: Spec, context: Context): string {
  if (spec.type !== '' && spec.type !== 's')
    context.raise('ValueError', `Unknown format code '${spec.type}' for object of type 'str'`);
  if (spec.align === '=' && spec.fill !== '0')
    context.raise('ValueError', "'=' alignment not allowed in string format specifier");
  const cut = spec.precision === null ? text : codePoints(text).slice(0, spec.precision).join('');
  return pad(cut, spec, spec.align === null || spec.align === '=' ? '<' : spec.align);
}

/** `format(value, spec)` for values of built-in kinds and everything without an own `__format__`. */
export function formatBuiltin(value: Value, spec: string, context: Context): string | Unknown {
  if (isUnknown(value)) return value;
  if (spec === '') return context.str(value);
  const plain = unwrap(value);
  if (typeof plain === 'string') return formatString(plain, parseSpec(spec, context), context);
  const int = asInt(plain);
  if (int !== undefined) {
    if (isSym(int)) return symbolicUnknown(context, 'a text', int);
    const parsed = parseSpec(spec, context);
    if (typeof plain === 'boolean' && parsed.type === 's')
      context.raise('ValueError', "Unknown format code 's' for object of type 'bool'");
    return formatInteger(int, parsed, context);
  }
  if (isFloat(plain)) return formatFloat(plain.value, parseSpec(spec, context), context);
  if (kindOf(plain) === 'native') {
    const type = context.typeOf(plain).name;
    return context.unknown(`the text of a '${type}' in format '${spec}' is not known`);
  }
  return context.raise('TypeError', `unsupported format string passed to ${context.typeOf(value).name}.__format__`);
}

/** `format(value, spec)`, with a user's `__format__` if there is one. */
export function formatValue(value: Value, spec: string, context: Context): string | Unknown {
  if (typeof value === 'object' && value !== null && value.kind === 'instance')
    for (const cls of value.cls.mro) {
      const method = cls.namespace.get('__format__');
      if (method === undefined || cls.module === 'builtins') continue;
      const text = context.callMethod(value, '__format__', [spec]);
      if (isUnknown(text)) return text;
      return asString(text) ?? context.raise('TypeError', '__format__ must return a str');
    }
  if (
    typeof value === 'object' &&
    value !== null &&
    value.kind === 'instance' &&
    value.primitive === undefined &&
    spec !== ''
  )
    if (value.cls.unknownBase) return value.cls.unknownBase;
  return formatBuiltin(value, spec, context);
}

/** `!r`, `!s`, `!a`. */
export function convert(value: Value, conversion: string | null, context: Context): Value {
  switch (conversion) {
    case 'r':
      return context.repr(value);
    case 's':
      return context.str(value);
    case 'a': {
      const text = context.repr(value);
      return isUnknown(text) ? text : asciiOnly(text);
    }
    default:
      return value;
  }
}

// ---------------------------------------------------------------- '%'

const PERCENT = /%(?:\(([^)]*)\))?([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?([a-zA-Z%])/gs;

/** `text % values`. */
export function percentFormat(text: string, values: Value, context: Context): string | Unknown {
  if (isUnknown(values)) return values;
  const args = isTuple(values) ? values.items : null;
  let next = 0;
  let unknown: Unknown | null = null;
  const take = (): Value => {
    const value = args ? args[next++] : next++ === 0 ? values : undefined;
    return value === undefined ? context.raise('TypeError', 'not enough arguments for format string') : value;
  };
  const result = text.replace(
    PERCENT,
    (
      _match,
      key: string | undefined,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      type: string,
    ) => {
      if (type === '%') return '%';
      const count = (written: string | undefined): number | null =>
        written === undefined ? null : written === '*' ? (asIndex(take()) ?? 0) : Number(written);
      const columns = count(width) ?? 0;
      const digits = count(precision);
      const value = key === undefined ? take() : context.getItem(values, key);
      if (isUnknown(value)) {
        unknown ??= value;
        return '';
      }
      const piece = percentPiece(value, type, flags, columns, digits, context);
      if (isUnknown(piece)) {
        unknown ??= piece;
        return '';
      }
      return piece;
    },
  );
  if (unknown) return unknown;
  if (
    args
      ? next < args.length
      : next === 0 && !isDict(values) && kindOf(values) !== 'native' && kindOf(values) !== 'instance'
  )
    context.raise('TypeError', 'not all arguments converted during string formatting');
  return result;
}

function percentPiece(
  value: Value,
  type: string,
  flags: string,
  width: number,
  precision: number | null,
  context: Context,
): string | Unknown {
  const left = flags.includes('-');
  const spec: Spec = {
    fill: flags.includes('0') && !left ? '0' : ' ',
    align: left ? '<' : flags.includes('0') ? '=' : '>',
    sign: flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '-',
    alternate: flags.includes('#'),
    width,
    grouping: null,
    precision,
    type,
  };
  switch (type) {
    case 's':
    case 'r':
    case 'a': {
      const text = type === 's' ? context.str(value) : convert(value, type, context);
      if (typeof text !== 'string') return text as Unknown;
      return pad(
        precision === null ? text : codePoints(text).slice(0, precision).join(''),
        { ...spec, fill: ' ' },
        left ? '<' : '>',
      );
    }
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o': {
      const plain = unwrap(value);
      const decimal = type !== 'x' && type !== 'X' && type !== 'o';
      const int = asInt(plain) ?? (decimal && isFloat(plain) ? truncate(plain.value) : undefined);
      if (int === undefined)
        return kindOf(plain) === 'native'
          ? context.unknown('a formatted text is not known')
          : context.raise(
              'TypeError',
              `%${type} format: ${decimal ? 'a real number' : 'an integer'} is required, not ${context.typeOf(value).name}`,
            );
      if (isSym(int)) return symbolicUnknown(context, 'a text', int);
      return formatInteger(int, { ...spec, precision: null, type: decimal ? 'd' : type }, context);
    }
    case 'c': {
      const code = asIndex(value);
      return pad(code === undefined ? (asString(value) ?? '') : String.fromCodePoint(code), spec, left ? '<' : '>');
    }
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G': {
      const number = asNumber(value);
      if (number === undefined)
        return isSym(value) || kindOf(value) === 'native'
          ? context.unknown('a formatted text is not known')
          : context.raise('TypeError', `must be real number, not ${context.typeOf(value).name}`);
      return formatFloat(number, spec, context);
    }
    default:
      return context.raise('ValueError', `unsupported format character '${type}'`);
  }
}

// ---------------------------------------------------------------- str.format

/** `text.format(*args, **kwargs)`. */
export function formatTemplate(
  text: string,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
): string | Unknown {
  const counter = { next: 0 };
  return expand(text, args, kwargs, context, counter, 2);
}

function expand(
  text: string,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
  counter: { next: number },
  depth: number,
): string | Unknown {
  if (depth < 0) return context.raise('ValueError', 'Max string recursion exceeded');
  let result = '';
  let unknown: Unknown | null = null;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '}') {
      if (text[i + 1] !== '}') return context.raise('ValueError', "Single '}' encountered in format string");
      result += '}';
      i++;
      continue;
    }
    if (character !== '{') {
      result += character;
      continue;
    }
    if (text[i + 1] === '{') {
      result += '{';
      i++;
      continue;
    }
    const end = closingBrace(text, i);
    if (end < 0) return context.raise('ValueError', "expected '}' before end of string");
    const piece = expandField(text.slice(i + 1, end), args, kwargs, context, counter, depth);
    if (isUnknown(piece)) unknown ??= piece;
    else result += piece;
    i = end;
  }
  return unknown ?? result;
}

function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let i = open; i < text.length; i++) {
    if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) return i;
  }
  return -1;
}

const FIELD = /^([^.[!:]*)((?:\.[^.[!:]+|\[[^\]]+\])*)(?:!([rsa]))?(?::(.*))?$/s;

function expandField(
  field: string,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  context: Context,
  counter: { next: number },
  depth: number,
): string | Unknown {
  const match = FIELD.exec(field);
  if (!match) return context.raise('ValueError', 'invalid replacement field');
  const [, name = '', path = '', conversion, specText = ''] = match;
  let value: Value | undefined;
  if (name === '' || /^\d+$/.test(name)) {
    const index = name === '' ? counter.next++ : Number(name);
    value = args[index];
    if (value === undefined)
      return context.raise('IndexError', `Replacement index ${index} out of range for positional args tuple`);
  } else {
    value = kwargs.get(name);
    if (value === undefined) return context.raise('KeyError', name);
  }
  for (const step of path.match(/\.[^.[]+|\[[^\]]+\]/g) ?? []) {
    if (step.startsWith('.')) value = context.requireAttribute(value, step.slice(1));
    else {
      const index = step.slice(1, -1);
      value = context.getItem(value, /^\d+$/.test(index) ? Number(index) : index);
    }
  }
  const spec = expand(specText, args, kwargs, context, counter, depth - 1);
  if (isUnknown(spec)) return spec;
  const converted = convert(value, conversion ?? null, context);
  return formatValue(converted, spec, context);
}
