/** `re`: Python's regular expressions by way of JavaScript's. What can't be carried over exactly is unknown. */
import { objectClass } from '../builtins/classes.js';
import { exceptionClasses } from '../builtins/exceptions.js';
import {
  asIndex,
  asInt,
  asString,
  codePoints,
  firstUnknown,
  isInstance,
  isUnknown,
  isWide,
  makeTuple,
  textOf,
} from '../coerce.js';
import type { Context } from '../context.js';
import { defineClass, defineFunction, defineProperty, type ModelledModule } from '../define.js';
import { stringRepr } from '../format.js';
import { isSym } from '../symint.js';
import type { PyClass, PyInstance, Unknown, Value } from '../value.js';

const FLAGS = {
  ASCII: 256,
  A: 256,
  IGNORECASE: 2,
  I: 2,
  MULTILINE: 8,
  M: 8,
  DOTALL: 16,
  S: 16,
  VERBOSE: 64,
  X: 64,
  UNICODE: 32,
  U: 32,
  LOCALE: 4,
  L: 4,
  NOFLAG: 0,
  DEBUG: 128,
} as const;

interface Pattern {
  readonly text: string;
  readonly flags: number;
  readonly regexp: RegExp;
  /** Names of groups by number; unnamed ones have none. */
  readonly names: ReadonlyMap<string, number>;
  readonly groups: number;
}

/** Compiled patterns by their objects; a pattern never changes. */
const patterns = new WeakMap<object, Pattern>();
const matches = new WeakMap<
  object,
  { readonly pattern: Pattern; readonly text: string; readonly found: RegExpExecArray; readonly source: Value }
>();

