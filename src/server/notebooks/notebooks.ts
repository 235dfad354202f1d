/** The notebooks that are open in the editor. Their cells are documents like others; here they become programs. */
import type {
  Connection,
  DidChangeTextDocumentParams,
  DidCloseTextDocumentParams,
  DidOpenTextDocumentParams,
  NotificationHandler,
  TextDocuments,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { pathOf } from '../paths.js';
import { layOut, type Program } from './program.js';

const CELL_SCHEME = 'vscode-notebook-cell:';

interface OpenNotebook {
  /** Python cells in order. */
  cells: string[];
  version: number;
  program: Program;
}

export class Notebooks {
  private readonly open = new Map<string, OpenNotebook>();
  /** The notebook of each cell. */
  private readonly owners = new Map<string, string>();

  constructor(
    private readonly documents: TextDocuments<TextDocument>,
    /** Told of every new program; `text` is `null` when the notebook was closed. */
    private readonly changed: (program: Program, text: string | null) => void,
  ) {}

  get isEmpty(): boolean {
    return this.open.size === 0;
  }

  /** Whether a document is a cell, or was one until it was removed. */
  holds(uri: string): boolean {
    return uri.startsWith(CELL_SCHEME) || this.owners.has(uri);
  }

  /** The program that a cell belongs to. */
  ofCell(uri: string): Program | undefined {
    const owner = this.owners.get(uri);
    return owner === undefined ? undefined : this.open.get(owner)?.program;
  }

  /** The program that the engine knows by this path. */
  ofPath(path: string): Program | undefined {
    for (const { program } of this.open.values()) if (program.path === path) return program;
    return undefined;
  }

  /** A cell's text changed. */
  update(cell: string): void {
    const owner = this.owners.get(cell);
    if (owner !== undefined) this.layOut(owner);
  }

  /** Follows the notebooks of the editor; the texts of their cells go into the documents. */
  listen({ notebooks: { synchronization } }: Connection): void {
    const cells = new CellConnection();
    this.documents.listen(cells);
    synchronization.onDidOpenNotebookDocument(({ notebookDocument: { uri, cells: list }, cellTextDocuments }) => {
      this.open.set(uri, {
        cells: list.map(({ document }) => document),
        version: 0,
        program: layOut(this.named(uri), []),
      });
      this.own(uri);
      for (const textDocument of cellTextDocuments) cells.open({ textDocument });
      this.layOut(uri);
    });
    synchronization.onDidChangeNotebookDocument(({ notebookDocument: { uri }, change }) => {
      const notebook = this.open.get(uri);
      if (!notebook) return;
      const { structure, textContent = [] } = change.cells ?? {};
      if (structure) {
        const { array, didOpen = [], didClose = [] } = structure;
        const added = (array.cells ?? []).map(({ document }) => document);
        notebook.cells.splice(array.start, array.deleteCount, ...added);
        this.own(uri);
        for (const textDocument of didOpen) cells.open({ textDocument });
        for (const textDocument of didClose) cells.close({ textDocument });
      }
      for (const { document, changes } of textContent)
        cells.change({ textDocument: document, contentChanges: changes });
      // Moving a cell changes no text, but the program.
      if (structure) this.layOut(uri);
    });
    synchronization.onDidCloseNotebookDocument(({ notebookDocument: { uri }, cellTextDocuments }) => {
      const notebook = this.open.get(uri);
      this.open.delete(uri);
      this.own(uri);
      for (const textDocument of cellTextDocuments) cells.close({ textDocument });
      if (notebook) this.changed(notebook.program, null);
    });
  }

  private own(uri: string): void {
    for (const [cell, owner] of this.owners) if (owner === uri) this.owners.delete(cell);
    for (const cell of this.open.get(uri)?.cells ?? []) this.owners.set(cell, uri);
  }

  private layOut(uri: string): void {
    const notebook = this.open.get(uri);
    if (!notebook) return;
    const texts = notebook.cells.flatMap((cell) => {
      const document = this.documents.get(cell);
      return document ? [{ uri: cell, version: document.version, text: document.getText() }] : [];
    });
    notebook.program = layOut({ ...this.named(uri), version: ++notebook.version }, texts);
    this.changed(notebook.program, notebook.program.text);
  }

  /** The address of an unsaved notebook says of which kind it is; the engine has no use for that. */
  private named(uri: string): Pick<Program, 'uri' | 'path' | 'version'> {
    const plain = uri.startsWith('untitled:') ? uri.replace(/\?.*$/, '') : uri;
    return { uri: plain, path: pathOf(plain), version: 0 };
  }
}

/** Brings the texts of cells to where the texts of files are. */
class CellConnection {
  private opened: NotificationHandler<DidOpenTextDocumentParams> = () => undefined;
  private changed: NotificationHandler<DidChangeTextDocumentParams> = () => undefined;
  private closed: NotificationHandler<DidCloseTextDocumentParams> = () => undefined;

  open(params: DidOpenTextDocumentParams): void {
    void this.opened(params);
  }
  change(params: DidChangeTextDocumentParams): void {
    void this.changed(params);
  }
  close(params: DidCloseTextDocumentParams): void {
    void this.closed(params);
  }

  onDidOpenTextDocument(handler: NotificationHandler<DidOpenTextDocumentParams>): { dispose: () => void } {
    this.opened = handler;
    return NOTHING;
  }
  onDidChangeTextDocument(handler: NotificationHandler<DidChangeTextDocumentParams>): { dispose: () => void } {
    this.changed = handler;
    return NOTHING;
  }
  onDidCloseTextDocument(handler: NotificationHandler<DidCloseTextDocumentParams>): { dispose: () => void } {
    this.closed = handler;
    return NOTHING;
  }
  onWillSaveTextDocument(): { dispose: () => void } {
    return NOTHING;
  }
  onWillSaveTextDocumentWaitUntil(): { dispose: () => void } {
    return NOTHING;
  }
  onDidSaveTextDocument(): { dispose: () => void } {
    return NOTHING;
  }
}

const NOTHING = { dispose: (): void => undefined };
