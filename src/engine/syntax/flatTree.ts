import type { Comment } from './ast.js';
import type { ConcreteParser, ConcreteTree, Cursor } from './treeSitter.js';

/**
 * A concrete tree copied into arrays by one cursor pass, in source order: node `i`'s children lie from `i + 1` to
 * `last[i]`. Lowering reads these instead of tree-sitter's objects: it is several times faster, needs no stack for deep
 * trees, and is the same for both parsers.
 *
 * Named nodes have their type's name, punctuation is itself, and words are marked (`kw:lambda`), since the grammar calls
 * a lambda and the word at its beginning the same. Comments and line continuations are left out.
 */
export interface FlatTree {
  readonly type: readonly string[];
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly last: Int32Array;
}

/** No node at all. */
export const emptyTree: FlatTree = {
  type: [],
  start: new Int32Array(),
  end: new Int32Array(),
  last: new Int32Array(),
};

/** Nodes that have nothing inside, or whose inside is read from the text. */
const leaves = new Set([
  'identifier', 'integer', 'float', 'true', 'false', 'none', 'ellipsis', 'string_start', 'string_content', 'string_end',
  'dotted_name', 'import_prefix', 'type_conversion', 'keyword_separator', 'positional_separator', 'wildcard_import',
]); // prettier-ignore

/** What is known of a node's type. */
export interface NodeType {
  readonly name: string;
  readonly leaf: boolean;
  /** The text's length of a fixed token, else -1: it saves asking for the end. */
  readonly length: number;
}

function nodeType(cursor: Cursor): NodeType {
  const name = cursor.nodeType;
  if (cursor.nodeIsNamed) return { name, leaf: leaves.has(name), length: -1 };
  if (name.includes(' ')) return { name, leaf: true, length: -1 };
  return { name: /^[A-Za-z_]+$/.test(name) ? `kw:${name}` : name, leaf: true, length: name.length };
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const bigger = new Int32Array(array.length * 2);
  bigger.set(array);
  return bigger;
}

/**
 * @param offset Where the parsed text begins in its file.
 * @param comments Receives the comments in source order.
 */
export function flatten(
  parser: ConcreteParser,
  tree: ConcreteTree,
  text: string,
  offset: number,
  comments: Comment[],
): FlatTree {
  const known = parser.nodeTypes;
  const type: string[] = [];
  const guess = 64 + (text.length >> 1);
  let start = new Int32Array(guess);
  let end = new Int32Array(guess);
  let last = new Int32Array(guess);
  const open: number[] = [];
  let count = 0;
  const cursor = parser.walk(tree);
  walk: for (;;) {
    const id = cursor.nodeTypeId;
    const { name, leaf, length } = (known[id] ??= nodeType(cursor));
    if (name === 'comment') {
      const from = cursor.startIndex;
      let to = cursor.endIndex;
      // A carriage return before the line feed counts as the line's end, not as the comment's.
      while (to > from && text.charCodeAt(to - 1) === 13) to--;
      comments.push({ start: offset + from, end: offset + to, text: text.slice(from, to) });
    } else if (name !== 'line_continuation') {
      if (count === start.length) {
        start = grown(start);
        end = grown(end);
        last = grown(last);
      }
      const index = count++;
      const from = cursor.startIndex;
      type.push(name);
      start[index] = offset + from;
      end[index] = offset + (length < 0 ? cursor.endIndex : from + length);
      last[index] = index;
      if (!leaf && cursor.gotoFirstChild()) {
        open.push(index);
        continue;
      }
    }
    while (!cursor.gotoNextSibling()) {
      const parent = open.pop();
      if (parent === undefined) break walk;
      cursor.gotoParent();
      last[parent] = count - 1;
    }
  }
  cursor.delete?.();
  return { type, start, end, last };
}

/** A copy of a tree whose text lies `offset` further on. */
export function moved(tree: FlatTree, offset: number): FlatTree {
  const shift = (value: number): number => value + offset;
  return { type: tree.type, start: tree.start.map(shift), end: tree.end.map(shift), last: tree.last };
}
