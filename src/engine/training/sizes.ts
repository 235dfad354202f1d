/** The whole numbers that a model is built with and that are free to choose: widths, depths, heads. */
import type { Expr, FunctionDef, SourceFile, Span } from '../syntax/index.js';
import { methodOf } from './classes.js';
import { valueOf, type TrainingContext } from './context.js';

/** An argument of the model's constructor whose value is written as a number somewhere. */
export interface ModelSize {
  /** The constructor's parameter. */
  readonly name: string;
  readonly value: number;
  /** Where the number stands: at the call, in a constant, or as the default. */
  readonly file: SourceFile;
  readonly span: Span;
}

/**
 * Names of what the data or the task sets: another value would be another task. Everything else is the architect's to choose.
 */
const SET_BY_DATA =
  /class|vocab|label|token|pad|(?:^|_)(?:in|out|input|output)(?:_|$)|image|img|height|width|(?:^|_)(?:len|length|seq|channels?)(?:_|$)|feature|seed|_id$|idx|index/i;

/** The sizes of the context's model, in the order of its constructor's parameters. */
export function modelSizes({ model, modelCall, code }: TrainingContext): ModelSize[] {
  const init = model && methodOf(model.node, '__init__');
  if (!model || !init) return [];
  const call = modelCall;
  return parametersOf(init).flatMap(({ name, fallback }, index) => {
    if (SET_BY_DATA.test(name)) return [];
    const given = call?.expr.kind === 'Call' ? valueOf(call.expr, name, index) : null;
    const found = given && call ? literalOf(call.file, given) : fallback && literalOf(model.file, fallback);
    return found ? [{ name, ...found }] : [];
  });

  function literalOf(file: SourceFile, expr: Expr): Omit<ModelSize, 'name'> | null {
    const origins = expr.kind === 'Number' ? [{ file, expr }] : code.origins(file, expr);
    const [origin] = origins;
    if (!origin || origins.length !== 1) return null;
    const { expr: at } = origin;
    if (at.kind !== 'Number' || at.type !== 'int' || typeof at.value !== 'number') return null;
    return { value: at.value, file: origin.file, span: { start: at.start, end: at.end } };
  }
}

function parametersOf({ params }: FunctionDef): { name: string; fallback: Expr | null }[] {
  return params
    .filter(({ form }) => form === 'positionalOnly' || form === 'normal' || form === 'keywordOnly')
    .slice(1)
    .map(({ name, default: fallback }) => ({ name, fallback }));
}
