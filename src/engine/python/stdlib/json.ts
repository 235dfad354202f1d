/** `json`, over texts that are known. */
import { exceptionClasses } from '../builtins/exceptions.js';
import {
  asData,
  because,
  asInt,
  asString,
  asIndex,
  firstTaint,
  isDict,
  isFloat,
  isList,
  isTuple,
  isUnknown,
  pyFloat,
  unwrap,
} from '../coerce.js';
import type { Context } from '../context.js';
import { defineClass, defineFunction, type ModelledModule } from '../define.js';
import { floatRepr } from '../format.js';
import { isSym, norm } from '../symint.js';
import type { Unknown, Value } from '../value.js';

const decodeError = defineClass('JSONDecodeError', {
  module: 'json',
  bases: [exceptionClasses.get('ValueError')].filter((cls) => cls !== undefined),
});

/** Reads JSON keeping integers and floats apart. */
class Reader {
  private at = 0;
  constructor(
    private readonly text: string,
    private readonly context: Context,
  ) {}

  read(): Value {
    const value = this.value();
    this.space();
    return this.at < this.text.length ? this.fail('Extra data') : value;
  }

  private fail(message: string): never {
    return this.context.raiseValue(this.context.call(decodeError, [`${message}: char ${this.at}`]));
  }

  private space(): void {
    while (/[ \t\n\r]/.test(this.text[this.at] ?? '')) this.at++;
  }

  private value(): Value {
    this.context.step();
    this.space();
    const c = this.text[this.at];
    if (c === '{') return this.object();
    if (c === '[') return this.array();
    if (c === '"') return this.string();
    const rest = this.text.slice(this.at, this.at + 64);
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
      ['NaN', pyFloat(NaN)],
      ['Infinity', pyFloat(Infinity)],
      ['-Infinity', pyFloat(-Infinity)],
    ] as const)
      if (rest.startsWith(word)) {
        this.at += word.length;
        return value;
      }
    const number = /^-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/.exec(this.text.slice(this.at));
    if (!number) return this.fail('Expecting value');
    this.at += number[0].length;
    return number[1] === undefined && number[2] === undefined ? norm(BigInt(number[0])) : pyFloat(Number(number[0]));
  }

  private string(): string {
    const match = /^"(?:[^"\\]|\\.)*"/s.exec(this.text.slice(this.at));
    if (!match) return this.fail('Unterminated string starting at');
    this.at += match[0].length;
    try {
      return JSON.parse(match[0].replace(/[\n\r\t]/g, ' ')) as string;
    } catch (error) {
      if (error instanceof SyntaxError) return this.fail('Invalid \\escape');
      throw error;
    }
  }

  private array(): Value {
    const items: Value[] = [];
    this.at++;
    this.space();
    if (this.text[this.at] === ']') {
      this.at++;
      return this.context.list(items);
    }
    for (;;) {
      items.push(this.value());
      this.space();
      const c = this.text[this.at++];
      if (c === ']') return this.context.list(items);
      if (c !== ',') return this.fail("Expecting ',' delimiter");
    }
  }

  private object(): Value {
    const pairs: (readonly [Value, Value])[] = [];
    this.at++;
    this.space();
    if (this.text[this.at] === '}') {
      this.at++;
      return this.context.dict(pairs);
    }
    for (;;) {
      this.space();
      if (this.text[this.at] !== '"') return this.fail('Expecting property name enclosed in double quotes');
      const key = this.string();
      this.space();
      if (this.text[this.at++] !== ':') return this.fail("Expecting ':' delimiter");
      pairs.push([key, this.value()]);
      this.space();
      const c = this.text[this.at++];
      if (c === '}') return this.context.dict(pairs);
      if (c !== ',') return this.fail("Expecting ',' delimiter");
    }
  }
}

interface Style {
  readonly indent: string | null;
  readonly item: string;
  readonly key: string;
  readonly sort: boolean;
  readonly ascii: boolean;
  readonly fallback: Value;
}

function quote(text: string, ascii: boolean): string {
  const plain = JSON.stringify(text);
  return ascii
    ? plain.replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
    : plain;
}

