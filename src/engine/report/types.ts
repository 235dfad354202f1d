/**
 * The report: what the analyser says about one module, as the command line prints it and everybody shows it. Plain JSON.
 * What is unknown is `null`, with an entry in `unknowns`: never a guess, never a silent zero.
 */

/** A count that depends on sizes that the source leaves open. */
export interface SymbolicCount {
  /** For people: `512*num_classes + 11176512`. */
  readonly expression: string;
  /** The names in the expression. */
  readonly symbols: readonly string[];
  /** The count where all sizes have a known default, else `null`. */
  readonly value: number | null;
}

/** An exact integer, an exact expression, or unknown. */
export type Count = number | SymbolicCount | null;

/** Sizes by axis. `null` in place of a size: unknown size; in place of the shape: not even the number of axes is known. */
export type ShapeReport = readonly Count[] | null;

/** A tensor's shape; outputs of a tuple or list; of a dict or dataclass. */
export type OutputReport = ShapeReport | readonly OutputReport[] | { readonly [name: string]: OutputReport };

/** Zero-based, in UTF-16 code units, as in the language server protocol. */
export interface ReportPosition {
  readonly line: number;
  readonly character: number;
}

/** A piece of a source file. */
export interface ReportSpan {
  /** Absolute path, or a URI for what is not on disk. */
  readonly file: string;
  readonly start: ReportPosition;
  readonly end: ReportPosition;
}

/** Something that was assumed or not found out, with its place; `line` counts from 1, as people do. */
export interface ReportNote {
  readonly reason: string;
  readonly file: string | null;
  readonly line: number | null;
}

export interface ParameterCounts {
  /** Each parameter once. */
  readonly total: Count;
  readonly trainable: Count;
  readonly frozen: Count;
  /** What was counted where the rest is unknown, e.g. below an unresolved base class. */
  readonly atLeast?: Count;
}

/** Bytes. */
export interface MemoryReport {
  readonly parameters: Count;
  readonly buffers: Count;
  readonly gradients: Count;
  readonly optimizer: Count;
  /** What backward must keep of one forward pass in training mode, inputs included; `null` unless asked for. */
  readonly activations: Count;
  /** Everything at once: parameters, buffers, gradients, the optimizer's state, and activations. Work memory comes on top. */
  readonly peak: Count;
  /** Whose state `optimizer` is. */
  readonly optimizerName?: string;
  /** No optimizer was found in the project. */
  readonly optimizerAssumed?: boolean;
  /** What it was asked for, where that is not float32 throughout. */
  readonly precision?: Precision;
}

/** Floats of two bytes. */
export type HalfDType = 'float16' | 'bfloat16';

export interface Precision {
  /** Parameters, buffers and inputs have this dtype. */
  readonly dtype?: HalfDType;
  /** `forward` runs under `torch.autocast` to this dtype. */
  readonly autocast?: HalfDType;
}

/** One submodule in registration order. */
export interface ModuleNodeReport {
  /** Attribute name in the parent, `''` for the root. */
  readonly name: string;
  /** Class name. */
  readonly type: string;
  /** Where it was constructed, where that is known. */
  readonly span: ReportSpan | null;
  /** Parameters that it holds itself. */
  readonly own: Count;
  /** With all below, each once. */
  readonly total: Count;
  readonly trainable: Count;
  /** Dotted path of the first place of this very module or of its weights, if it was registered before; else `null`. */
  readonly shared: string | null;
  /** In forward: `null` if it wasn't called or the shape is unknown. */
  readonly inputShape: ShapeReport;
  readonly outputShape: OutputReport;
  readonly macs: Count;
  /** Bytes that backward must keep of its calls, with all below; only where memory was asked for. */
  readonly kept?: Count;
  readonly children: readonly ModuleNodeReport[];
}

export interface InputReport {
  readonly name: string;
  readonly shape: ShapeReport;
  readonly dtype: string | null;
  /**
   * Who says so: the request or a directive, an annotation, a call or a data set in the project, the module of
   * the file that holds it, or only the layers that read it.
   */
  readonly source: 'given' | 'annotation' | 'call' | 'data' | 'whole' | 'inferred';
  /** How it was found out, where nobody said it outright. */
  readonly note?: ReportNote;
}

/** Expected signal at initialisation, one entry per layer in forward order. */
export interface LayerSignal {
  /** Dotted path. */
  readonly path: string;
  /** Variance of the output's elements. */
  readonly variance: number | null;
  /** Norm of the gradient that reaches it, the loss's own being 1. */
  readonly gradientNorm: number | null;
}

/** Whether a gradient gets through at initialisation. */
export interface SignalVerdict {
  readonly kind: 'healthy' | 'vanishing' | 'exploding';
  /** Dotted path of the layer where it starts, coming from the output. */
  readonly from: string | null;
}

/** How much of an input's axis one position of a layer's result depends on: positions, or all of them. `null`: not known. */
export type FieldSize = number | 'all' | null;

/** What a layer sees of the input, one entry per layer in forward order. */
export interface LayerCapacity {
  /** Dotted path. */
  readonly path: string;
  /** Class name. */
  readonly type: string;
  /** Receptive field of the first result, by the axes of {@link CapacityReport.axes}; may be larger than the input. */
  readonly receptiveField: readonly FieldSize[];
  /** Steps along the input between neighbouring positions of the result; `null` where it has no such positions any more. */
  readonly stride: readonly (number | null)[];
}

