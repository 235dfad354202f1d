/** The engine's front door: files in, reports out. Everything above asks here. */
import {
  Interpreter,
  Stopped,
  evaluateSource,
  type PyClass,
  type PyInstance,
  type PyModule,
  type Value,
} from '../python/index.js';
import { stdlib } from '../python/stdlib/index.js';
import { dirname, Project, type SourceProvider } from '../project/index.js';
import { classesOf, type ClassDef, type PythonParser, type SourceFile } from '../syntax/index.js';
import { importersOf, nearFiles } from '../training/index.js';
import { signatureOf } from '../model/index.js';
import { isModuleClass } from '../torch/nn/module.js';
import { unobserved } from '../torch/rehearsal.js';
import { torchModules } from '../torch/index.js';
import { spanOf } from './counts.js';
import { classesByCall, construct, type ClassContext, type Wholes } from './construct.js';
import { directivesOf, sizesIn, type DirectiveHelp } from './directives.js';
import type { NamedSizes } from './inferInputs.js';
import type { InputSpec } from './inputs.js';
import { check, distinct, Program, unsilenced } from '../lint/index.js';
import { findingReport } from './findings.js';
import { Mentions } from './mentions.js';
import { buildReport, type ReportRequest } from './modelReport.js';
import { Recorder, type Observation } from './observation.js';
import { optimizerFor } from './optimizerState.js';
import { inputsFromWhole, type AnalysedWhole, type PartCalls } from './partInputs.js';
import { rehearse } from './rehearse.js';
import { signalAtStart, type Flowing } from './trainingPass.js';
import type { TrainingPlaces } from './trainingPlaces.js';
import { samplesFor } from './trainingSamples.js';
import type { FindingReport, ModelReport, Precision } from './types.js';

export interface EngineOptions {
  readonly provider: SourceProvider;
  readonly parser: PythonParser;
  /** Folders in which modules are looked for, in order. */
  readonly roots: readonly string[];
  /** Folders of installed packages, searched after the roots. */
  readonly libraries?: readonly string[];
  /** Folders whose files may train what is analysed; default: the roots. */
  readonly programFolders?: readonly string[];
  /** Folders whose files may show how a class is constructed; default: the folder of the file that is analysed. */
  readonly searchFolders?: readonly string[];
  /** Numbers for sizes of inputs that nobody says. */
  readonly sizes?: NamedSizes;
  /** Asked now and then; `true` ends the run early. */
  readonly cancelled?: () => boolean;
  /** Milliseconds one report may take. */
  readonly timeLimit?: number;
}

export interface AnalyzeOptions {
  /** Only this class. */
  readonly qualname?: string;
  /** Python that makes the module; one report then. */
  readonly call?: string;
  readonly inputs?: readonly InputSpec[];
  /** With memory and signal, which take another forward pass. */
  readonly details?: boolean;
  /** With the dataflow graph. */
  readonly graph?: boolean;
  /** Size of the first axis of the inputs for memory, in place of what was found. */
  readonly batch?: number;
  /** Of the numbers in training, for memory; float32 without. */
  readonly precision?: Precision;
  /** Milliseconds for all classes of the file together; without, each has the time of a run. */
  readonly within?: number;
}

/** Scripts that import a file and are run to see what becomes of its models. */
const MOST_SCRIPTS = 3;

/** One class of a file, and what the others of it said so far. */
interface ClassRequest {
  readonly path: string;
  readonly file: SourceFile;
  readonly node: ClassDef;
  readonly inputs: readonly InputSpec[] | null;
  readonly wholes: Wholes;
  /** Whether to collect what is seen at the places of the file. */
  readonly watches: boolean;
  /** What to find out beside counts and shapes. */
  readonly details: Pick<ReportRequest, 'details' | 'graph'>;
  /** `null` for what is being analysed, and what is no module. */
  readonly analysed: ReadonlyMap<ClassDef, Analysed | null>;
}

interface Analysed extends AnalysedWhole {
  readonly report: ModelReport;
  readonly observation: Observation | null;
}

/** The request can't be answered at all: its message is for people. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
}

/** Of the time for a file: what a class leaves to those that come after it. */
const SHARE_OF_OTHERS = 0.2;

export class Engine {
  readonly project: Project;
  readonly interpreter: Interpreter;
  private readonly mentions = new Mentions();

