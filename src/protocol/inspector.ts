/** Between the inspector's webview and the extension. Texts are ready to be shown: the webview only lays them out. */
import type { Precision } from './report.js';

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

/** A piece of memory; `before` where there are pending changes. */
export interface InspectorBytes {
  readonly label: string;
  /** `null`: not a number, see `text`. */
  readonly bytes: number | null;
  readonly text: string;
  readonly before?: { readonly bytes: number | null; readonly text: string };
}

export interface InspectorMemory {
  /** Parameters, buffers, gradients, optimizer, activations: what `peak` is the sum of. */
  readonly parts: readonly InspectorBytes[];
  readonly peak: InspectorBytes;
  /** Size of the first axis of the inputs that this is for: `8`, `B`, `unknown`. */
  readonly batch: string;
  /** `bfloat16`, `autocast to float16`; `''` for float32 throughout. */
  readonly numbers: string;
  /** How the batch size and the optimizer are known, and what isn't. */
  readonly notes: readonly InspectorNote[];
  /** Layers that keep most for backward, largest first; none where that depends on sizes that are open. */
  readonly kept: readonly {
    readonly path: string;
    readonly type: string;
    readonly bytes: number;
    readonly text: string;
    readonly source: SourceLink | null;
  }[];
}

export interface InspectorSignalLayer {
  readonly path: string;
  readonly type: string;
  readonly variance: number | null;
  readonly gradientNorm: number | null;
  readonly source: SourceLink | null;
}

export interface InspectorSignal {
  readonly layers: readonly InspectorSignalLayer[];
  readonly verdict: {
    readonly kind: 'healthy' | 'vanishing' | 'exploding';
    readonly text: string;
    readonly from: string | null;
  } | null;
  /** Why there is nothing, or no verdict, and what can be done about it. */
  readonly notes: readonly InspectorNote[];
}

/** What a layer sees of the input. */
export interface InspectorCapacityLayer {
  readonly path: string;
  readonly type: string;
  /** `7×7`, `all`; `''`: there is nothing to say. */
  readonly receptiveField: string;
  readonly stride: string;
  readonly source: SourceLink | null;
}

export interface InspectorCapacity {
  /** Sizes of the axes that layers slide over: `32×32`; `''`: there are none. */
  readonly axes: string;
  /** Layers of which there is something to say, in the order in which they run. */
  readonly layers: readonly InspectorCapacityLayer[];
  /** Narrow places, and parameters against samples. */
  readonly findings: readonly InspectorNote[];
  /** What isn't known, and what can be done about it. */
  readonly notes: readonly InspectorNote[];
}

/** What takes another forward pass, in training mode. */
export interface InspectorDetails {
  readonly memory: InspectorMemory;
  readonly signal: InspectorSignal;
  readonly capacity: InspectorCapacity;
}

export interface InspectorGraphNode {
  readonly kind: 'input' | 'output' | 'layer' | 'operator' | 'parameter' | 'buffer' | 'unknown';
  readonly label: string;
  readonly path: string;
  readonly group: number | null;
  readonly source: SourceLink | null;
  /** `''`: none or not known. */
  readonly macs: string;
  readonly time?: number;
}

export interface InspectorGraphGroup {
  readonly path: string;
  readonly type: string;
  readonly parent: number | null;
  readonly source: SourceLink | null;
  readonly time?: number;
}

export interface InspectorGraph {
  readonly nodes: readonly InspectorGraphNode[];
  readonly groups: readonly InspectorGraphGroup[];
  readonly edges: readonly { readonly from: number; readonly to: number; readonly shape: string }[];
  /** Why there is none, or may be more to it, and what can be done about it. */
  readonly notes: readonly InspectorNote[];
}

/** What is only asked for when it is looked at. */
export type InspectorPart = 'details' | 'graph' | 'fit';

export type ExportFormat = 'markdown' | 'csv';
export type PictureFormat = 'svg' | 'png';

export type ToInspector =
  | {
      readonly type: 'view';
      readonly view: InspectorView;
      readonly target: { readonly uri: string; readonly qualname: string };
    }
  | { readonly type: 'details'; readonly details: InspectorDetails }
  | { readonly type: 'graph'; readonly graph: InspectorGraph }
  /** The largest batch that fits, as a sentence. */
  | { readonly type: 'fit'; readonly text: string }
  /** A part could not be had, and why; also when it was cancelled. */
  | { readonly type: 'failed'; readonly part: InspectorPart; readonly text: string }
  | { readonly type: 'loading'; readonly text: string }
  /** Nothing to show, and why. */
  | { readonly type: 'message'; readonly text: string };

export type FromInspector =
  | { readonly type: 'ready' }
  | { readonly type: 'choose'; readonly qualname: string }
  | { readonly type: 'reveal'; readonly source: SourceLink }
  | { readonly type: 'export'; readonly format: ExportFormat }
  /** `null`: as the source has it. */
  | { readonly type: 'details'; readonly batch: number | null; readonly precision: Precision }
  | { readonly type: 'graph' }
  | { readonly type: 'fit'; readonly gigabytes: number; readonly precision: Precision }
  | { readonly type: 'cancel'; readonly part: InspectorPart }
  /** Something that the user wanted and that can't be done, for people. */
  | { readonly type: 'problem'; readonly text: string }
  /** A picture to be saved: the text of an SVG, or a PNG as base64. */
  | { readonly type: 'picture'; readonly name: string; readonly format: PictureFormat; readonly data: string };
