/**
 * Loads tree-sitter, natively or as WebAssembly, behind one small interface. The only file that knows how modules and
 * `.wasm` files are found, and the only one that touches tree-sitter's objects besides the cursor pass.
 */
import { createRequire } from 'node:module';
import type { NodeType } from './flatTree.js';
import type { ParserKind } from './parser.js';

/** What the lowering needs of a tree cursor; both bindings have it. Offsets are UTF-16 code units. */
export interface Cursor {
  readonly nodeType: string;
  readonly nodeTypeId: number;
  readonly nodeIsNamed: boolean;
  readonly nodeIsMissing: boolean;
  readonly startIndex: number;
  readonly endIndex: number;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
  delete?(): void;
}

interface Point {
  readonly row: number;
  readonly column: number;
}

/** One edit as tree-sitter wants it. */
export interface ConcreteEdit {
  readonly startIndex: number;
  readonly oldEndIndex: number;
  readonly newEndIndex: number;
  readonly startPosition: Point;
  readonly oldEndPosition: Point;
  readonly newEndPosition: Point;
}

export interface ConcreteTree {
  readonly rootNode: { readonly hasError: boolean };
  edit(edit: ConcreteEdit): void;
  walk(): Cursor;
  /** Frees the memory; where it is missing, the garbage collector does. */
  delete?(): void;
}

export interface ConcreteParser {
  /** What is known of node types, by their numbers; filled while trees are walked. */
  readonly nodeTypes: (NodeType | undefined)[];
  /** @throws Error when tree-sitter gives no tree, which it does only without a language. */
  parse(text: string, previous: ConcreteTree | null): ConcreteTree;
  /** A cursor at the root. No other may be used before it is deleted. */
  walk(tree: ConcreteTree): Cursor;
}

/** Where the two WebAssembly files lie, when not in the packages that ship them. */
export interface ParserLocations {
  /** `web-tree-sitter.wasm` */
  readonly wasmPath?: string;
  /** `tree-sitter-python.wasm` */
  readonly grammarWasmPath?: string;
}

interface NativeModule {
  new (): {
    setLanguage(language: unknown): void;
    parse(text: string, previous: ConcreteTree | null, options: { bufferSize: number }): ConcreteTree | null;
  };
}

interface WasmModule {
  readonly Parser: {
    new (): {
      setLanguage(language: unknown): void;
      parse(text: string, previous: ConcreteTree | null): ConcreteTree | null;
    };
    /** Makes the runtime out of the object that it is given. */
    init(runtime: { locateFile(name: string, folder: string): string }): Promise<void>;
  };
  readonly Language: { load(path: string): Promise<{ readonly types: readonly string[] }> };
}

/** What of web-tree-sitter's WebAssembly runtime is called directly. All of it works on the cursor in the transfer buffer. */
interface WasmRuntime {
  /** The transfer buffer's address. */
  _ts_init(): number;
  getValue(address: number, type: 'i32'): number;
  _ts_tree_cursor_current_node_type_id_wasm(tree: number): number;
  _ts_tree_cursor_current_node_is_named_wasm(tree: number): number;
  _ts_tree_cursor_current_node_is_missing_wasm(tree: number): number;
  _ts_tree_cursor_start_index_wasm(tree: number): number;
  _ts_tree_cursor_end_index_wasm(tree: number): number;
  _ts_tree_cursor_goto_first_child_wasm(tree: number): number;
  _ts_tree_cursor_goto_next_sibling_wasm(tree: number): number;
  _ts_tree_cursor_goto_parent_wasm(tree: number): number;
}

/** web-tree-sitter's cursor: its state as four words, copied to and from the transfer buffer by each of its methods. */
interface WasmCursor extends Cursor {
  [word: number]: number;
  delete(): void;
}

/**
 * Walks by the runtime's own functions and leaves the cursor's state in the transfer buffer between them: copying it there and
 * back takes longer than what is asked.
 */
class DirectCursor implements Cursor {
  private readonly cursor: WasmCursor;
  private readonly tree: number;

  constructor(
    private readonly runtime: WasmRuntime,
    private readonly buffer: number,
    private readonly types: readonly string[],
    tree: ConcreteTree,
  ) {
    this.tree = (tree as unknown as { readonly 0: number })[0];
    // Making it leaves it in the transfer buffer.
    this.cursor = tree.walk() as WasmCursor;
  }

