/** `yaml` (PyYAML): loading of texts that are known, with its own rules for what a plain scalar is. */
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, Scalar, type Document, type Node } from 'yaml';
import { exceptionClasses } from '../builtins/exceptions.js';
import { asData, asString, because, firstUnknown, isClass, isDict, isUnknown, makeTuple, pyFloat } from '../coerce.js';
import type { Context } from '../context.js';
import { defineClass, defineFunction, type ModelledModule } from '../define.js';
import { norm } from '../symint.js';
import { identity, plainClass, silent } from '../stdlib/tools.js';
import type { Unknown, Value } from '../value.js';

const yamlError = defineClass('YAMLError', {
  module: 'yaml',
  bases: [exceptionClasses.get('Exception')].filter((cls) => cls !== undefined),
});

// YAML 1.1 as PyYAML resolves it: "1e-3" is text there, "1.0e-3" a number.
const BOOL = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const TRUE = /^(?:yes|true|on)$/i;
const NULL = /^(?:~|null|Null|NULL|)$/;
const INT = /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)$/;
const FLOAT = /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|[-+]?\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/;
const INFINITE = /^[-+]?\.(?:inf|Inf|INF)$/;
const NAN = /^\.(?:nan|NaN|NAN)$/;
const OTHER = /^(?:[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|\d{4}-\d\d?-\d\d?.*)$/;

function integer(text: string): Value {
  const plain = text.replaceAll('_', '');
  const sign = plain.startsWith('-') ? -1n : 1n;
  const digits = plain.replace(/^[-+]/, '');
  const octal = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits;
  return norm(sign * BigInt(octal));
}

function plainScalar(text: string, context: Context): Value {
  if (NULL.test(text)) return null;
  if (BOOL.test(text)) return TRUE.test(text);
  if (INT.test(text)) return integer(text);
  if (FLOAT.test(text)) return pyFloat(Number(text.replaceAll('_', '')));
  if (INFINITE.test(text)) return pyFloat(text.startsWith('-') ? -Infinity : Infinity);
  if (NAN.test(text)) return pyFloat(NaN);
  return OTHER.test(text) ? context.unknown(`the date or time '${text}' is not described`) : text;
}

function scalarValue(node: Scalar, context: Context): Value {
  const text = typeof node.value === 'string' ? node.value : (node.source ?? '');
  const tag = node.tag?.replace('tag:yaml.org,2002:', '!!');
  switch (tag) {
    case '!!str':
      // Plain scalars carry this tag when nothing was written: they are resolved below.
      break;
    case '!!int':
      return INT.test(text) ? integer(text) : context.unknown(`'${text}' is no integer`);
    case '!!float':
      return pyFloat(Number(text.replaceAll('_', '')));
    case '!!bool':
      return TRUE.test(text);
    case '!!null':
      return null;
    case undefined:
      break;
    default:
      return context.unknown(`the YAML tag '${tag}' is not described`);
  }
  return node.type === Scalar.PLAIN || node.type === undefined ? plainScalar(text, context) : text;
}

/** Tags of what is a list, a tuple or a dict; any other makes an object of it. */
const LIST_TAGS = new Set(['seq', 'python/list', 'python/tuple']);
const DICT_TAGS = new Set(['map', 'python/dict']);

function valueOf(node: Node | null | undefined, document: Document, made: Map<Node, Value>, context: Context): Value {
  context.step();
  if (!node) return null;
  const known = made.get(node);
  if (known !== undefined) return known;
  if (isAlias(node)) return valueOf(node.resolve(document), document, made, context);
  if (isScalar(node)) return scalarValue(node, context);
  const tag = node.tag?.replace(/^tag:yaml\.org,2002:/, '');
  if (tag !== undefined && !(isSeq(node) ? LIST_TAGS : DICT_TAGS).has(tag))
    return context.unknown(`the YAML tag '${node.tag}' is not described`);
  if (isSeq(node)) {
    const items = node.items.map((item) => valueOf(item as Node, document, made, context));
    const value = tag === 'python/tuple' ? makeTuple(items) : context.list(items);
    made.set(node, value);
    return value;
  }
  if (!isMap(node)) return context.unknown('this part of a YAML text is not described');
  const merged: (readonly [Value, Value])[] = [];
  const own: (readonly [Value, Value])[] = [];
  for (const { key, value } of node.items) {
    const name = valueOf(key as Node, document, made, context);
    const item = valueOf(value as Node | null, document, made, context);
    if (name !== '<<') own.push([name, item]);
    else
      for (const source of typeof item === 'object' && item?.kind === 'list' ? [...item.items].reverse() : [item])
        if (isDict(source)) for (const entry of source.entries.values()) merged.push([entry.key, entry.value]);
  }
  const value = context.dict([...merged, ...own]);
  made.set(node, value);
  return value;
}

/** The documents of a text, or of a stream that has one. */
function documents(stream: Value, context: Context): Value[] | Unknown {
  const unknown = firstUnknown(stream);
  if (unknown) return unknown;
  const text =
    asString(stream) ??
    (typeof stream === 'object' && stream?.kind === 'bytes' ? stream.value : undefined) ??
    context.callMethod(stream, 'read');
  if (isUnknown(text)) return text;
  const source = typeof text === 'object' && text?.kind === 'bytes' ? text.value : asString(text);
  if (source === undefined) return context.unknown('this YAML text is not known');
  const parsed = parseAllDocuments(source, {
    schema: 'failsafe',
    version: '1.1',
    uniqueKeys: false,
    logLevel: 'silent',
  });
  if (!Array.isArray(parsed)) return [];
  return parsed.map((document) => {
    const problem = document.errors[0];
    if (problem) return context.raiseValue(context.call(yamlError, [problem.message.split('\n')[0] ?? '']));
    return valueOf(document.contents, document, new Map(), context);
  });
}

/** They make nothing but lists, dicts, numbers, texts and dates. */
const PLAIN_LOADERS = new Set(['SafeLoader', 'CSafeLoader', 'FullLoader', 'CFullLoader']);

const load = (name: string): Value =>
  defineFunction(`${name}(stream, Loader=None)`, ({ stream, Loader }, context) => {
    const found = documents(stream as Value, context);
    const plain = name === 'safe_load' || name === 'full_load' || (isClass(Loader) && PLAIN_LOADERS.has(Loader.name));
    if (isUnknown(found) && plain) return asData(because(found));
    return isUnknown(found) ? found : found.length > 0 ? (found[0] as Value) : null;
  });

const loadAll = (name: string): Value =>
  defineFunction(`${name}(stream, Loader=None)`, ({ stream }, context) => {
    const found = documents(stream as Value, context);
    return isUnknown(found) ? found : context.iterator(found);
  });

const dump = (name: string): Value =>
  defineFunction(`${name}(data, stream=None, **kwargs)`, ({ stream }, context) =>
    stream === null ? context.unknown('YAML texts are not written') : null,
  );

export const yamlModule: ModelledModule = {
  name: 'yaml',
  isPackage: true,
  members: () => ({
    ...Object.fromEntries('load safe_load full_load unsafe_load'.split(' ').map((name) => [name, load(name)])),
    ...Object.fromEntries('load_all safe_load_all full_load_all'.split(' ').map((name) => [name, loadAll(name)])),
    ...Object.fromEntries('dump safe_dump dump_all safe_dump_all'.split(' ').map((name) => [name, dump(name)])),
    ...Object.fromEntries(
      'Loader SafeLoader FullLoader UnsafeLoader BaseLoader CLoader CSafeLoader CFullLoader Dumper SafeDumper CDumper CSafeDumper'
        .split(' ')
        .map((name) => [
          name,
          plainClass(name, 'yaml', {
            add_constructor: identity('add_constructor'),
            add_multi_constructor: identity('add_multi_constructor'),
            add_implicit_resolver: silent('add_implicit_resolver'),
            add_representer: silent('add_representer'),
          }),
        ]),
    ),
    YAMLError: yamlError,
    scanner: plainClass('scanner', 'yaml', { ScannerError: yamlError }),
    add_constructor: silent('add_constructor'),
    add_representer: silent('add_representer'),
    add_implicit_resolver: silent('add_implicit_resolver'),
    __with_libyaml__: false,
  }),
};
