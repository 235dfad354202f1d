/** What the advice is drawn from: the training context, the engine's counts, the sizes of the data, the user's numbers. */
import { isUnknown } from '../../python/index.js';
import type { Engine, ModelReport } from '../../report/index.js';
import type { Expr, SourceFile } from '../../syntax/index.js';
import { countModel, type ModuleNode } from '../../model/index.js';
import { sliceFor, sliceText, type TrainingContext } from '../../training/index.js';
import { readExpression } from '../evaluate.js';
import type { Figures } from '../figures.js';
import { Anatomy } from './layers.js';
import { headClasses, outputCalls } from './dropoutSites.js';

/** A whole number, or why it isn't known. */
export type Size = { readonly value: number } | { readonly reason: string };

export interface Facts {
  readonly engine: Engine;
  readonly context: TrainingContext;
  readonly figures: Figures | null;
  readonly report: ModelReport | null;
  /** Trainable parameters. */
  readonly parameters: Size;
  readonly training: Size;
  readonly validation: Size;
  readonly batch: Size;
  readonly epochs: Size;
  /** Outputs of the last layer. */
  readonly classes: Size;
  readonly learningRate: number | null;
  /** Parameters per training example. */
  readonly perExample: number | null;
  /** Dropout modules of the constructed model, those with probability 0 apart; `null` if it could not be constructed. */
  readonly dropouts: { readonly active: number; readonly off: number } | null;
  readonly usesCrossEntropy: boolean;
}

export const valueOfSize = (size: Size): number | null => ('value' in size ? size.value : null);

export function gatherFacts(engine: Engine, context: TrainingContext, figures: Figures | null): Facts {
  const report = modelReport(engine, context);
  const trainable = report?.parameters.trainable;
  const parameters: Size =
    typeof trainable === 'number'
      ? { value: trainable }
      : {
          reason:
            report?.unknowns[0]?.reason ??
            (context.model ? 'the count depends on sizes that are not known' : 'no model was found'),
        };
  const training = datasetSize(engine, context.trainLoader);
  const rate = context.optimizers[0]?.call.args.find(({ name }) => name === 'lr');
  const learningRate =
    rate && context.optimizers[0]
      ? evaluateNumber(engine, context.optimizers[0].file, rate.value, (text) => text)
      : null;
  const [n, m] = [valueOfSize(parameters), valueOfSize(training)];
  return {
    engine,
    context,
    figures,
    report,
    parameters,
    training,
    validation: datasetSize(engine, context.validationLoader),
    batch: context.trainLoader?.batchSize
      ? evaluateSize(engine, context.trainLoader.file, context.trainLoader.batchSize, (text) => text)
      : { reason: 'no batch size was found' },
    epochs:
      context.epochs && context.loop?.epochLoop
        ? evaluateSize(engine, context.loop.epochLoop.file, context.epochs, (text) => `len(${text})`)
        : { reason: 'the loop over epochs does not count' },
    classes: outputClasses(engine, context),
    learningRate: typeof learningRate === 'number' ? learningRate : null,
    perExample: n !== null && m !== null && m > 0 ? n / m : null,
    dropouts: dropoutModules(engine, context),
    usesCrossEntropy: context.losses.some(
      ({ name }) => name === 'torch.nn.CrossEntropyLoss' || name === 'torch.nn.functional.cross_entropy',
    ),
  };
}

/** Python that makes the model where it is constructed, able to stand alone; `null` if it needs what isn't known. */
function modelText({ modelCall }: TrainingContext): { readonly file: SourceFile; readonly text: string } | null {
  if (!modelCall) return null;
  const slice = sliceFor(modelCall.file, modelCall.expr);
  return 'reason' in slice ? null : { file: modelCall.file, text: sliceText(slice) };
}

function modelReport(engine: Engine, context: TrainingContext): ModelReport | null {
  const made = modelText(context);
  if (made) {
    const [report] = engine.analyzeFile(made.file.path, { call: made.text });
    if (report && report.parameters.total !== null) return report;
  }
  const { model } = context;
  return model ? (engine.analyzeFile(model.file.path, { qualname: model.node.name })[0] ?? null) : null;
}

