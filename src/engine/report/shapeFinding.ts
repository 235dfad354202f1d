/** What a user is told when `forward` raises: PyTorch's words, how the shape came about, and the number that fits. */
import { ruleOfMisfit } from '../lint/index.js';
import type { Interpreter, PyInstance, PyRaise } from '../python/index.js';
import type { Place } from '../python/value.js';
import type { SourceFile } from '../syntax/index.js';
import { shapeErrorDetails, type ShapeErrorDetails } from '../torch/shapeError.js';
import type { TensorData } from '../torch/tensor.js';
import { modulePaths, traceOf } from '../torch/trace.js';
import { constructionOf, sourcesOf, type NumberSource } from './argumentSource.js';
import { spanOf } from './counts.js';
import { decidedByWeights, factorsOf, shapePath, type ShapeStep } from './shapePath.js';
import { shapeText } from './shapeText.js';
import type { FindingReport } from './types.js';

export interface FailureContext {
  readonly interpreter: Interpreter;
  readonly root: PyInstance;
  /** The file and class that are looked at: the finding stands in them wherever the exception came from. */
  readonly file: SourceFile;
  readonly place: Place;
}

/** The argument of each layer's constructor that says how large the axis is that didn't fit. */
function argumentOf(layer: PyInstance): { name: string; index: number } | null {
  if (!layer.cls.module.startsWith('torch.nn')) return null;
  const { name } = layer.cls;
  if (name === 'Linear') return { name: 'in_features', index: 0 };
  if (/^Conv(Transpose)?\dd$/.test(name)) return { name: 'in_channels', index: 0 };
  if (/^(Batch|SyncBatch|Instance)Norm/.test(name)) return { name: 'num_features', index: 0 };
  if (name === 'GroupNorm') return { name: 'num_channels', index: 1 };
  if (name === 'LayerNorm' || name === 'RMSNorm') return { name: 'normalized_shape', index: 0 };
  if (/^(LSTM|GRU|RNN)(Cell)?$/.test(name)) return { name: 'input_size', index: 0 };
  if (name === 'MultiheadAttention') return { name: 'embed_dim', index: 0 };
  if (name === 'PReLU') return { name: 'num_parameters', index: 0 };
  return null;
}

interface Mismatch {
  readonly layer: PyInstance;
  readonly argument: { readonly name: string; readonly index: number };
  readonly expected: number;
  readonly got: number;
  readonly origin: TensorData | null;
}

/** Layers that compare sizes in their own words. */
const SAID = [/Expected (\d+), got (\d+)/, /embedding dimension of (\d+), but got (\d+)/];

/** The layer as its user made it: PyTorch's own blocks make their attention themselves, of the width they are given. */
function madeBy(
  layer: PyInstance,
  owners: readonly PyInstance[],
): { layer: PyInstance; argument: { name: string; index: number } } | null {
  const argument = argumentOf(layer);
  const owner = owners[0];
  if (argument?.name !== 'embed_dim' || !owner?.cls.module.startsWith('torch.nn'))
    return argument && { layer, argument };
  return /^Transformer(En|De)coderLayer$/.test(owner.cls.name)
    ? { layer: owner, argument: { name: 'd_model', index: 0 } }
    : { layer, argument };
}

function mismatchOf(
  details: ShapeErrorDetails | undefined,
  layer: PyInstance | null,
  message: string,
): Mismatch | null {
  const argument = layer && argumentOf(layer);
  if (!layer || !argument) return null;
  const said = SAID.map((pattern) => pattern.exec(message)).find((match) => match !== null);
  const [expected, got] =
    details?.expected !== undefined ? [details.expected, details.got] : [Number(said?.[1]), Number(said?.[2])];
  const isAbout = details ? /weight|bias|running|normalized_shape/.test(details.argument ?? '') : said !== undefined;
  if (!isAbout || typeof expected !== 'number' || typeof got !== 'number' || !Number.isInteger(got)) return null;
  return { layer, argument, expected, got, origin: details?.origin ?? null };
}

