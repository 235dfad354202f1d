/**
 * How often each class occurs, as far as the program shows it: counts that are written down or computed from labels that are, and
 * counts that weights of a sampler are made of.
 */
import { isUnknown, type Value } from '../../python/index.js';
import type { Engine } from '../../report/index.js';
import type { Expr, SourceFile } from '../../syntax/index.js';
import {
  argumentOf,
  callsIn,
  findAll,
  nearFiles,
  parentOf,
  qualifiedName,
  walk,
  type Code,
} from '../../training/index.js';
import { isArrayLike } from '../../torch/tensor.js';
import { readExpression } from '../evaluate.js';
import type { LossSite } from './site.js';

/** How often each class occurs, with the name that says so. */
export interface ClassCounts {
  readonly name: string;
  readonly counts: readonly number[];
  readonly file: SourceFile;
}

const NAMES =
  /(?:^|_)(?:counts?|freq(?:s|uenc(?:y|ies))?|histogram|support)(?:_|$)|samples?_per_class|per_class|num_per_cls/i;
const COUNTERS = /^(?:collections\.Counter|torch\.bincount|numpy\.bincount)$/;
const SAMPLER = 'torch.utils.data.WeightedRandomSampler';
/** Files without any of these words have nothing to show. */
const WORTH_READING = /count|freq|histogram|support|per_c|WeightedRandomSampler|weights?\s*=/i;
const MOST_CANDIDATES = 32;

interface Candidate {
  readonly name: string;
  readonly file: SourceFile;
  readonly expr: Expr;
}

/** Every list of counts in the program's files. */
export function classCountsIn(code: Code, engine: Engine): ClassCounts[] {
  const candidates = code.files
    .filter(({ text }) => WORTH_READING.test(text))
    .flatMap((file) => candidatesIn(code, file));
  return candidates.slice(0, MOST_CANDIDATES).flatMap(({ name, file, expr }) => {
    const counts = countsOf(engine, file, expr);
    return counts ? [{ name, file, counts }] : [];
  });
}

/** Counts for a loss: the only ones of the program, of as many classes as there are where that is known; the nearest name for them. */
export function countsFor(
  { context, file }: LossSite,
  classes: number | null,
  known: readonly ClassCounts[],
): ClassCounts | null {
  const near = nearFiles(context.project, file.path);
  const fitting = known
    .filter(({ counts }) => classes === null || counts.length === classes)
    .sort((a, b) => near.indexOf(a.file.path) - near.indexOf(b.file.path));
  return new Set(fitting.map(({ counts }) => counts.join())).size === 1 ? (fitting[0] ?? null) : null;
}

function candidatesIn(code: Code, file: SourceFile): Candidate[] {
  const found: Candidate[] = [];
  const add = (name: string, at: SourceFile, expr: Expr): void => {
    if (!found.some((each) => each.file === at && each.expr === expr)) found.push({ name, file: at, expr });
  };
  for (const statement of [...findAll(file.ast.body, 'Assign'), ...findAll(file.ast.body, 'AnnAssign')]) {
    const target = statement.kind === 'Assign' ? statement.targets[0] : statement.target;
    if (target?.kind !== 'Name' || !statement.value) continue;
    if (NAMES.test(target.id)) add(target.id, file, statement.value);
    else if (/weights?$/i.test(target.id))
      for (const expr of inverted(statement.value)) add(file.slice(expr), file, expr);
  }
  for (const call of callsIn(file)) {
    const name = qualifiedName(file, call.func);
    const isMethod = call.func.kind === 'Attribute' && call.func.attr === 'bincount';
    if (isMethod || (name !== null && COUNTERS.test(name))) {
      const holder = parentOf(file, call);
      const target = holder?.kind === 'Assign' ? holder.targets[0] : undefined;
      add(target?.kind === 'Name' ? target.id : file.slice(call), file, call);
    }
    const weights = name === SAMPLER ? argumentOf(call, 'weights', 0) : undefined;
    if (!weights) continue;
    for (const origin of code.origins(file, weights.value))
      for (const expr of inverted(origin.expr)) add(origin.file.slice(expr), origin.file, expr);
  }
  return found;
}

/** What weights are divided by: `counts` of `1 / counts`, `1 / counts[y]` and `1 / n for n in counts`. */
function inverted(expr: Expr): Expr[] {
  const found: Expr[] = [];
  const iterated = new Map<string, Expr>();
  walk(expr, (node) => {
    if (node.kind === 'Comprehension')
      for (const { target, iter } of node.clauses) if (target.kind === 'Name') iterated.set(target.id, iter);
    return true;
  });
  walk(expr, (node) => {
    if (node.kind !== 'Binary' || node.op !== '/') return true;
    const below = node.right.kind === 'Subscript' ? node.right.value : node.right;
    found.push(below.kind === 'Name' ? (iterated.get(below.id) ?? below) : below);
    return true;
  });
  return found;
}

/** The value of an expression as counts; `null` where it isn't known, or is none: too few, not positive, or all the same. */
function countsOf(engine: Engine, file: SourceFile, expr: Expr): readonly number[] | null {
  const counts = readExpression(engine, file, expr, (value) => {
    const numbers = numbersOf(value);
    const isCount = (count: number): boolean => Number.isSafeInteger(count) && count > 0;
    return numbers && new Set(numbers).size > 1 && numbers.every(isCount) ? numbers : null;
  });
  return counts && 'reason' in counts ? null : counts;
}

function numbersOf(value: Value): readonly number[] | null {
  if (typeof value !== 'object' || value === null || isUnknown(value)) return null;
  if (isArrayLike(value)) {
    if (value.taint) return null;
    const { shape, values } = value.data;
    return !isUnknown(shape) && shape.length === 1 ? values : null;
  }
  if ((value.kind === 'list' && !value.taint) || value.kind === 'tuple') return plainNumbers(value.items);
  if (value.kind !== 'dict' || value.taint) return null;
  const entries = [...value.entries.values()];
  const keys = entries.map(({ key }) => key);
  // Keys that are numbers are the class indices; names stand in the order of the classes only where somebody wrote them down so.
  if (keys.every((key) => typeof key === 'number')) {
    entries.sort((a, b) => Number(a.key) - Number(b.key));
    if (entries.some(({ key }, index) => key !== index)) return null;
  } else if (value.cls !== null && value.cls.name !== 'OrderedDict') return null;
  return plainNumbers(entries.map(({ value: item }) => item));
}

function plainNumbers(items: readonly Value[]): number[] | null {
  const numbers = items.filter((item): item is number => typeof item === 'number');
  return numbers.length === items.length ? numbers : null;
}
