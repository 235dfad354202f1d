/**
 * Trees of the engine's own Python texts, lowered when the engine is bundled: a run then parses only the user's files. Tests and
 * tools that run from source have none, and parse.
 *
 * A tree is stored as JSON in which a node is an array: the number of its shape (the names of its fields), then the fields' values. The
 * body of a function is JSON in a string of its own: most functions of a library are never called, so few bodies are ever read.
 */
import type { Ast } from './ast.js';
import { digestOf } from './digest.js';
import type { PythonParser } from './parser.js';
import { SourceFile } from './sourceFile.js';
import { ownTree } from './trees.js';

/** Stands before things that JSON has no form for. */
const LIST = -1;
const SET = -2;
const BIGINT = -3;
/** A float that is not finite. */
const NUMBER = -4;
/** The body of a function, as text. */
const TEXT = -5;

interface Packed {
  readonly shapes: readonly (readonly string[])[];
  readonly tree: unknown;
}

/** Text that {@link unpackAst} makes the same tree from. */
export function packAst(ast: Ast): string {
  const shapes: string[][] = [];
  const numbers = new Map<string, number>();
  let inFunction = false;
  const packApart = (body: unknown): unknown => {
    inFunction = true;
    const text = JSON.stringify(pack(body));
    inFunction = false;
    return [TEXT, text];
  };
  const pack = (value: unknown): unknown => {
    if (typeof value === 'bigint') return [BIGINT, String(value)];
    if (typeof value === 'number' && !Number.isFinite(value)) return [NUMBER, String(value)];
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return [LIST, ...value.map(pack)];
    if (value instanceof Set) return [SET, ...[...value].map(pack)];
    const names = Object.keys(value);
    const key = names.join(' ');
    let shape = numbers.get(key);
    if (shape === undefined) {
      shape = shapes.length;
      numbers.set(key, shape);
      shapes.push(names);
    }
    const apart = !inFunction && (value as { kind?: unknown }).kind === 'FunctionDef';
    return [shape, ...Object.entries(value).map(([name, item]) => (apart && name === 'body' ? packApart : pack)(item))];
  };
  const tree = pack(ast);
  return JSON.stringify({ shapes, tree } satisfies Packed);
}

/** A field whose value is made when it is first read. */
function unpackLater(node: Record<string, unknown>, name: string, unpack: () => unknown): void {
  const settle = (value: unknown): unknown => {
    Object.defineProperty(node, name, { value, enumerable: true, configurable: true, writable: true });
    return value;
  };
  Object.defineProperty(node, name, { get: () => settle(unpack()), enumerable: true, configurable: true });
}

/** The tree that was packed. */
export function unpackAst(packed: string): Ast {
  const { shapes, tree } = JSON.parse(packed) as Packed;
  const unpack = (value: unknown): unknown => {
    if (!Array.isArray(value)) return value;
    const tag = value[0] as number;
    if (tag === TEXT) return unpack(JSON.parse(String(value[1])));
    if (tag === BIGINT) return BigInt(String(value[1]));
    if (tag === NUMBER) return Number(value[1]);
    if (tag === LIST || tag === SET) {
      const items: unknown[] = [];
      for (let i = 1; i < value.length; i++) items.push(unpack(value[i]));
      return tag === LIST ? items : new Set(items);
    }
    const node: Record<string, unknown> = {};
    const names = shapes[tag] ?? [];
    for (let i = 0; i < names.length; i++) {
      const name = names[i] ?? '';
      if (name === 'body' && node.kind === 'FunctionDef') unpackLater(node, name, () => unpack(value[i + 1]));
      else node[name] = unpack(value[i + 1]);
    }
    return node;
  };
  return unpack(tree) as Ast;
}

/** Parses one of the engine's own texts, or takes the tree that was made of it beforehand. */
export function parseOwn(parser: PythonParser, path: string, text: string): SourceFile {
  const digest = digestOf(text);
  const packed = ownTree(digest);
  return packed === undefined ? parser.parse(path, text) : new SourceFile(path, text, unpackAst(packed), digest);
}