/** Whether the exception is certain though the inputs were made up: both numbers come from layers. */
export function isCertain(raised: PyRaise, interpreter: Interpreter): boolean {
  const details = shapeErrorDetails(raised.value);
  const mismatch = mismatchOf(details, failedLayer(interpreter), raised.message);
  return (
    mismatch !== null &&
    details?.origin !== undefined &&
    details.dim !== undefined &&
    decidedByWeights(details.origin, details.dim)
  );
}

/** How PyTorch speaks of the number of axes, which the layers don't say: what they take may have been made of less. */
const ABOUT_AXES = /number of (?:dimensions|sizes)|non-existing dimension|must be a \d-?D tensor|expected \d-?D/i;

/** Whether PyTorch raised it for sizes that don't fit: not for their number, a dtype, or by the user's own `raise`. */
export function isMisfit(raised: PyRaise): boolean {
  return !ABOUT_AXES.test(raised.message) && namesSizes(raised);
}

const namesSizes = (raised: PyRaise): boolean =>
  shapeErrorDetails(raised.value) !== undefined || SAID.some((pattern) => pattern.test(raised.message));

/** Whether a tensor's sizes or their number are the reason, in PyTorch or in code that asks for them: `b, c, h, w = x.shape`, `assert`. */
export function isAboutShape(raised: PyRaise): boolean {
  return (
    namesSizes(raised) || ABOUT_AXES.test(raised.message) || /^(?:Value|Assertion)Error$/.test(raised.cls?.name ?? '')
  );
}

const failedLayer = (interpreter: Interpreter): PyInstance | null => traceOf(interpreter).failed?.module ?? null;

/** Must be called before the run is rolled back. */
export function shapeFinding(raised: PyRaise, context: FailureContext): FindingReport {
  const { interpreter, root } = context;
  const paths = modulePaths(root);
  const byPath = new Map([...paths].map(([instance, path]) => [path, instance]));
  const layerAt = (path: string): PyInstance | undefined => {
    const found = byPath.get(path);
    return path !== '' && found?.cls.module.startsWith('torch.') ? found : undefined;
  };
  const details = shapeErrorDetails(raised.value);
  const layer = failedLayer(interpreter);
  const message = raised.message.replace(/^\w+: /, '');
  const mismatch = mismatchOf(details, layer, message);
  const origin = mismatch?.origin ?? details?.origin ?? null;
  const steps = origin ? shapePath(origin, layerAt) : [];
  const forwardPlace = userPlace(raised, context);
  const related = steps.flatMap(({ label, shape, place }) =>
    place ? [{ message: `${shape} from ${label}`, span: spanOf(place) }] : [],
  );
  if (!mismatch) {
    return {
      rule: ruleOfMisfit(message, null, details?.op ?? null) ?? (details ? 'shape' : 'raise'),
      severity: 'error',
      message: [message.replace(/\.$/, ''), origin ? pathText(origin, steps) : pathsText(details, layerAt)]
        .filter(Boolean)
        .join('. '),
      span: spanOf(forwardPlace),
      ...relatedTo([...elsewhere(raised, forwardPlace), ...related]),
    };
  }
  const { expected, got } = mismatch;
  const path = paths.get(mismatch.layer) ?? '';
  const around = ownersOf(path, byPath);
  const { layer: built, argument } = madeBy(mismatch.layer, around) ?? mismatch;
  const owners = built === mismatch.layer ? around : around.slice(1);
  const sources = sourcesOf(interpreter.project, built, argument, owners);
  const made = constructionOf(built);
  const here = (file: SourceFile): boolean => file === context.file;
  const target =
    sources && here(sources.argument.file)
      ? { ...sources.argument.expr, file: sources.argument.file }
      : made && here(made.file)
        ? { file: made.file, start: made.call.start, end: made.call.end }
        : forwardPlace;
  const factors = origin ? factorsOf(origin, got) : null;
  const from = sourceText(steps, factors !== null);
  const why = sources
    ? `${argument.name}=${got} fits`
    : `where ${argument.name} comes from could not be followed: it has to be ${got}`;
  const said = `${built.cls.name} expects ${expected}, gets ${got}${factors === null ? '' : ` = ${factors}`}${from}`;
  return {
    rule: ruleOfMisfit(message, mismatch.layer, null) ?? 'shape',
    severity: 'error',
    message: `${message.replace(/\.$/, '')}. ${said}: ${why}`,
    span: spanOf({ file: target.file, start: target.start, end: target.end }),
    ...(path === '' ? {} : { path }),
    ...relatedTo([
      ...(target === forwardPlace ? [] : [{ message: `${path || 'it'} is called here`, span: spanOf(forwardPlace) }]),
      ...elsewhere(raised, forwardPlace),
      ...related,
    ]),
    ...(sources ? { fixCandidates: sources.sources.map((source) => fixOf(source, got)) } : {}),
  };
}