function write(value: Value, style: Style, depth: string, context: Context): string | Unknown {
  context.step();
  const taint = firstTaint(value);
  if (taint) return taint;
  const plain = unwrap(value);
  if (plain === null) return 'null';
  if (typeof plain === 'boolean') return String(plain);
  if (typeof plain === 'string') return quote(plain, style.ascii);
  const int = asInt(plain);
  if (int !== undefined) return isSym(int) ? context.unknown('a text of a named size is not known') : String(int);
  if (isFloat(plain))
    return Number.isFinite(plain.value)
      ? floatRepr(plain.value)
      : Number.isNaN(plain.value)
        ? 'NaN'
        : plain.value > 0
          ? 'Infinity'
          : '-Infinity';
  const inner = style.indent === null ? '' : depth + style.indent;
  const wrap = (open: string, parts: readonly string[], close: string): string => {
    if (parts.length === 0) return open + close;
    return style.indent === null
      ? open + parts.join(style.item) + close
      : `${open}\n${inner}${parts.join(`${style.item.trimEnd()}\n${inner}`)}\n${depth}${close}`;
  };
  if (isList(plain) || isTuple(plain)) {
    const parts: string[] = [];
    for (const item of plain.items) {
      const text = write(item, style, inner, context);
      if (isUnknown(text)) return text;
      parts.push(text);
    }
    return wrap('[', parts, ']');
  }
  if (isDict(plain)) {
    const parts: [string, string][] = [];
    for (const { key, value: item } of plain.entries.values()) {
      const name = typeof key === 'string' ? key : write(key, style, inner, context);
      const text = write(item, style, inner, context);
      if (isUnknown(name)) return name;
      if (isUnknown(text)) return text;
      parts.push([name, text]);
    }
    if (style.sort) parts.sort(([a], [b]) => (a < b ? -1 : 1));
    return wrap(
      '{',
      parts.map(([name, text]) => `${quote(name, style.ascii)}${style.key}${text}`),
      '}',
    );
  }
  if (style.fallback !== null) return write(context.call(style.fallback, [value]), style, depth, context);
  return context.raise('TypeError', `Object of type ${context.typeOf(value).name} is not JSON serializable`);
}

export const jsonModule: ModelledModule = {
  name: 'json',
  isPackage: true,
  members: () => ({
    JSONDecodeError: decodeError,
    loads: defineFunction('loads(s, **kwargs)', ({ s }, context) => {
      if (isUnknown(s)) return asData(because(s));
      const text = asString(s) ?? (typeof s === 'object' && s?.kind === 'bytes' ? s.value : undefined);
      return text === undefined
        ? context.raise(
            'TypeError',
            `the JSON object must be str, bytes or bytearray, not ${context.typeOf(s as Value).name}`,
          )
        : new Reader(text, context).read();
    }),
    load: defineFunction('load(fp, **kwargs)', ({ fp }, context) => {
      if (isUnknown(fp)) return asData(because(fp));
      const text = context.callMethod(fp as Value, 'read');
      return typeof text === 'string'
        ? new Reader(text, context).read()
        : isUnknown(text)
          ? asData(because(text))
          : asData(context.unknown('the contents of a file are not read'));
    }),
    dumps: defineFunction(
      'dumps(obj, *, skipkeys=False, ensure_ascii=True, check_circular=True, allow_nan=True, cls=None, indent=None, separators=None, default=None, sort_keys=False, **kwargs)',
      (args, context) => {
        const size = asIndex(args['indent']);
        const indent =
          args['indent'] === null ? null : size !== undefined ? ' '.repeat(size) : (asString(args['indent']) ?? '');
        const separators = args['separators'];
        const [item = ', ', key = ': '] =
          isTuple(separators) || isList(separators) ? separators.items.map((part) => asString(part)) : [];
        return write(
          args['obj'] as Value,
          {
            indent,
            item,
            key,
            sort: args['sort_keys'] === true,
            ascii: args['ensure_ascii'] !== false,
            fallback: args['default'] as Value,
          },
          '',
          context,
        );
      },
    ),
    dump: defineFunction('dump(obj, fp, **kwargs)', () => null),
    JSONEncoder: defineClass('JSONEncoder', { module: 'json' }),
    JSONDecoder: defineClass('JSONDecoder', { module: 'json' }),
  }),
};
