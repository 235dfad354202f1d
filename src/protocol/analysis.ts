/** Messages about the analysis of files: JSON-RPC parameters and results. */
import type { ParameterDelta } from '../edits/index.js';
import type { Count, FindingReport, InputReport, ModelReport, OutputReport, Precision, ReportNote } from './report.js';

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

/** A text that takes the place of a file's content for one request. */
export interface OverlayText {
  readonly uri: string;
  readonly text: string;
}

/** One `nn.Module` class of a document, for CodeLens and pickers. */
export interface ModuleSummary {
  /** Class name. */
  readonly name: string;
  readonly qualname: string;
  /** The class statement. */
  readonly range: Range;
  /** Its name. */
  readonly nameRange: Range;
  /** Exact, symbolic, or `null` with `unknown` saying why. */
  readonly parameters: Count;
  /** What was counted where the rest is unknown. */
  readonly atLeast?: Count;
  /** How it was constructed. */
  readonly call: string | null;
  /** What `forward` was followed with; empty when it wasn't. */
  readonly inputs: readonly InputReport[];
  readonly output: OutputReport;
  readonly macs: Count;
  /** Arguments of the constructor that nobody gave. */
  readonly missing: readonly string[];
  readonly unknown: ReportNote | null;
}

export interface ModulesParams {
  readonly uri: string;
}

export interface ModulesResult {
  /** The document's version that was analysed; `null` for a file that isn't open. */
  readonly version: number | null;
  /** In source order. */
  readonly modules: readonly ModuleSummary[];
}

export interface DirectiveParams {
  readonly uri: string;
  readonly qualname: string;
}

/** A `# architect:` comment for a class. */
export interface DirectiveResult {
  /** Where its line goes. */
  readonly position: Position;
  /** Spaces before it. */
  readonly indent: number;
  /** What follows `# architect: `, in the editor's snippet syntax. */
  readonly snippet: string;
}

export interface InspectParams {
  readonly uri: string;
  /** The class; without it the one that holds `position`, else every module of the file. */
  readonly qualname?: string;
  readonly position?: Position;
  /** Python that makes the module, in the file's own namespace; without it as the analyser finds one. */
  readonly call?: string;
  /** `1,3,32,32[:dtype]` or `name=1,128:int64`, as on the command line. */
  readonly inputs?: readonly string[];
  /** With memory and signal, which take another forward pass. */
  readonly details?: boolean;
  /** Size of the first axis of the inputs for memory, in place of what was found. */
  readonly batch?: number;
  /** Of the numbers in training, for memory; float32 without. */
  readonly precision?: Precision;
  /** With the dataflow graph. */
  readonly graph?: boolean;
  /** Texts in place of files: the report of a change that isn't made yet, or of the text before it. */
  readonly overlay?: readonly OverlayText[];
}

export interface InspectResult {
  readonly version: number | null;
  readonly reports: readonly ModelReport[];
}

/** Texts to analyse in place of the present ones. */
export interface Variant {
  readonly id: string;
  readonly files: readonly OverlayText[];
}

export interface CheckEditsParams {
  /** The texts without the change. */
  readonly baseline: readonly OverlayText[];
  /** The whole change and, for each hunk or group, the change made alone. */
  readonly variants: readonly Variant[];
  /** Nobody waits for the answer: whatever else is asked goes first. */
  readonly background?: boolean;
}

export interface Check {
  readonly outcome: 'passed' | 'failed' | 'notDeterminable';
  /** Why it failed or could not be determined. */
  readonly reason?: string;
}

export interface ModuleDifference {
  readonly uri: string;
  readonly qualname: string;
  /** `undefined`: the class isn't there. */
  readonly before?: Count;
  readonly after?: Count;
}

export interface CheckedVariant {
  readonly id: string;
  readonly syntax: Check;
  /** No new shape problem compared with the baseline. */
  readonly shapes: Check;
  /** Problems that the baseline doesn't have. */
  readonly problems: readonly FindingReport[];
  readonly modules: readonly ModuleDifference[];
  /** What it does to the parameters of the outermost module. */
  readonly parameters: ParameterDelta;
}

export interface CheckEditsResult {
  readonly variants: readonly CheckedVariant[];
}

/** What the analysis is doing, for the status bar. */
export interface AnalysisState {
  readonly kind: 'starting' | 'ready' | 'busy' | 'restarting' | 'failed';
  /** Which parser works; `null` before it has answered its first probe. */
  readonly parser: 'native' | 'wasm' | null;
  /** For people: what happened and what to do. */
  readonly message?: string;
}

/** Results of a document are out of date: ask again. */
export interface AnalysisChanged {
  /** All documents if left out. */
  readonly uri?: string;
}

export interface ActiveDocument {
  /** The document that the user looks at: it is analysed first. */
  readonly uri: string | null;
}

export interface FindingsParams {
  readonly uri: string;
  /** What doesn't parse or fit as well, before what the rules find. */
  readonly problems?: boolean;
  /** Texts in place of files. */
  readonly overlay?: readonly OverlayText[];
}

export interface FindingsResult {
  readonly findings: readonly FindingReport[];
}

/** A finding that is to be explained in chat. */
export interface FindingQuestion {
  readonly rule: string;
  readonly message: string;
  readonly uri: string;
  /** Zero-based. */
  readonly line: number;
}

/** A fix to be shown as pending changes: one that touches several places, or that is looked at first. */
export interface FixProposal {
  readonly title: string;
  /** The rule whose finding it repairs. */
  readonly rule: string;
  readonly changes: Readonly<Record<string, readonly { readonly range: Range; readonly newText: string }[]>>;
}
