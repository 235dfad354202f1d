/** What a hover says of the expression under the cursor, as Markdown without KaTeX. */
import type { CallExpr, ClassDef, Expr, Param, SourceFile, Span } from '../syntax/index.js';
import { contains, walk, type Node } from '../training/tree.js';
import { mulInt } from '../python/symint.js';
import { isUnknown, numelOf } from '../torch/dims.js';
import type { TensorData } from '../torch/tensor.js';
import type { Macs } from '../torch/trace.js';
import { functionsOf, hasSaidInputs, observationsFor, textsAt } from './hints.js';
import { layerFormulas, operatorFormula, parameterFormula } from './formulas.js';
import type { KeptBytes, PlacedLayer, TrainingPlaces } from './trainingPlaces.js';
import { bytesText, fieldText } from '../../texts.js';
import type { Observation, SeenCall, SeenModule, SeenOp } from './observation.js';
import { countText, hoverText, shapeText } from './shapeText.js';

export interface HoverText {
  readonly markdown: string;
  /** What it is about. */
  readonly span: Span;
}

const MOST_SHAPES = 8;

/** What training makes of the places of a class, found out when it is asked for. */
export type PlacesOf = (qualname: string) => TrainingPlaces | null;

/** More runs of the same lines are not asked for. */
const MOST_RUNS = 4;

/** The hover at an offset; `null` where nothing is known of any shape. */
export function hoverAt(
  file: SourceFile,
  observations: readonly Observation[],
  offset: number,
  placesOf: PlacesOf = () => null,
): HoverText | null {
  const path = pathAt(file, offset);
  const method = functionsOf(file)
    .filter(({ func }) => contains(func, { start: offset, end: offset }))
    .at(-1);
  const found = method ? observationsFor(method.func, method.cls, observations) : observations;
  for (const node of path) {
    const hover = hoverOf(node, file, found, observations, method?.cls ?? null, offset, placesOf);
    if (hover) return hover;
    if (node.kind === 'Call' || node.kind === 'Binary') return null;
  }
  return null;
}

/** Nodes around an offset, innermost first. */
function pathAt(file: SourceFile, offset: number): Node[] {
  const path: Node[] = [];
  walk(file.ast.body, (node) => {
    if (node.start > offset || node.end < offset) return false;
    path.push(node);
    return true;
  });
  return path.reverse();
}

function hoverOf(
  node: Node,
  file: SourceFile,
  found: readonly Observation[],
  all: readonly Observation[],
  cls: ClassDef | null,
  offset: number,
  placesOf: PlacesOf,
): HoverText | null {
  if ('form' in node && 'annotation' in node)
    return variable(node as unknown as Param, (node as { name: string }).name, found);
  switch (node.kind) {
    case 'Name':
      return variable(node, node.id, found);
    case 'Attribute':
      return variable(node, file.slice(node), found);
    case 'Call':
      if (!contains(node.func, { start: offset, end: offset })) return null;
      return callHover(node, found, all, cls, placesOf);
    case 'Binary':
      return operatorHover(node, found, placesOf);
    default:
      return null;
  }
}

function variable(node: Expr | Param, name: string, observations: readonly Observation[]): HoverText | null {
  const texts = textsAt(node, observations, hoverText);
  if (texts.length === 0) return null;
  const span = 'form' in node ? { start: node.start, end: node.start + name.length } : node;
  const reason = reasonAt(node, observations);
  if (texts.length === 1 && texts[0] === 'unknown') return reason === null ? null : { markdown: reason, span };
  const shown = texts.filter((text) => text !== 'unknown');
  const lines =
    shown.length === 1
      ? [code(`${name}: ${shown[0] ?? ''}`)]
      : [`\`${name}\` differs between calls:`, code(shown.slice(0, MOST_SHAPES).join('\n'))];
  if (shown.length > MOST_SHAPES) lines.push(`and ${shown.length - MOST_SHAPES} more`);
  if (reason !== null) lines.push(reason);
  return { markdown: [...lines, ...madeUp(observations)].join('\n\n'), span };
}

/** Why a value isn't known. */
function reasonAt(node: Expr | Param, observations: readonly Observation[]): string | null {
  for (const { values } of observations)
    for (const value of values.get(node) ?? []) {
      const unknown =
        value.type === 'unknown'
          ? value.unknown
          : value.type === 'tensor' && isUnknown(value.data.shape)
            ? value.data.shape
            : null;
      if (!unknown) continue;
      const line = unknown.place?.file.path.startsWith('<') ? null : unknown.place;
      return `Not known: ${unknown.reason}${line ? ` (line ${line.file.positionAt(line.start).line + 1})` : ''}.`;
    }
  return null;
}

const code = (text: string): string => `\`\`\`python\n${text}\n\`\`\``;