function fixOf({ file, expr, name }: NumberSource, value: number): NonNullable<FindingReport['fix']> {
  const span = spanOf({ file, start: expr.start, end: expr.end });
  return { title: `Set ${name} = ${value} (line ${span.start.line + 1})`, edits: [{ span, text: String(value) }] };
}

const relatedTo = (items: NonNullable<FindingReport['related']>): Pick<FindingReport, 'related'> =>
  items.length > 0 ? { related: items } : {};

/** ` from pool (line 31)`; a change of view only is passed over if its factors were said. */
function sourceText(steps: readonly ShapeStep[], isUnfolded: boolean): string {
  const step = isUnfolded ? (steps[1] ?? steps[0]) : steps[0];
  if (!step) return '';
  const line = step.place ? `, line ${step.place.file.positionAt(step.place.start).line + 1}` : '';
  return ` from ${step.label}${line}`;
}

function pathText(origin: TensorData | null, steps: readonly ShapeStep[]): string {
  if (!origin) return '';
  return `The tensor is ${shapeText(origin.shape, origin.dtype)}${sourceText(steps, false)}`;
}

/** Where the tensors of an operator come from that don't go together. */
function pathsText(details: ShapeErrorDetails | undefined, layerAt: (path: string) => PyInstance | undefined): string {
  const tensors = details?.inputs ?? [];
  if (tensors.length < 1 || tensors.length > 2) return '';
  const texts = tensors.map((tensor) => {
    const text = shapeText(tensor.shape, tensor.dtype);
    return tensor.node ? `${text}${sourceText(shapePath(tensor, layerAt), false)}` : text;
  });
  return `The tensor${texts.length === 2 ? 's are' : ' is'} ${texts.join(' and ')}`;
}

/** Modules around a path, innermost first, the root last. */
function ownersOf(path: string, byPath: ReadonlyMap<string, PyInstance>): PyInstance[] {
  const owners: PyInstance[] = [];
  for (let at = path; at !== '';) {
    const dot = at.lastIndexOf('.');
    at = dot < 0 ? '' : at.slice(0, dot);
    const owner = byPath.get(at);
    if (owner) owners.push(owner);
  }
  return owners;
}

/** The innermost line of the file that led to the exception, in the class that is looked at if one is. */
function userPlace(raised: PyRaise, { file, place }: FailureContext): Place {
  const own = [...raised.stack_.map((frame) => frame.place), raised.place].filter(
    (each): each is Place => each?.file === file,
  );
  const inClass = own.filter(({ start, end }) => start >= place.start && end <= place.end);
  return inClass[inClass.length - 1] ?? own[own.length - 1] ?? nameOf(file, place);
}

/** Without a line of the file the class's own stands for it. */
function nameOf(file: SourceFile, place: Place): Place {
  const line = file.text.slice(place.start).split(/\r?\n/, 1)[0] ?? '';
  return { file, start: place.start, end: place.start + line.length };
}

/** Where it was raised, if that isn't the line the finding stands at. */
function elsewhere(raised: PyRaise, shown: Place): { message: string; span: FindingReport['span'] }[] {
  const { place } = raised;
  if (!place || place.file.path.startsWith('<')) return [];
  if (place.file === shown.file && place.start === shown.start) return [];
  return [{ message: 'raised here', span: spanOf(place) }];
}
