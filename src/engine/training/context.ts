/** The code around a model: what is constructed, what is minimised, on which data, in which loop. */
import type { Project } from '../project/index.js';
import type { Argument, CallExpr, Expr, SourceFile, Stmt } from '../syntax/index.js';
import { classesBelow, isLibrary, moduleClassesIn, moduleClassOf, type ModuleClass } from './classes.js';
import { Code, lastName, type Located } from './code.js';
import { importersOf, trainingFiles } from './files.js';
import { keepsBest, stopOf, trainingLoops, validationOf, type TrainingLoop, type Validation } from './loop.js';
import { lossCallsFor, lossCallOf, type LossCall } from './losses.js';
import { qualifiedName } from './names.js';
import { ancestorsOf, callsIn, contains, dotted, findAll, functionAround, statementOf } from './tree.js';

/** A call that makes something, and what it is assigned to. */
export interface Construction {
  readonly file: SourceFile;
  readonly call: CallExpr;
  /** Full name of what is made, e.g. `torch.optim.Adam`. */
  readonly name: string;
  readonly statement: Stmt | null;
  /** `optimizer`, `self.optimizer`; `null` if it isn't assigned at once. */
  readonly target: Expr | null;
}

export interface Loader extends Construction {
  readonly dataset: Expr | null;
  readonly batchSize: Expr | null;
  readonly shuffle: Expr | null;
}

export interface TrainingContext {
  readonly project: Project;
  readonly code: Code;
  /** The file that computes gradients; `null` if none was found. */
  readonly file: SourceFile | null;
  /** The model that is trained (or looked at), and where it is constructed. */
  readonly model: ModuleClass | null;
  readonly modelCall: Located<CallExpr> | null;
  /** The model's class with those that it is made of. */
  readonly classes: readonly ModuleClass[];
  readonly loop: TrainingLoop | null;
  /** Python that names the model where the epoch loop stands; `null` if it can't be told. */
  readonly modelInLoop: string | null;
  readonly validation: Validation | null;
  /** Losses that are minimised, and those that are only measured in validation. */
  readonly losses: readonly LossCall[];
  readonly validationLosses: readonly LossCall[];
  readonly optimizers: readonly Construction[];
  readonly schedulers: readonly Construction[];
  /** The loaders of the training and validation loops, where that could be told. */
  readonly trainLoader: Loader | null;
  readonly validationLoader: Loader | null;
  readonly loaders: readonly Loader[];
  /** `range(EPOCHS)`, if the epoch loop counts. */
  readonly epochs: Expr | null;
  readonly stops: Stmt | null;
  readonly keepsBest: Stmt | null;
  readonly clipping: Located<CallExpr> | null;
  readonly amp: Located<CallExpr> | null;
}

export interface TrainingQuestion {
  /** The file that the user looks at. */
  readonly path: string;
  /** The class that the user looks at, if one. */
  readonly qualname?: string;
}

/** What could be found out about how the code at `path` is trained; `null` if the file can't be read. */
export function trainingContext(project: Project, { path, qualname }: TrainingQuestion): TrainingContext | null {
  const own = project.file(path);
  if (!own) return null;
  const [file = null] = trainingFiles(project, path);
  const code = new Code(project, programFiles(project, own, file));
  const wanted = moduleClassesIn(project, own).find(({ node }) => node.name === qualname) ?? null;
  const loop = bestLoop(code, file);
  const optimizers = constructions(
    code,
    (name) => /^torch\.optim\.[A-Z]\w*$/.test(name) && !name.endsWith('Optimizer'),
  );
  const modelCall = modelConstruction(code, loop, optimizers);
  const trained = modelCall && moduleClassOf(project, modelCall.file, modelCall.expr.func);
  const model = wanted ?? trained ?? outermostClass(project, own);
  const validation = loop && validationOf(code, loop);
  const epochLoop = loop?.epochLoop ?? null;
  const loaders = constructions(code, (name) => name === 'torch.utils.data.DataLoader').map(loaderOf);
  const { trainLoader, validationLoader } = rolesOf(code, loop, validation, loaders);
  return {
    project,
    code,
    file: loop?.backward.file ?? file,
    model,
    modelCall: modelCall && trained?.node === model?.node ? modelCall : model && constructionOf(code, model),
    classes: model ? classesBelow(project, model) : [],
    loop,
    modelInLoop: loop && epochLoop ? modelName(code, epochLoop.level.file, loop, modelCall) : null,
    validation,
    losses: loop ? lossesOf(code, loop) : [],
    validationLosses: validation ? callsWithin(code, validation) : [],
    optimizers,
    schedulers: constructions(code, (name) => name.startsWith('torch.optim.lr_scheduler.')),
    trainLoader,
    validationLoader,
    loaders,
    epochs:
      epochLoop?.loop.kind === 'For' &&
      epochLoop.loop.iter.kind === 'Call' &&
      lastName(epochLoop.loop.iter.func) === 'range'
        ? epochLoop.loop.iter
        : null,
    stops: epochLoop && stopOf(epochLoop.file, epochLoop.loop),
    keepsBest: epochLoop && keepsBest(epochLoop.loop),
    clipping: callNamed(code, (name) => /^torch\.nn\.utils\.clip_grad_/.test(name)),
    amp: callNamed(code, (name) => /(?:^torch\.|\.)(?:cuda\.amp\.|amp\.)?autocast$/.test(name)),
  };
}