function datasetSize(engine: Engine, loader: TrainingContext['trainLoader']): Size {
  if (!loader) return { reason: 'no DataLoader was found' };
  if (!loader.dataset) return { reason: 'the DataLoader names no dataset' };
  return evaluateSize(engine, loader.file, loader.dataset, (text) => `len(${text})`);
}

function evaluateSize(engine: Engine, file: SourceFile, expr: Expr, asked: (text: string) => string): Size {
  const value = evaluateNumber(engine, file, expr, asked);
  if (typeof value !== 'number') return value;
  return Number.isSafeInteger(value) && value >= 0 ? { value } : { reason: 'it is no whole number' };
}

/** A number that the interpreter finds by running what leads to the expression, or why it doesn't. */
function evaluateNumber(
  engine: Engine,
  file: SourceFile,
  expr: Expr,
  asked: (text: string) => string,
): number | { readonly reason: string } {
  return readExpression<number | { readonly reason: string }>(
    engine,
    file,
    expr,
    (value) => {
      if (isUnknown(value))
        return { reason: value.reason.replace(/^it raises /, 'followed without running it, the code raises ') };
      if (typeof value === 'number') return value;
      if (typeof value === 'object' && value?.kind === 'float' && typeof value.value === 'number') return value.value;
      return { reason: 'it depends on sizes that are not known' };
    },
    asked,
  );
}

function dropoutModules(engine: Engine, context: TrainingContext): Facts['dropouts'] {
  return onModel(engine, context, (root) => {
    let [active, off, open] = [0, 0, 0];
    const visit = (node: ModuleNode): void => {
      if (/^(?:Alpha|FeatureAlpha)?Dropout[123]?d?$/.test(node.instance.cls.name)) {
        const p = node.instance.attrs.get('p');
        const value = typeof p === 'object' && p?.kind === 'float' ? p.value : p;
        if (value === 0) off++;
        else if (typeof value === 'number') active++;
        else open++;
      }
      node.children.forEach(visit);
    };
    visit(root);
    return open > 0 ? null : { active, off };
  });
}

/** Something read off the constructed model; `null` if it can't be constructed. */
function onModel<T>(engine: Engine, { modelCall }: TrainingContext, read: (root: ModuleNode) => T): T | null {
  if (!modelCall) return null;
  const found = readExpression(engine, modelCall.file, modelCall.expr, (value) => ({
    read:
      typeof value === 'object' && value?.kind === 'instance' ? read(countModel(value, engine.interpreter).root) : null,
  }));
  return 'reason' in found ? null : found.read;
}

/** What a `Sequential` ends with, as long as that is a layer with a size; a layer is itself. */
function lastLinear(node: ModuleNode | undefined): ModuleNode | undefined {
  return node?.instance.cls.name === 'Sequential' ? lastLinear(node.children.at(-1)) : node;
}

/** The size of the last layer's output, read off the constructed model. */
export function outputClasses(engine: Engine, context: TrainingContext): Size {
  const { model } = context;
  if (!model) return { reason: 'no model was found' };
  for (const cls of headClasses(context.code, model).reverse()) {
    const anatomy = new Anatomy(context.code, cls);
    const layers = [...new Set(outputCalls(anatomy).flatMap((call) => anatomy.called(call) ?? []))];
    const [layer] = layers;
    if (layers.length !== 1 || (layer?.kind !== 'linear' && layer?.kind !== 'sequential')) continue;
    const sizes = onModel(engine, context, (root) => {
      const found: unknown[] = [];
      const visit = (node: ModuleNode): void => {
        if (node.instance.cls.name === cls.node.name)
          found.push(
            lastLinear(node.children.find(({ name }) => name === layer.attr))?.instance.attrs.get('out_features'),
          );
        node.children.forEach(visit);
      };
      visit(root);
      return found;
    });
    const [size] = sizes ?? [];
    if (sizes?.length === 1 && typeof size === 'number') return { value: size };
  }
  return { reason: 'the last layer was not found' };
}