/** Why a pattern can't be carried over, or its JavaScript source. */
function translate(
  text: string,
  flags: number,
):
  | { readonly source: string; readonly flags: number; readonly names: Map<string, number>; readonly groups: number }
  | string {
  let source = '';
  let all = flags;
  let inClass = false;
  let groups = 0;
  /** Where a quantifier has just ended. */
  let quantified = -1;
  const names = new Map<string, number>();
  const lead = /^\(\?([aiLmsux]+)\)/.exec(text);
  let i = 0;
  if (lead) {
    for (const letter of lead[1] ?? '') all |= { a: 256, i: 2, L: 4, m: 8, s: 16, u: 32, x: 64 }[letter] ?? 0;
    i = lead[0].length;
  }
  const verbose = (all & FLAGS.VERBOSE) !== 0;
  while (i < text.length) {
    const c = text[i] as string;
    if (c === '\\') {
      const next = text[i + 1];
      if (next === undefined) return 'bad escape (end of pattern)';
      i += 2;
      switch (next) {
        case 'A':
          source += '(?<![\\s\\S])';
          break;
        case 'Z':
          source += '(?![\\s\\S])';
          break;
        case 'd':
          source += all & FLAGS.ASCII ? '[0-9]' : inClass ? '\\p{Nd}' : '\\p{Nd}';
          break;
        case 'D':
          source += '\\P{Nd}';
          break;
        case 'w':
          source += inClass ? '\\p{L}\\p{N}_' : '[\\p{L}\\p{N}_]';
          break;
        case 'W':
          if (inClass) return '\\W inside a set';
          source += '[^\\p{L}\\p{N}_]';
          break;
        case 'a':
          source += '\\x07';
          break;
        default:
          if (/[0-9]/.test(next) && !inClass) source += next === '0' ? '\\0' : `(?:\\${next})`;
          else if (/[bBsSnrtfv]/.test(next)) source += `\\${next}`;
          else if (next === 'x') {
            source += `\\x${text.slice(i, i + 2)}`;
            i += 2;
          } else if (next === 'u') {
            source += `\\u${text.slice(i, i + 4)}`;
            i += 4;
          } else if (/[a-zA-Z]/.test(next)) return `bad escape \\${next}`;
          else source += /[\^$\\.*+?()[\]{}|/]/.test(next) || (inClass && next === '-') ? `\\${next}` : next;
      }
      continue;
    }
    if (inClass) {
      if (c === ']') inClass = false;
      else if (c === '[') {
        source += '\\[';
        i++;
        continue;
      }
      source += c;
      i++;
      continue;
    }
    if (c === '[') {
      inClass = true;
      source += '[';
      i++;
      if (text[i] === '^') {
        source += '^';
        i++;
      }
      if (text[i] === ']') {
        source += '\\]';
        i++;
      }
      continue;
    }
    if (verbose && /\s/.test(c)) {
      i++;
      continue;
    }
    if (verbose && c === '#') {
      while (i < text.length && text[i] !== '\n') i++;
      continue;
    }
    if (c === '(') {
      if (text[i + 1] !== '?') {
        groups++;
        source += '(';
        i++;
        continue;
      }
      const rest = text.slice(i);
      const name = /^\(\?P<(\w+)>/.exec(rest);
      const back = /^\(\?P=(\w+)\)/.exec(rest);
      const comment = /^\(\?#[^)]*\)/.exec(rest);
      if (name) {
        names.set(name[1] ?? '', ++groups);
        source += '(';
        i += name[0].length;
      } else if (back) {
        source += `(?:\\${names.get(back[1] ?? '') ?? 0})`;
        i += back[0].length;
      } else if (comment) i += comment[0].length;
      else if (/^\(\?(:|=|!|<=|<!)/.test(rest)) {
        const open = (/^\(\?(:|=|!|<=|<!)/.exec(rest) as RegExpExecArray)[0];
        source += open;
        i += open.length;
      } else return 'this kind of group';
      continue;
    }
    if (c === '{' && !/^\{\d*,?\d*\}/.test(text.slice(i))) source += '\\{';
    else if (c === '{' && /^\{,\d+\}/.test(text.slice(i))) {
      source += '{0';
    } else if (c === '}' && !/\{\d*,?\d*$/.test(source)) source += '\\}';
    else if (c === ']') source += '\\]';
    else if (c === '+' && quantified === source.length) return 'possessive quantifiers';
    else if (c === '$') source += all & FLAGS.MULTILINE ? '(?=\\n|(?![\\s\\S]))' : '(?=\\n?(?![\\s\\S]))';
    else if (c === '.') source += all & FLAGS.DOTALL ? '[\\s\\S]' : '[^\\n]';
    else source += c;
    if (c === '*' || c === '+' || c === '?' || c === '}') quantified = source.length;
    i++;
  }
  if (inClass) return 'unterminated character set';
  return { source, flags: all, names, groups };
}

function compile(text: string, flags: number): Pattern | string {
  const translated = translate(text, flags);
  if (typeof translated === 'string') return translated;
  const letters = `gu${translated.flags & FLAGS.IGNORECASE ? 'i' : ''}${translated.flags & FLAGS.MULTILINE ? 'm' : ''}d`;
  try {
    return {
      text,
      flags: translated.flags,
      regexp: new RegExp(translated.source, letters),
      names: translated.names,
      groups: translated.groups,
    };
  } catch (error) {
    if (error instanceof SyntaxError) return 'this pattern';
    throw error;
  }
}

const methods = ['match', 'fullmatch', 'search', 'findall', 'finditer', 'sub', 'subn', 'split'] as const;
type Method = (typeof methods)[number];

/** The pattern of a compiled object or of a text. */
function patternOf(value: Value, flags: Value, context: Context): Pattern | Unknown {
  const unknown = firstUnknown(value, flags);
  if (unknown) return unknown;
  const own = typeof value === 'object' && value !== null ? patterns.get(value) : undefined;
  if (own) return own;
  const text = asString(value);
  if (text === undefined) return context.unknown('only patterns over text are followed');
  const bits = asInt(flags);
  const pattern = compile(text, typeof bits === 'number' ? bits : 0);
  return typeof pattern === 'string'
    ? context.unknown(`the regular expression ${stringRepr(text)} is not followed (${pattern})`)
    : pattern;
}

function wrapPattern(pattern: Pattern, context: Context): PyInstance {
  const object = context.instance(patternClass, [
    ['pattern', pattern.text],
    ['flags', pattern.flags | 32],
    ['groups', pattern.groups],
    ['groupindex', context.dict(pattern.names)],
  ]);
  patterns.set(object, pattern);
  return object;
}

/** A match starting at `from`; sticky for `match`. */
function find(
  pattern: Pattern,
  text: string,
  from: number,
  how: 'search' | 'match' | 'fullmatch',
): RegExpExecArray | null {
  const { source, flags } = pattern.regexp;
  const regexp =
    how === 'search'
      ? new RegExp(source, flags)
      : new RegExp(how === 'match' ? `(?:${source})` : `(?:${source})(?![\\s\\S])`, `${flags}y`);
  regexp.lastIndex = from;
  return regexp.exec(text);
}

function wrapMatch(
  pattern: Pattern,
  text: string,
  found: RegExpExecArray,
  source: Value,
  context: Context,
): PyInstance {
  const object = context.instance(matchClass, [
    ['string', text],
    ['re', source],
    ['pos', 0],
    ['endpos', text.length],
  ]);
  const lastindex = found.slice(1).reduce<number>((last, group, i) => (group === undefined ? last : i + 1), 0);
  object.attrs.set('lastindex', lastindex === 0 ? null : lastindex);
  object.attrs.set('lastgroup', [...pattern.names].find(([, index]) => index === lastindex)?.[0] ?? null);
  matches.set(object, { pattern, text, found, source });
  return object;
}

/** Every match, empty ones too, as Python finds them. */
function all(pattern: Pattern, text: string, context: Context): RegExpExecArray[] {
  const result: RegExpExecArray[] = [];
  const regexp = new RegExp(pattern.regexp.source, pattern.regexp.flags);
  for (let found = regexp.exec(text); found; found = regexp.exec(text)) {
    context.step();
    result.push(found);
    if (found[0] === '') regexp.lastIndex += (text.codePointAt(regexp.lastIndex) ?? 0) > 0xffff ? 2 : 1;
  }
  return result;
}

function groupValue(found: RegExpExecArray, group: number): Value {
  return found[group] ?? null;
}

function listItem(pattern: Pattern, found: RegExpExecArray): Value {
  if (pattern.groups === 0) return found[0];
  if (pattern.groups === 1) return found[1] ?? '';
  return makeTuple(found.slice(1).map((group) => group ?? ''));
}

/** `\1`, `\g<name>` and escapes of a replacement text. */
function expand(template: string, pattern: Pattern, found: RegExpExecArray): string {
  return template.replace(
    /\\(?:g<(\w+)>|(\d{1,2})|([nrtabfv\\]))/g,
    (whole, name: string | undefined, number: string | undefined, escape: string | undefined) => {
      if (escape !== undefined)
        return { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b', f: '\f', v: '\v', '\\': '\\' }[escape] ?? whole;
      const key = name ?? number ?? '';
      const index = /^\d+$/.test(key) ? Number(key) : (pattern.names.get(key) ?? -1);
      return found[index] ?? '';
    },
  );
}

function substitute(
  pattern: Pattern,
  replacement: Value,
  text: string,
  limit: number,
  source: Value,
  context: Context,
): { readonly text: string; readonly count: number } | Unknown {
  let result = '';
  let at = 0;
  let count = 0;
  const template = asString(replacement);
  for (const found of all(pattern, text, context)) {
    if (limit > 0 && count >= limit) break;
    let piece: string | undefined;
    if (template !== undefined) piece = expand(template, pattern, found);
    else {
      const value = context.call(replacement, [wrapMatch(pattern, text, found, source, context)]);
      if (isUnknown(value)) return value;
      piece = asString(value) ?? '';
    }
    result += text.slice(at, found.index) + piece;
    at = found.index + found[0].length;
    count++;
  }
  return { text: result + text.slice(at), count };
}

function split(pattern: Pattern, text: string, limit: number, context: Context): Value {
  const parts: Value[] = [];
  let at = 0;
  let count = 0;
  for (const found of all(pattern, text, context)) {
    if (limit > 0 && count >= limit) break;
    parts.push(text.slice(at, found.index), ...found.slice(1).map((group): Value => group ?? null));
    at = found.index + found[0].length;
    count++;
  }
  return context.list([...parts, text.slice(at)]);
}

/** One operation of a pattern on a text. */
function run(method: Method, pattern: Pattern, args: readonly Value[], source: Value, context: Context): Value {
  const replacing = method === 'sub' || method === 'subn';
  const subject = args[replacing ? 1 : 0] ?? null;
  const extra = args[replacing ? 2 : 1] ?? 0;
  const unknown = firstUnknown(subject, extra, replacing ? args[0] : undefined);
  if (unknown) return unknown;
  const text = asString(subject);
  if (text === undefined)
    return context.raise('TypeError', `expected string or bytes-like object, got '${context.typeOf(subject).name}'`);
  const number = asIndex(extra) ?? 0;
  if (isSym(extra)) return context.unknown('a position in a text is not known');
  // Offsets are in code points; with others than the basic ones only whole matches would be right.
  if (isWide(text) && method !== 'sub' && method !== 'findall')
    return context.unknown('positions in a text with characters beyond the basic plane are not followed');
  switch (method) {
    case 'match':
    case 'fullmatch':
    case 'search': {
      const found = find(pattern, text, number, method);
      return found ? wrapMatch(pattern, text, found, source, context) : null;
    }
    case 'findall':
      return context.list(all(pattern, text, context).map((found) => listItem(pattern, found)));
    case 'finditer':
      return context.iterator(
        all(pattern, text, context).map((found) => wrapMatch(pattern, text, found, source, context)),
        'callable_iterator',
      );
    case 'split':
      return split(pattern, text, number, context);
    case 'sub':
    case 'subn': {
      const result = substitute(pattern, args[0] ?? null, text, number, source, context);
      if (isUnknown(result)) return result;
      return method === 'sub' ? result.text : makeTuple([result.text, result.count]);
    }
  }
}

const SIGNATURES: Readonly<Record<Method, string>> = {
  match: 'string, pos=0',
  fullmatch: 'string, pos=0',
  search: 'string, pos=0',
  findall: 'string, pos=0',
  finditer: 'string, pos=0',
  sub: 'repl, string, count=0',
  subn: 'repl, string, count=0',
  split: 'string, maxsplit=0',
};

const patternClass: PyClass = defineClass('Pattern', {
  module: 're',
  bases: [objectClass],
  members: Object.fromEntries([
    ...methods.map(
      (method) =>
        [
          method,
          defineFunction(`${method}(self, ${SIGNATURES[method]})`, (args, context) => {
            const { self } = args;
            const pattern = patternOf(self as Value, 0, context);
            const names = SIGNATURES[method].split(', ').map((part) => part.split('=')[0] ?? '');
            return isUnknown(pattern)
              ? pattern
              : run(
                  method,
                  pattern,
                  names.map((name) => args[name] as Value),
                  self as Value,
                  context,
                );
          }),
        ] as const,
    ),
    [
      '__repr__',
      defineFunction('__repr__(self)', ({ self }) =>
        isInstance(self) ? `re.compile(${stringRepr(textOf(self.attrs.get('pattern')))})` : '',
      ),
    ],
  ]),
});

function group(self: Value | undefined, which: Value, context: Context): Value {
  const match = typeof self === 'object' && self !== null ? matches.get(self) : undefined;
  if (!match) return context.unknown('this match is not known');
  const name = asString(which);
  const index = name !== undefined ? match.pattern.names.get(name) : asIndex(which);
  if (index === undefined || index < 0 || index > match.pattern.groups)
    return firstUnknown(which) ?? context.raise('IndexError', 'no such group');
  return groupValue(match.found, index);
}

function span(self: Value | undefined, which: Value, context: Context): readonly [number, number] {
  const match = typeof self === 'object' && self !== null ? matches.get(self) : undefined;
  const name = asString(which);
  const index = (name !== undefined ? match?.pattern.names.get(name) : asIndex(which)) ?? 0;
  const range = match?.found?.indices?.[index];
  context.step();
  return range ?? [-1, -1];
}

const matchClass: PyClass = defineClass('Match', {
  module: 're',
  bases: [objectClass],
  members: {
    group: defineFunction('group(self, *groups)', ({ self, groups }, context) => {
      const wanted = typeof groups === 'object' && groups?.kind === 'tuple' ? groups.items : [];
      if (wanted.length === 0) return group(self, 0, context);
      return wanted.length === 1
        ? group(self, wanted[0] as Value, context)
        : makeTuple(wanted.map((one) => group(self, one, context)));
    }),
    groups: defineFunction('groups(self, default=None)', ({ self, default: fallback }, context) => {
      const match = isInstance(self) ? matches.get(self) : undefined;
      return match
        ? makeTuple(match.found.slice(1).map((one): Value => one ?? (fallback as Value)))
        : context.unknown('this match is not known');
    }),
    groupdict: defineFunction('groupdict(self, default=None)', ({ self, default: fallback }, context) => {
      const match = isInstance(self) ? matches.get(self) : undefined;
      return match
        ? context.dict(
            [...match.pattern.names].map(([name, index]) => [name, match.found[index] ?? (fallback as Value)] as const),
          )
        : context.unknown('this match is not known');
    }),
    start: defineFunction(
      'start(self, group=0, /)',
      ({ self, group: which }, context) => span(self, which as Value, context)[0],
    ),
    end: defineFunction(
      'end(self, group=0, /)',
      ({ self, group: which }, context) => span(self, which as Value, context)[1],
    ),
    span: defineFunction('span(self, group=0, /)', ({ self, group: which }, context) =>
      makeTuple([...span(self, which as Value, context)]),
    ),
    expand: defineFunction('expand(self, template)', ({ self, template }, context) => {
      const match = isInstance(self) ? matches.get(self) : undefined;
      const text = asString(template);
      return match && text !== undefined
        ? expand(text, match.pattern, match.found)
        : context.unknown('this match is not known');
    }),
    __getitem__: defineFunction('__getitem__(self, key, /)', ({ self, key }, context) =>
      group(self, key as Value, context),
    ),
    __bool__: defineFunction('__bool__(self)', () => true),
    __repr__: defineFunction('__repr__(self)', ({ self }, context) => {
      const [start, end] = span(self, 0, context);
      return `<re.Match object; span=(${start}, ${end}), match=${stringRepr(textOf(group(self, 0, context)))}>`;
    }),
    regs: defineProperty((self, context) => makeTuple([makeTuple([...span(self, 0, context)])])),
  },
});

function members(): Record<string, Value> {
  const functions = methods.map((method) => {
    const names = SIGNATURES[method]
      .replace(', pos=0', '')
      .split(', ')
      .map((part) => part.split('=')[0] ?? '');
    const signature = SIGNATURES[method].replace(', pos=0', '');
    return [
      method,
      defineFunction(`${method}(pattern, ${signature}, flags=0)`, (args, context) => {
        const pattern = patternOf(args['pattern'] as Value, args['flags'] as Value, context);
        return isUnknown(pattern)
          ? pattern
          : run(
              method,
              pattern,
              names.map((name) => args[name] as Value),
              wrapPattern(pattern, context),
              context,
            );
      }),
    ] as const;
  });
  return {
    ...Object.fromEntries(functions),
    ...FLAGS,
    compile: defineFunction('compile(pattern, flags=0)', ({ pattern: text, flags }, context) => {
      const pattern = patternOf(text as Value, flags as Value, context);
      return isUnknown(pattern) ? pattern : wrapPattern(pattern, context);
    }),
    escape: defineFunction('escape(pattern)', ({ pattern }, context) => {
      const text = asString(pattern);
      return text === undefined
        ? (firstUnknown(pattern) ?? context.unknown('only text is escaped'))
        : codePoints(text)
            .map((c) => (/[\s\\()[\]{}?*+\-|^$.&~#]/.test(c) ? `\\${c}` : c))
            .join('');
    }),
    purge: defineFunction('purge()', () => null),
    Pattern: patternClass,
    Match: matchClass,
    error: defineClass('error', { module: 're', bases: [exceptionClasses.get('Exception') ?? objectClass] }),
  };
}

export const reModule: ModelledModule = { name: 're', members };