/** Says so when the inputs were made up. */
function madeUp(observations: readonly Observation[]): string[] {
  return observations.every(hasSaidInputs) ? [] : ['*Input sizes are inferred: nothing in the project says them.*'];
}

const same = (a: Span, b: Span): boolean => a.start === b.start && a.end === b.end;

function callHover(
  node: CallExpr,
  found: readonly Observation[],
  all: readonly Observation[],
  cls: ClassDef | null,
  placesOf: PlacesOf,
): HoverText | null {
  const calls = found.flatMap((each) => each.calls.filter((call) => call.outermost && same(call.span, node)));
  const paths = (seen: readonly SeenCall[]): Set<string> => new Set(seen.map(({ module }) => module.path));
  if (calls.length > 0) {
    const runs = found.filter((each) => each.calls.some((call) => same(call.span, node)));
    const facts = layerFacts(runs, placesOf, ({ span, path }) => same(span, node) && paths(calls).has(path));
    return moduleHover(calls[0]?.module as SeenModule, calls, node.func, found, facts);
  }
  const own = cls ? all.filter(({ span }) => span.start === cls.start) : all;
  const made = own.flatMap((each) =>
    each.modules.filter(({ span }) => same(span, node)).map(({ module }) => ({ module, each })),
  );
  const [first] = made;
  if (first) {
    const uses = made.flatMap(({ module, each }) => each.calls.filter((call) => call.module === module));
    const runs = made.map(({ each }) => each);
    const facts = layerFacts([...new Set(runs)], placesOf, ({ path }) => paths(uses).has(path));
    return moduleHover(first.module, uses, node.func, own, facts, made.length);
  }
  return operatorHover(node, found, placesOf);
}

function moduleHover(
  module: SeenModule,
  calls: readonly SeenCall[],
  span: Span,
  observations: readonly Observation[],
  training: readonly string[],
  count = 1,
): HoverText {
  const signatures = unique(
    calls.map(({ inputs, output }) => `${inputs.map(tensorText).join(', ')} → ${hoverText(output) ?? '?'}`),
  );
  const head = `${module.type}${signatures.length === 1 ? `: ${signatures[0] ?? ''}` : ''}`;
  const lines = [code(head)];
  if (signatures.length > 1)
    lines.push(
      'Differs between calls:',
      code(signatures.slice(0, MOST_SHAPES).join('\n')),
      ...(signatures.length > MOST_SHAPES ? [`and ${signatures.length - MOST_SHAPES} more`] : []),
    );
  const facts: string[] = [];
  const parameters = parameterLine(module);
  if (parameters !== null) facts.push(parameters);
  const macs = unique(calls.map((call) => countOf(call.macs)));
  const [only] = macs;
  if (macs.length === 1 && only !== undefined && only !== '0') facts.push(`MACs: ${only}${perOutput(calls[0])}`);
  else if (macs.length > 1) facts.push(`MACs: ${macs.slice(0, MOST_SHAPES).join(', ')}`);
  const [first] = calls;
  const output = first?.output.type === 'tensor' ? first.output.data.shape : null;
  const sure = signatures.length === 1;
  if (module.home.startsWith('torch.nn'))
    facts.push(...layerFormulas(module, sure ? (first?.inputs[0]?.shape ?? null) : null, sure ? output : null));
  facts.push(...training);
  if (count > 1) facts.push(`${count} of these are made here; this is ${module.path}.`);
  lines.push(...list(facts));
  if (calls.length > 0) lines.push(...madeUp(observations));
  return { markdown: lines.join('\n\n'), span };
}

function parameterLine({ own, total }: SeenModule): string | null {
  const sum = countText(total);
  if (sum === null) return isUnknown(total) ? `Parameters: not known (${total.reason})` : null;
  if (sum === '0') return null;
  const formula = own.length > 0 ? parameterFormula(own, total) : null;
  return `Parameters: ${formula !== null && formula.endsWith(sum) ? formula : sum}`;
}

/** ` = 802,816 outputs × 147`, where every output takes the same number of products. */
function perOutput(call: SeenCall | undefined): string {
  if (!call || call.output.type !== 'tensor' || typeof call.macs !== 'number') return '';
  const outputs = numelOf(call.output.data.shape);
  if (typeof outputs !== 'number' || outputs === 0 || call.macs % outputs !== 0) return '';
  const each = call.macs / outputs;
  if (mulInt(outputs, each) !== call.macs || each === 1) return '';
  return ` = ${countText(outputs) ?? ''} outputs × ${countText(each) ?? ''}`;
}

/** What a training pass shows of the places in several runs of the same lines. */
function placesIn(runs: readonly Observation[], placesOf: PlacesOf): readonly TrainingPlaces[] {
  return runs.length > MOST_RUNS ? [] : runs.flatMap(({ qualname }) => placesOf(qualname) ?? []);
}