/** The training file, the file looked at, what they import from the project, and who imports the training file. */
function programFiles(project: Project, own: SourceFile, training: SourceFile | null): SourceFile[] {
  const files = new Map<string, SourceFile>();
  const add = (path: string, depth: number): void => {
    if (files.has(path) || isLibrary({ path }) || depth > 6) return;
    const file = project.file(path);
    if (!file) return;
    files.set(path, file);
    for (const imported of project.importedFiles(path)) add(imported, depth + 1);
  };
  if (training) add(training.path, 0);
  add(own.path, 0);
  if (training) {
    // A program that imports the training functions may hold the epoch loop.
    for (const { path } of importersOf(project, training.path)) add(path, 0);
  }
  return [...files.values()];
}

/** The loop with an epoch loop around it, in the training file if there is one. */
function bestLoop(code: Code, file: SourceFile | null): TrainingLoop | null {
  const loops = trainingLoops(code);
  const score = (loop: TrainingLoop): number => (loop.epochLoop ? 2 : 0) + (loop.backward.file === file ? 1 : 0);
  return loops.reduce<TrainingLoop | null>((best, loop) => (!best || score(loop) > score(best) ? loop : best), null);
}

/** Calls whose callee is a library's class of such a name. */
function constructions(code: Code, wanted: (name: string) => boolean): Construction[] {
  return code.files.flatMap((file) =>
    callsIn(file).flatMap((call) => {
      const name = qualifiedName(file, call.func);
      if (name === null || !wanted(name)) return [];
      const statement = statementOf(file, call);
      const target = statement?.kind === 'Assign' && statement.value === call ? (statement.targets[0] ?? null) : null;
      return [{ file, call, name, statement, target }];
    }),
  );
}

function callNamed(code: Code, wanted: (name: string) => boolean): Located<CallExpr> | null {
  for (const file of code.files) {
    for (const call of callsIn(file)) {
      const name = qualifiedName(file, call.func);
      if (name !== null && wanted(name)) return { file, expr: call };
    }
  }
  return null;
}

const DATASET: readonly string[] = ['dataset', 'batch_size', 'shuffle'];

function loaderOf(made: Construction): Loader {
  const [dataset, batchSize, shuffle] = DATASET.map((name, index) => valueOf(made.call, name, index));
  return { ...made, dataset: dataset ?? null, batchSize: batchSize ?? null, shuffle: shuffle ?? null };
}

/** The argument of a call by its name or its place. */
export function valueOf(call: CallExpr, name: string, index: number): Expr | null {
  return argumentOf(call, name, index)?.value ?? null;
}

export function argumentOf(call: CallExpr, name: string, index: number): Argument | null {
  const keyword = call.args.find((arg) => arg.form === 'keyword' && arg.name === name);
  if (keyword) return keyword;
  const at = index >= 0 ? call.args[index] : undefined;
  return at?.form === 'positional' && call.args.slice(0, index).every(({ form }) => form === 'positional') ? at : null;
}

/** The call that makes the trained model: what the optimizer's parameters belong to, else what is put into training mode. */
function modelConstruction(
  code: Code,
  loop: TrainingLoop | null,
  optimizers: readonly Construction[],
): Located<CallExpr> | null {
  const receivers: Located[] = [];
  for (const { file, call } of optimizers) {
    for (const inner of findAll(call.args, 'Call')) {
      if (inner.func.kind === 'Attribute' && /^(?:named_)?parameters$/.test(inner.func.attr))
        receivers.push({ file, expr: inner.func.value });
    }
  }
  for (const level of loop?.levels ?? []) {
    for (const call of callsIn(level.file)) {
      if (call.func.kind === 'Attribute' && call.func.attr === 'train' && call.args.length === 0)
        receivers.push({ file: level.file, expr: call.func.value });
    }
  }
  for (const { file, expr } of receivers) {
    for (const origin of code.origins(file, expr)) {
      if (origin.expr.kind === 'Call' && moduleClassOf(code.project, origin.file, origin.expr.func))
        return { file: origin.file, expr: origin.expr };
    }
  }
  return null;
}