  constructor(private readonly options: EngineOptions) {
    const { provider, roots, libraries, programFolders } = options;
    this.project = new Project(provider, options.parser, roots, libraries, programFolders);
    this.interpreter = new Interpreter({
      project: this.project,
      modules: [...stdlib, ...torchModules],
      cancelled: options.cancelled,
      timeLimit: options.timeLimit,
    });
  }

  /** These files (all when omitted) may have changed: forgets what depends on them. */
  invalidate(paths?: readonly string[]): void {
    this.project.invalidate(paths);
    if (paths) this.interpreter.importer.invalidate(new Set(paths));
    else this.interpreter.importer.invalidateAll();
  }

  private file(path: string): SourceFile {
    const file = this.project.file(path);
    if (!file) throw new EngineError(`${path} can't be read as a text file`);
    return file;
  }

  /** One report per module class in source order; exactly one with `call`. @throws EngineError when the file can't be read. */
  analyzeFile(path: string, options: AnalyzeOptions = {}): ModelReport[] {
    const file = this.file(path);
    if (options.call !== undefined) return [this.analyzeCall(path, file, options.call, options)];
    return this.analyzeClasses(path, file, options, null);
  }

  /** The reports of a file, and what was seen at its places while they were made. @throws EngineError when it can't be read */
  observeFile(path: string): { readonly reports: ModelReport[]; readonly observations: Observation[] } {
    const observations: Observation[] = [];
    return { reports: this.analyzeClasses(path, this.file(path), {}, observations), observations };
  }

  /** What training makes of the places of one class, in a pass of its own; `null` where there is no pass. @throws EngineError when it can't be read */
  trainingPlaces(path: string, qualname: string): TrainingPlaces | null {
    let places: TrainingPlaces | null = null;
    this.analyzeClasses(path, this.file(path), { qualname }, null, (found) => (places = found));
    return places;
  }

  private analyzeClasses(
    path: string,
    file: SourceFile,
    options: AnalyzeOptions,
    observations: Observation[] | null,
    takePlaces?: (places: TrainingPlaces) => void,
  ): ModelReport[] {
    const nodes = classesOf(file);
    const wanted = nodes.filter(({ name }) => options.qualname === undefined || name === options.qualname);
    const inputs = options.inputs ?? null;
    const wholes: Wholes = new Map();
    const makers = inputs ? new Map<string, never>() : classesByCall(file, nodes);
    const analysed = new Map<ClassDef, Analysed | null>();
    const end = Date.now() + (options.within ?? Infinity);
    const stops: Stopped[] = [];
    const analyze = (node: ClassDef): void => {
      if (analysed.has(node)) return;
      analysed.set(node, null);
      // Those that make objects of it may say what these are called with.
      for (const whole of makers.get(node.name) ?? []) analyze(whole);
      const watches = observations !== null;
      const details = wanted.includes(node) ? { ...this.detailsOf(path, node.name, options), takePlaces } : {};
      const request = { path, file, node, inputs, wholes, watches, analysed, details };
      const others = wanted.some((other) => !analysed.has(other));
      analysed.set(node, this.withinTime(request, end, others, stops));
    };
    // What a file ends with is usually the whole that its other classes are parts of.
    const first = inputs ? Infinity : Math.min(...wanted.map((node) => nodes.indexOf(node)));
    for (const node of nodes.slice(first).reverse()) analyze(node);
    for (const node of wanted) analyze(node);
    const found = wanted.flatMap((node) => analysed.get(node) ?? []);
    const [stopped] = stops;
    if (stopped && stops.length >= found.length) throw stopped;
    observations?.push(...found.flatMap(({ observation }) => observation ?? []));
    return found.map(({ report }) => report);
  }

  /** A class in what is left of the file's time: one that takes too long is unknown, and leaves a share to the `others`. */
  private withinTime(request: ClassRequest, end: number, others: boolean, stops: Stopped[]): Analysed | null {
    const { timeLimit } = this.interpreter;
    const share = timeLimit * SHARE_OF_OTHERS;
    const left = Math.max(end - Date.now() - (others ? share : 0), share / 4);
    try {
      return this.analyzeClass(request, Math.min(left, timeLimit));
    } catch (error) {
      if (!(error instanceof Stopped) || error.cause_ !== 'time') throw error;
      stops.push(error);
      return this.stoppedClass(request, error, share);
    }
  }

