import type { Comment } from './ast.js';
import type { ConcreteParser, ConcreteTree } from './treeSitter.js';

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

/** Nodes whose inside is read from the text. */
const leaves = new Set(['string_content', 'dotted_name', 'import_prefix', 'not in', 'is not']);

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
  const names = parser.typeNames;
  const type: string[] = [];
  const guess = 64 + (text.length >> 1);
  let start = new Int32Array(guess);
  let end = new Int32Array(guess);
  let last = new Int32Array(guess);
  const open: number[] = [];
  let count = 0;
  const cursor = tree.walk();
  walk: for (;;) {
    const id = cursor.nodeTypeId;
    let name = names[id];
    if (name === undefined) {
      name = cursor.nodeType;
      if (!cursor.nodeIsNamed && /^[A-Za-z_]+$/.test(name)) name = `kw:${name}`;
      names[id] = name;
    }
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
      type.push(name);
      start[count] = offset + cursor.startIndex;
      end[count] = offset + cursor.endIndex;
      last[count] = count;
      const index = count++;
      if (!leaves.has(name) && cursor.gotoFirstChild()) {
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
