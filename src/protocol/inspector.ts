/** Between the inspector's webview and the extension. Texts are ready to be shown: the webview only lays them out. */

export interface SourceLink {
  readonly uri: string;
  readonly line: number;
  readonly character: number;
}

export type RowChange = 'same' | 'changed' | 'added' | 'removed';

/** One module of the tree, parents before children. */
export interface InspectorRow {
  /** Dotted path: unique. `''` for the root. */
  readonly path: string;
  readonly name: string;
  readonly type: string;
  readonly depth: number;
  readonly children: number;
  readonly parameters: string;
  /** Of the root's parameters, 0 to 1. */
  readonly share: number | null;
  /** Dotted path of the module whose weights these are. */
  readonly shared: string | null;
  readonly input: string;
  readonly output: string;
  readonly macs: string;
  readonly source: SourceLink | null;
  /** Only with pending changes. */
  readonly before?: string;
  readonly difference?: string;
  readonly change?: RowChange;
}

export interface InspectorTotal {
  readonly label: string;
  readonly value: string;
  /** Only with pending changes. */
  readonly before?: string;
  readonly difference?: string;
}

export interface InspectorNote {
  readonly text: string;
  readonly source: SourceLink | null;
}

export interface InspectorView {
  readonly qualname: string;
  readonly file: string;
  /** How it was constructed. */
  readonly call: string | null;
  /** Other modules of the file to choose from. */
  readonly choices: readonly string[];
  /** Rows have `before` and `difference`. */
  readonly comparing: boolean;
  readonly signature: string;
  readonly totals: readonly InspectorTotal[];
  readonly rows: readonly InspectorRow[];
  readonly unknowns: readonly InspectorNote[];
  readonly assumptions: readonly InspectorNote[];
}

export type ExportFormat = 'markdown' | 'csv';

export type ToInspector =
  | {
      readonly type: 'view';
      readonly view: InspectorView;
      readonly target: { readonly uri: string; readonly qualname: string };
    }
  | { readonly type: 'loading'; readonly text: string }
  /** Nothing to show, and why. */
  | { readonly type: 'message'; readonly text: string };

export type FromInspector =
  | { readonly type: 'ready' }
  | { readonly type: 'choose'; readonly qualname: string }
  | { readonly type: 'reveal'; readonly source: SourceLink }
  | { readonly type: 'export'; readonly format: ExportFormat };