/** A place that passes on fewer features than the layers on both sides have: no composition through it has a higher rank. */
export interface RankBottleneck {
  /** Dotted path of the layer that makes the narrow features. */
  readonly path: string;
  /** Features that get through. */
  readonly rank: number;
  /** Features before it and after the next layers, the smaller of them. */
  readonly width: number;
  /** Something goes round it: a residual connection, a gate on what it came from, a branch beside it. */
  readonly bypassed: boolean;
}

/** What a model can see and express, as far as the architecture decides it. */
export interface CapacityReport {
  /** The axes of the first input that layers slide over or mix as positions: names no axis where there is none. */
  readonly axes: readonly { readonly axis: number; readonly size: Count }[];
  readonly layers: readonly LayerCapacity[];
  readonly bottlenecks: readonly RankBottleneck[];
  /** Samples in the training data, where the project says it. */
  readonly samples: { readonly count: number; readonly source: string; readonly span: ReportSpan } | null;
  /** Trainable parameters per training sample. */
  readonly parametersPerSample: number | null;
  /** Why fields and bottlenecks can't be told. */
  readonly unknown: ReportNote | null;
}

/** Something that runs in `forward`, or where a tensor begins or ends. */
export interface GraphNode {
  readonly kind: 'input' | 'output' | 'layer' | 'operator' | 'parameter' | 'buffer' | 'unknown';
  /** Class of a layer, PyTorch's name of an operator, name of an input, reason of what is unknown. */
  readonly label: string;
  /** Dotted path of the layer, of the module whose forward runs the operator, or of the parameter. */
  readonly path: string;
  /** Index of the group in which it runs; `null`: in the model's own forward. */
  readonly group: number | null;
  readonly span: ReportSpan | null;
  readonly macs?: Count;
  /** 2 for the second call of the same layer, and so on. */
  readonly time?: number;
}

/** A call of a module with all that runs in it. */
export interface GraphGroup {
  readonly path: string;
  readonly type: string;
  readonly parent: number | null;
  readonly span: ReportSpan | null;
  readonly time?: number;
}

/** A tensor on its way; `from` and `to` are indices of nodes. */
export interface GraphEdge {
  readonly from: number;
  readonly to: number;
  readonly shape: ShapeReport;
}

/** The dataflow of one forward pass in evaluation mode. Nodes are in the order in which they ran. */
export interface GraphReport {
  readonly nodes: readonly GraphNode[];
  readonly groups: readonly GraphGroup[];
  readonly edges: readonly GraphEdge[];
  /** Why there may be more to it than is shown. */
  readonly unknown: ReportNote | null;
}

import type { Severity } from '../lint/severity.js';

export type { Severity };

/** A problem that was found, with the numbers in the message. */
export interface FindingReport {
  /** The rule's id, e.g. `A01`; `syntax`, `shape`, `raise` for what no rule is about and the analyser itself ran into. */
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
  readonly span: ReportSpan;
  /** Dotted path of the submodule, where it is about one. */
  readonly path?: string;
  /** Places that help to understand it. */
  readonly related?: readonly { readonly message: string; readonly span: ReportSpan }[];
  /** A repair that was computed. */
  readonly fix?: {
    readonly title: string;
    readonly edits: readonly { readonly span: ReportSpan; readonly text: string }[];
  };
  /** Repairs that have to be tried: the first one that helps is the fix. */
  readonly fixCandidates?: readonly NonNullable<FindingReport['fix']>[];
}

export interface ModelReport {
  readonly qualname: string;
  /** Absolute path, or a URI for what is not on disk. */
  readonly file: string;
  /** The class statement. */
  readonly span: ReportSpan;
  /** How it was constructed, as source text; `null` if no call could be made up. */
  readonly call: string | null;
  /** Arguments that nobody gave: the counts are in terms of them, or unknown. */
  readonly missingArguments?: readonly string[];
  readonly parameters: ParameterCounts;
  /** Elements of all buffers, non-persistent ones too, each once. */
  readonly buffers: Count;
  /** Distinct modules, the root included. */
  readonly modules: Count;
  readonly tree: ModuleNodeReport | null;
  readonly inputs: readonly InputReport[];
  readonly output: OutputReport;
  /** Multiply-accumulates of matrix products, convolutions and attention, forward, eval mode. */
  readonly macs: Count;
  readonly memory: MemoryReport;
  /** Empty unless asked for, and where a step of the way isn't known. */
  readonly signal: readonly LayerSignal[];
  readonly signalVerdict?: SignalVerdict | null;
  /** What the signal takes for sizes of the inputs that are only named. */
  readonly signalSizes?: Readonly<Record<string, number>>;
  /** Why it was asked for and can't be told. */
  readonly signalUnknown?: ReportNote | null;
  /** Only where it was asked for; `null` where nothing says what forward is called with. */
  readonly graph?: GraphReport | null;
  /** Only where details were asked for. */
  readonly capacity?: CapacityReport;
  readonly findings: readonly FindingReport[];
  readonly assumptions: readonly ReportNote[];
  readonly unknowns: readonly ReportNote[];
}