  /** What is said of a class that took too long. @throws Stopped when it is the file itself that does */
  private stoppedClass({ path, file, node }: ClassRequest, { unknown }: Stopped, limit: number): Analysed | null {
    const { interpreter } = this;
    return interpreter.run(() => {
      const module = this.moduleOf(path);
      if (!this.moduleClass(module, node)) return null;
      const place = { file, start: node.start, end: node.end };
      const report = buildReport(interpreter, {
        qualname: node.name,
        file: path,
        place,
        call: null,
        value: unknown,
        inputs: null,
        module,
        inferInputs: false,
      });
      return { node, report, calls: null, observation: null };
    }, limit);
  }

  private analyzeCall(path: string, file: SourceFile, call: string, options: AnalyzeOptions): ModelReport {
    const { interpreter } = this;
    return interpreter.run(() => {
      const module = this.moduleOf(path);
      const value = interpreter.attempt(() => evaluateSource(interpreter, module, call));
      const cls = typeof value === 'object' && value?.kind === 'instance' ? value.cls : null;
      const place = cls?.place && !cls.place.file.path.startsWith('<') ? cls.place : { file, start: 0, end: 0 };
      return buildReport(interpreter, {
        qualname: cls?.qualname ?? call,
        file: place.file.path,
        place,
        call,
        value,
        inputs: options.inputs ?? null,
        module,
        inferInputs: false,
        ...this.detailsOf(path, cls?.qualname ?? call, options),
      });
    });
  }

  private detailsOf(
    path: string,
    qualname: string,
    { details, batch, precision, graph }: AnalyzeOptions,
  ): Pick<ReportRequest, 'details' | 'graph'> {
    const asked = {
      optimizer: () => optimizerFor(this.project, path, qualname),
      samples: () => samplesFor(this.interpreter, this.project, path, qualname),
      batch,
      ...(precision ? { precision } : {}),
    };
    return {
      ...(details ? { details: asked } : {}),
      ...(graph ? { graph } : {}),
    };
  }

  /** The module of the file that is analysed, with what running it took for granted. */
  private moduleOf(path: string): PyModule {
    const { importer, assumptions } = this.interpreter;
    const module = importer.moduleOfFile(path);
    assumptions.push(...importer.assumptionsOf(module));
    return module;
  }

  private analyzeClass(request: ClassRequest, limit: number): Analysed | null {
    const { interpreter } = this;
    const { path, file, node, inputs, wholes, analysed } = request;
    const recorder = request.watches ? new Recorder(file) : undefined;
    return this.watched(
      recorder,
      () => {
        const module = this.moduleOf(path);
        const context = this.classContext(module, file, node);
        if (!context) return null;
        const owners = classesOf(file).flatMap((other) =>
          other === node ? [] : (this.classContext(module, file, other) ?? []),
        );
        // What a file ends with is usually the whole that its other classes are parts of.
        const made = construct(context, owners.reverse(), wholes, true);
        const given = inputs ?? made.inputs;
        const done = [...analysed.values()].filter((each) => each !== null);
        const fromWhole = given ? null : inputsFromWhole(context.cls, made.part ?? null, done);
        let calls: PartCalls | null = null;
        const report = buildReport(interpreter, {
          qualname: context.cls.qualname,
          file: path,
          place: { file, start: node.start, end: node.end },
          call: made.shown,
          value: made.value,
          inputs: given,
          module,
          inferInputs: true,
          ...(this.options.sizes ? { sizes: this.options.sizes } : {}),
          mentions: () => [file, ...context.others()],
          recorder,
          fromWhole,
          takeParts: (seen) => (calls = seen),
          ...request.details,
          ...(made.missing ? { missing: made.missing } : {}),
        });
        const source = report.inputs[0]?.source ?? null;
        const whole = source === 'whole' ? (fromWhole?.whole ?? null) : null;
        const observation = recorder?.finish({ qualname: context.cls.qualname, span: node, source, whole }) ?? null;
        return { node, report, calls, observation };
      },
      limit,
    );
  }

  /** A run in which `recorder` is told what its file's places get. */
  private watched<T>(recorder: Recorder | undefined, action: () => T, limit: number): T {
    const { interpreter } = this;
    interpreter.watcher = recorder ?? null;
    try {
      return interpreter.run(action, limit);
    } finally {
      interpreter.watcher = null;
    }
  }

  private classContext(module: PyModule, file: SourceFile, node: ClassDef): ClassContext | null {
    const cls = this.moduleClass(module, node);
    if (!cls) return null;
    return {
      interpreter: this.interpreter,
      module,
      file,
      node,
      cls,
      directives: directivesOf(file, this.project.parser).models,
      others: () => this.filesThatMention(node.name, file),
    };
  }