  get nodeType(): string {
    return this.types[this.nodeTypeId] || 'ERROR';
  }
  get nodeTypeId(): number {
    return this.runtime._ts_tree_cursor_current_node_type_id_wasm(this.tree);
  }
  get nodeIsNamed(): boolean {
    return this.runtime._ts_tree_cursor_current_node_is_named_wasm(this.tree) === 1;
  }
  get nodeIsMissing(): boolean {
    return this.runtime._ts_tree_cursor_current_node_is_missing_wasm(this.tree) === 1;
  }
  get startIndex(): number {
    return this.runtime._ts_tree_cursor_start_index_wasm(this.tree);
  }
  get endIndex(): number {
    return this.runtime._ts_tree_cursor_end_index_wasm(this.tree);
  }
  gotoFirstChild(): boolean {
    return this.runtime._ts_tree_cursor_goto_first_child_wasm(this.tree) === 1;
  }
  gotoNextSibling(): boolean {
    return this.runtime._ts_tree_cursor_goto_next_sibling_wasm(this.tree) === 1;
  }
  gotoParent(): boolean {
    return this.runtime._ts_tree_cursor_goto_parent_wasm(this.tree) === 1;
  }
  delete(): void {
    // Its memory may have moved.
    for (let i = 0; i < 4; i++) this.cursor[i] = this.runtime.getValue(this.buffer + 4 * i, 'i32');
    this.cursor.delete();
  }
}

// A CommonJS bundle has `__filename`, an ES module has `import.meta.url`.
const load = createRequire(typeof __filename === 'string' ? __filename : import.meta.url);

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function need(specifier: string): unknown {
  try {
    return load(specifier);
  } catch (error) {
    throw new Error(`The Python parser could not be loaded: ${specifier}: ${messageOf(error)}`);
  }
}

function locate(specifier: string): string {
  try {
    return load.resolve(specifier);
  } catch (error) {
    throw new Error(`The Python parser could not be loaded: ${specifier} is missing: ${messageOf(error)}`);
  }
}

function checked(tree: ConcreteTree | null): ConcreteTree {
  if (!tree) throw new Error('The Python parser gave no tree: its grammar is not loaded.');
  return tree;
}

function loadNative(): ConcreteParser {
  const Native = need('tree-sitter') as NativeModule;
  const parser = new Native();
  parser.setLanguage(need('tree-sitter-python'));
  return {
    nodeTypes: [],
    // The default buffer is too small for long files, and parsing them fails.
    parse: (text, previous) => checked(parser.parse(text, previous, { bufferSize: text.length * 2 + 4096 })),
    walk: (tree) => tree.walk(),
  };
}

let wasmRuntime: { locateFile(): string } | undefined;

async function loadWasm(locations: ParserLocations): Promise<ConcreteParser> {
  const { Parser, Language } = need('web-tree-sitter') as WasmModule;
  const wasmPath = locations.wasmPath ?? locate('web-tree-sitter/web-tree-sitter.wasm');
  const grammarPath = locations.grammarWasmPath ?? locate('tree-sitter-python/tree-sitter-python.wasm');
  // Once it is there, it is the same for all parsers of this process.
  const made = wasmRuntime ?? { locateFile: () => wasmPath };
  try {
    await Parser.init(made);
    wasmRuntime = made;
  } catch (error) {
    throw new Error(`The Python parser could not be loaded: ${wasmPath}: ${messageOf(error)}`);
  }
  const parser = new Parser();
  let types: readonly string[];
  try {
    const language = await Language.load(grammarPath);
    parser.setLanguage(language);
    ({ types } = language);
  } catch (error) {
    throw new Error(`The Python parser could not be loaded: ${grammarPath}: ${messageOf(error)}`);
  }
  const filled = made as unknown as WasmRuntime;
  const buffer = filled._ts_init();
  return {
    nodeTypes: [],
    parse: (text, previous) => checked(parser.parse(text, previous)),
    walk: (tree) => new DirectCursor(filled, buffer, types, tree),
  };
}

/** @throws Error naming the file that is missing or can't be loaded on this platform. */
export async function loadTreeSitter(kind: ParserKind, locations: ParserLocations): Promise<ConcreteParser> {
  return kind === 'native' ? loadNative() : loadWasm(locations);
}

/** Offset of the first error in a tree that has one. */
export function errorAt(tree: ConcreteTree): number {
  const cursor = tree.walk();
  let found = Infinity;
  walk: for (;;) {
    if (cursor.nodeType === 'ERROR' || cursor.nodeIsMissing) found = Math.min(found, cursor.startIndex);
    if (cursor.gotoFirstChild()) continue;
    while (!cursor.gotoNextSibling()) if (!cursor.gotoParent()) break walk;
  }
  cursor.delete?.();
  return found === Infinity ? 0 : found;
}
