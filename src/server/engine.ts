/**
 * What the server needs of the engine. The worker makes one of these over the disk and the open documents, and short-lived
 * ones over texts that are only proposed.
 */
import type { Project } from '../engine/project/index.js';
import type { DirectiveHelp } from '../engine/report/index.js';
import type { Advice, AdviceQuestion, Offer } from '../engine/advice/index.js';
import type { SourceProvider } from '../engine/project/sourceProvider.js';
import type { TrainingContext, TrainingQuestion } from '../engine/training/index.js';
import type { PythonParser, SourceFile } from '../engine/syntax/index.js';
import type { HintOptions, PlacedHint, PlacedHover } from '../engine/report/index.js';

export type { PlacedHint, PlacedHover };
import type { FindingReport, ModelReport, ModuleSummary, Position, Precision } from '../protocol/index.js';

export interface EngineOptions {
  readonly provider: SourceProvider;
  readonly parser: PythonParser;
  /** Folders in which modules are looked for: workspace folders first. */
  readonly roots: readonly string[];
  /** Folders of installed packages, searched after the roots. */
  readonly libraries?: readonly string[];
  /** Numbers for sizes of inputs that nobody says: `{ B: 8 }`. */
  readonly sizes?: Readonly<Record<string, number>>;
  /** Asked now and then; `true` ends the run early. */
  readonly cancelled?: () => boolean;
}

export interface AnalyzeOptions {
  /** Only this class. */
  readonly qualname?: string;
  /** Python that makes the module; one report then. */
  readonly call?: string;
  /** `1,3,32,32[:dtype]` or `name=1,128:int64`. */
  readonly inputs?: readonly string[];
  /** With memory and signal, which take another forward pass. */
  readonly details?: boolean;
  /** Size of the first axis of the inputs for memory, in place of what was found. */
  readonly batch?: number;
  /** Of the numbers in training, for memory; float32 without. */
  readonly precision?: Precision;
  /** With the dataflow graph. */
  readonly graph?: boolean;
}

/** Paths are absolute with `/`, or URIs for what is not on disk. Only a cancelled run throws. */
export interface AnalysisEngine {
  /** The `nn.Module` classes of a file in source order, with their counts. */
  modulesOf(path: string): readonly ModuleSummary[];
  /** One report per module class in source order; exactly one with `call`. */
  analyzeFile(path: string, options?: AnalyzeOptions): readonly ModelReport[];
  /** Syntax, directive and shape problems of a file. */
  problemsOf(path: string): readonly FindingReport[];
  /** What the rules find in a file. */
  findingsOf(path: string): readonly FindingReport[];
  /** Both of a file that nobody has open: nothing of it is kept. */
  lookAt(path: string): { readonly problems: readonly FindingReport[]; readonly findings: readonly FindingReport[] };
  /** Shapes and parameters to be written into a file's text. */
  hintsOf(path: string, options: HintOptions): readonly PlacedHint[];
  /** What is known of the expression at a position. */
  hoverAt(path: string, position: Position): PlacedHover | null;
  /** A file as it was analysed. */
  textOf(path: string): SourceFile | null;
  /** What a directive may say in a file. */
  directiveHelp(path: string): DirectiveHelp;
  /** The playbook's advice; `null` if it has none for this text. Its changes are not checked. */
  advise(question: AdviceQuestion): Advice | null;
  /** What may be offered at a position of a file; titles without numbers, changes unchecked. */
  offersAt(path: string, position: Position): readonly Offer[];
  /** What trains a model; `null` if the file can't be read. */
  training(question: TrainingQuestion): TrainingContext | null;
  /** The source files as this engine sees them. */
  readonly project: Project;
  /** These files (all when omitted) may have changed. */
  invalidate(paths?: readonly string[]): void;
}

export type EngineFactory = (options: EngineOptions) => AnalysisEngine;

/** An answer that isn't a result but isn't a fault of the program either: its message is for people. */
export class AnalysisError extends Error {
  override readonly name = 'AnalysisError';
}