  /** Files of the searched folders whose text calls a `name` that they don't define themselves. */
  private filesThatMention(name: string, file: SourceFile): SourceFile[] {
    const folders = this.options.searchFolders ?? [dirname(file.path)];
    const found: SourceFile[] = [];
    for (const path of this.project.pythonFiles(folders)) {
      const text = path === file.path ? undefined : this.project.text(path);
      if (text === undefined || !this.mentions.mayCall(path, text, name)) continue;
      const other = this.project.file(path);
      if (other) found.push(other);
    }
    return found;
  }

  /** The class a statement made, if it is an `nn.Module` or may be one (its base is not known and it has a `forward`). */
  private moduleClass(module: PyModule, node: ClassDef): PyClass | null {
    const value: Value | undefined = module.namespace.get(node.name);
    if (typeof value !== 'object' || value?.kind !== 'class') return null;
    const mayBe = value.unknownBase !== null && value.namespace.has('forward');
    return mayBe || isModuleClass(value) ? value : null;
  }

  /**
   * What the rules find in a file, seen when it is run itself and when scripts are run that import it. @throws EngineError when it can't
   * be read
   */
  lintFile(path: string): FindingReport[] {
    const file = this.file(path);
    const { interpreter, project } = this;
    const training = nearFiles(project, path).filter((each) => /\bbackward\(/.test(project.text(each) ?? ''));
    const scripts = importersOf(project, path, training).slice(0, MOST_SCRIPTS);
    const found = [file, ...scripts].flatMap((script) =>
      interpreter.run(() => {
        const rehearsal = rehearse({
          interpreter,
          path: script.path,
          missing: (module, seen) => (script === file ? this.notSeen(module, file, seen) : []),
        });
        const module = interpreter.importer.moduleOfFile(script.path);
        const signalOf = (root: PyInstance): Flowing =>
          unobserved(interpreter, () => signalAtStart(interpreter, module, root));
        return check(new Program(project, interpreter, file, rehearsal, signalOf));
      }),
    );
    return distinct(found).map(findingReport);
  }

  /**
   * A module of each class of a file that isn't among those seen so far, the whole before its parts: what a file ends with is usually
   * what its other classes are made for.
   */
  private *notSeen(module: PyModule, file: SourceFile, seen: ReadonlySet<PyClass>): Generator<PyInstance> {
    const wholes: Wholes = new Map();
    const contexts = classesOf(file)
      .flatMap((node) => this.classContext(module, file, node) ?? [])
      .reverse();
    for (const context of contexts) {
      if (seen.has(context.cls)) continue;
      const owners = contexts.filter((other) => other !== context);
      const { value } = construct(context, owners, wholes, true);
      if (typeof value === 'object' && value?.kind === 'instance') yield value;
    }
  }

  /** What a directive may say in a file: its module classes, and the sizes that its directives name. */
  directiveHelp(path: string): DirectiveHelp {
    const file = this.file(path);
    const { interpreter } = this;
    return interpreter.run(() => {
      const module = interpreter.importer.moduleOfFile(path);
      const classes = classesOf(file).flatMap((node) => {
        const cls = this.moduleClass(module, node);
        if (!cls) return [];
        const [init, forward] = ['__init__', 'forward'].map((method) => signatureOf(interpreter, cls, method));
        return [{ name: node.name, span: spanOf({ file, start: node.start, end: node.end }), init, forward }];
      });
      return { file, classes, sizes: sizesIn(file, this.project.parser) };
    });
  }

  /** Findings of a file's reports without those that the user silenced. */
  shownFindings(path: string, reports: readonly ModelReport[] = this.reportsInTime(path)): FindingReport[] {
    const found = reports.flatMap(({ findings }) => findings);
    return found.length > 0 ? unsilenced(found, this.file(path), this.project) : [];
  }

  /** The reports of a file, none when it takes too long to run it at all. */
  private reportsInTime(path: string): ModelReport[] {
    try {
      return this.analyzeFile(path);
    } catch (error) {
      if (error instanceof Stopped && error.cause_ !== 'cancelled') return [];
      throw error;
    }
  }

  /** Syntax problems of a file. */
  syntaxProblems(path: string): FindingReport[] {
    const file = this.file(path);
    return file.ast.problems.map(
      (problem) =>
        ({
          rule: 'syntax',
          severity: 'error',
          message: problem.message,
          span: spanOf({ file, start: problem.start, end: problem.end }),
        }) satisfies FindingReport,
    );
  }
}

export function createEngine(options: EngineOptions): Engine {
  return new Engine(options);
}
