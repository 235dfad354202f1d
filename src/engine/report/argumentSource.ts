/** Where the number that a layer was made with stands in the source, and how to write another one there. */
import { Code, argumentFor } from '../training/code.js';
import { methodOf } from '../training/classes.js';
import { callsIn, classAround, functionAround, walk } from '../training/tree.js';
import type { PyInstance } from '../python/index.js';
import type { Project } from '../project/index.js';
import type { CallExpr, Expr, SourceFile } from '../syntax/index.js';

/** A place whose text decides the number. */
export interface NumberSource {
  readonly file: SourceFile;
  readonly expr: Expr;
  /** What it is called there: `in_features`, `HIDDEN`. */
  readonly name: string;
}

export interface ArgumentSources {
  /** The argument as it stands in the layer's own call. */
  readonly argument: NumberSource;
  /** Where the number is written, best first: the constant, the default or the caller's argument it came from, else the argument. */
  readonly sources: readonly NumberSource[];
}

/** The call that made a module; `null` for those that PyTorch's own code made. */
export function constructionOf(instance: PyInstance): { file: SourceFile; call: CallExpr } | null {
  const { place } = instance;
  if (!place || place.file.path.startsWith('<')) return null;
  const call = callsIn(place.file).find(({ start, end }) => start === place.start && end === place.end);
  return call ? { file: place.file, call } : null;
}

/**
 * Follows an argument of a layer's constructor.
 * @param owners modules around the layer, innermost first
 */
export function sourcesOf(
  project: Project,
  instance: PyInstance,
  argument: { readonly name: string; readonly index: number },
  owners: readonly PyInstance[],
): ArgumentSources | null {
  const made = constructionOf(instance);
  if (!made) return null;
  const found = plainArgument(made.call, argument.name, argument.index);
  if (!found) return null;
  const expr = lastOf(found);
  const own: NumberSource = { file: made.file, expr, name: argument.name };
  const behind = follow(project, own, owners, 0);
  return { argument: own, sources: behind && behind.expr !== expr ? [behind, own] : [own] };
}

function plainArgument(call: CallExpr, name: string, index: number): Expr | null {
  const keyword = call.args.find((arg) => arg.form === 'keyword' && arg.name === name);
  if (keyword) return keyword.value;
  const before = call.args.slice(0, index + 1);
  if (before.length <= index || before.some(({ form }) => form !== 'positional')) return null;
  return before[index]?.value ?? null;
}

/** Of several sizes the last one is the size of the axis that is looked at. */
function lastOf(expr: Expr): Expr {
  if (expr.kind !== 'Tuple' && expr.kind !== 'List') return expr;
  return expr.elements[expr.elements.length - 1] ?? expr;
}

function hasNames(expr: Expr): boolean {
  let found = false;
  walk(expr, (node) => {
    if (node.kind === 'Name' || node.kind === 'Call') found = true;
  });
  return found;
}

/** The place at which the number is written; `null` where the trail ends without one. */
function follow(
  project: Project,
  source: NumberSource,
  owners: readonly PyInstance[],
  depth: number,
): NumberSource | null {
  const { file, expr } = source;
  if (!hasNames(expr)) return source;
  if (depth > 6 || (expr.kind !== 'Name' && expr.kind !== 'Attribute')) return null;
  const func = functionAround(file, expr);
  const param = expr.kind === 'Name' ? func?.params.find(({ name }) => name === expr.id) : undefined;
  if (func && param && expr.kind === 'Name') {
    const cls = classAround(file, func);
    if (func.name !== '__init__' || !cls) return null;
    const at = owners.findIndex((owner) => owner.cls.name === cls.name && methodOf(cls, '__init__') === func);
    const owner = owners[at];
    const made = owner && constructionOf(owner);
    const given = made && argumentFor(func, made.call, param.name, true);
    if (made && given)
      return follow(project, { file: made.file, expr: given, name: param.name }, owners.slice(at + 1), depth + 1);
    return param.default ? follow(project, { file, expr: param.default, name: param.name }, owners, depth + 1) : null;
  }
  const assigned = new Code(project, [file]).assigned(file, expr);
  const [only] = assigned;
  if (assigned.length !== 1 || !only) return null;
  const name = expr.kind === 'Name' ? expr.id : file.slice(expr);
  return follow(project, { file: only.file, expr: only.expr, name }, owners, depth + 1);
}