function constructionOf(code: Code, model: ModuleClass): Located<CallExpr> | null {
  const sites = code.callSites(model).filter(({ file, expr }) => file !== model.file || !contains(model.node, expr));
  return sites[0] ?? null;
}

/** The class that no other module class of the file uses; the last one of several. */
function outermostClass(project: Project, file: SourceFile): ModuleClass | null {
  const classes = moduleClassesIn(project, file);
  const used = new Set(
    classes.flatMap((each) =>
      classesBelow(project, each)
        .slice(1)
        .map(({ node }) => node),
    ),
  );
  return classes.filter(({ node }) => !used.has(node)).at(-1) ?? null;
}

/** What the model is called where the epoch loop stands. */
function modelName(
  code: Code,
  file: SourceFile,
  loop: TrainingLoop,
  modelCall: Located<CallExpr> | null,
): string | null {
  const level = loop.epochLoop?.level;
  if (!level) return null;
  const scope: object | readonly object[] = level.func ?? file.ast.body;
  const isModel = (expr: Expr): boolean =>
    modelCall !== null && code.origins(file, expr).some((origin) => origin.expr === modelCall.expr);
  const candidates: Expr[] = [];
  for (const call of findAll(scope, 'Call')) {
    if (functionAround(file, call) !== level.func) continue;
    if (call.func.kind === 'Attribute' && ['train', 'eval', 'state_dict', 'parameters'].includes(call.func.attr))
      candidates.push(call.func.value);
    candidates.push(...call.args.map(({ value }) => value), call.func);
  }
  const named = candidates.filter(
    (expr) => dotted(expr) !== null && (expr.kind === 'Name' || expr.kind === 'Attribute'),
  );
  const found = named.find(isModel);
  if (found) return dotted(found);
  // A method of a trainer may hold the loop and another one the model: `self.model` is the same in both.
  const cls = ancestorsOf(file, level.call).find(({ kind }) => kind === 'ClassDef');
  if (cls && level.func) {
    const attribute = findAll(cls, 'Attribute').find(
      (expr) => expr.value.kind === 'Name' && expr.value.id === 'self' && isModel(expr),
    );
    if (attribute) return dotted(attribute);
  }
  // A function that nobody calls here: the thing in training mode is the model.
  const mode = findAll(scope, 'Call').find(
    (call) => call.func.kind === 'Attribute' && ['train', 'eval'].includes(call.func.attr) && call.args.length === 0,
  );
  return mode?.func.kind === 'Attribute' ? dotted(mode.func.value) : null;
}

function lossesOf(code: Code, loop: TrainingLoop): LossCall[] {
  const { file, call } = loop.backward;
  return call.func.kind === 'Attribute' ? lossCallsFor(code, file, call.func.value) : [];
}

function callsWithin(code: Code, { body }: Validation): LossCall[] {
  return body.statements
    .flatMap((statement) => findAll(statement, 'Call').flatMap((call) => lossCallOf(code, body.file, call) ?? []))
    .filter((loss, index, all) => all.findIndex((other) => other.call === loss.call) === index);
}

/** Which loader the training loop goes through, and which one the validation. */
function rolesOf(
  code: Code,
  loop: TrainingLoop | null,
  validation: Validation | null,
  loaders: readonly Loader[],
): { trainLoader: Loader | null; validationLoader: Loader | null } {
  const from = (file: SourceFile, expr: Expr): Loader[] => {
    const calls = [expr, ...findAll(expr, 'Name'), ...findAll(expr, 'Attribute')].flatMap((each) =>
      code.origins(file, each).map((origin) => origin.expr),
    );
    return loaders.filter(({ call }) => calls.includes(call));
  };
  const iterated = loop?.batchLoop?.loop.kind === 'For' ? from(loop.batchLoop.file, loop.batchLoop.loop.iter) : [];
  const evaluated = validation
    ? validation.call
      ? validation.call.args.flatMap(({ value }) => from(validation.file, value))
      : validation.body.statements.flatMap((statement) =>
          statement.kind === 'For' ? from(validation.file, statement.iter) : [],
        )
    : [];
  const inside =
    validation && evaluated.length === 0
      ? validation.body.statements.flatMap((statement) =>
          findAll(statement, 'For').flatMap((each) => from(validation.body.file, each.iter)),
        )
      : evaluated;
  const validationLoader = inside[0] ?? null;
  // One function for both has both loaders: the training's is the other one.
  const trainLoader = iterated.find((loader) => loader !== validationLoader) ?? iterated[0] ?? null;
  return { trainLoader, validationLoader: validationLoader === trainLoader ? null : validationLoader };
}