function layerFacts(
  runs: readonly Observation[],
  placesOf: PlacesOf,
  isMeant: (layer: PlacedLayer) => boolean,
): string[] {
  const all = placesIn(runs, placesOf);
  const layers = all.flatMap((places) => places.layers.filter(isMeant));
  const fields = unique(layers.map(({ field }) => (field ? fieldFact(field) : '')));
  const [field] = fields;
  return [
    ...(fields.length === 1 && field ? [field] : []),
    ...keptFacts(
      layers.map(({ kept }) => kept),
      all,
    ),
  ];
}

function fieldFact({ receptiveField, stride }: NonNullable<PlacedLayer['field']>): string {
  const [sees, steps] = [fieldText(receptiveField), fieldText(stride)];
  if (sees === '') return '';
  return `Receptive field: ${sees === 'all' ? 'all of the input' : sees}${steps === '' ? '' : `, stride ${steps}`}`;
}

/** What backward must keep, once for all calls where it is the same. */
function keptFacts(kept: readonly (KeptBytes | null)[], all: readonly TrainingPlaces[]): string[] {
  if (kept.length === 0) return [];
  const reason = all.find(({ unknown }) => unknown !== null)?.unknown;
  const texts = unique(kept.map((bytes) => (bytes ? keptText(bytes) : `not known (${reason ?? ''})`)));
  const shown = texts.slice(0, MOST_SHAPES).join('; ');
  return [`Kept for backward: ${shown}${texts.length > MOST_SHAPES ? '; …' : ''}`];
}

function keptText({ all, first }: KeptBytes): string {
  const [total, own] = [bytesText(all), bytesText(first)];
  if (all === 0) return 'nothing';
  if (own === total) return total;
  return first === 0 ? `${total}, which is kept before it already` : `${total}, ${own} of it not kept before`;
}

function operatorHover(node: Expr, observations: readonly Observation[], placesOf: PlacesOf): HoverText | null {
  const ops: SeenOp[] = observations.flatMap((each) => each.ops.filter(({ span }) => same(span, node)));
  const outputs = textsAt(node, observations, hoverText);
  const span = node.kind === 'Call' ? node.func : node;
  // The last operator at a place is the one whose result it gives; those before are its parts.
  const op = ops[ops.length - 1]?.op;
  if (!op) {
    if (node.kind !== 'Call' || outputs.length === 0) return null;
    const reason = reasonAt(node, observations);
    const lines = outputs.length === 1 && outputs[0] === 'unknown' ? [] : [code(`→ ${outputs.join('\n→ ')}`)];
    if (reason !== null) lines.push(reason);
    return lines.length === 0 ? null : { markdown: [...lines, ...madeUp(observations)].join('\n\n'), span };
  }
  const signatures = unique(
    ops.filter((each) => each.op.op === op.op).map(({ op: each }) => each.inputs.map(tensorText).join(', ')),
  );
  const head =
    signatures.length === 1 && outputs.length === 1
      ? code(`${op.op}(${signatures[0] ?? ''}) → ${outputs[0] ?? ''}`)
      : code(
          [`${op.op} → ${outputs[0] ?? '?'}`, ...outputs.slice(1, MOST_SHAPES).map((text) => `→ ${text}`)].join('\n'),
        );
  const facts: string[] = [];
  const macs = unique(ops.filter((each) => each.op.op === op.op).map((each) => countOf(each.op.macs)));
  if (macs.length === 1 && macs[0] !== '0') facts.push(`MACs: ${macs[0] ?? ''}`);
  facts.push(...operatorFormula(op.op));
  const runs = observations.filter((each) => each.ops.some((seen) => same(seen.span, node)));
  const places = placesIn(runs, placesOf);
  const here = places.flatMap(({ operators }) => operators.filter((each) => same(each.span, node)));
  // A function of several operators keeps what all of them keep, which isn't said one by one.
  if (here.every(({ name }) => name === op.op))
    facts.push(
      ...keptFacts(
        here.map(({ kept }) => kept),
        places,
      ),
    );
  const reason = reasonAt(node, observations);
  if (reason !== null) facts.push(reason);
  return { markdown: [head, ...list(facts), ...madeUp(observations)].join('\n\n'), span };
}

const list = (facts: readonly string[]): string[] =>
  facts.length === 0 ? [] : [facts.map((fact) => `- ${fact}`).join('\n')];
const tensorText = (data: TensorData): string => shapeText(data.shape, data.dtype);
const unique = (texts: readonly string[]): string[] => [...new Set(texts)];

function countOf(macs: Macs): string {
  return countText(macs) ?? `not known (${isUnknown(macs) ? macs.reason : ''})`;
}
