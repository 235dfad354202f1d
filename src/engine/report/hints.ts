/** What an editor writes between the lines: shapes after assignments, parameters after layers. */
import {
  classesOf,
  type ClassDef,
  type Expr,
  type FunctionDef,
  type Param,
  type SourceFile,
  type Stmt,
} from '../syntax/index.js';
import { contains, statementsIn } from '../training/tree.js';
import { addInt } from '../python/symint.js';
import { isUnknown } from '../torch/dims.js';
import type { Observation, Seen, SeenModule } from './observation.js';
import { countText, seenText, type ShapeStyle } from './shapeText.js';

export interface HintOptions {
  readonly shapes: 'off' | ShapeStyle;
  readonly parameters: boolean;
}

export interface Hint {
  /** Offset after which it stands. */
  readonly offset: number;
  readonly label: string;
  readonly kind: 'shape' | 'parameters';
  /** Plain text with more. */
  readonly tooltip: string | null;
}

const LONGEST = 72;

/** Hints of a file from what was seen while its classes ran. */
export function hintsOf(file: SourceFile, observations: readonly Observation[], options: HintOptions): Hint[] {
  const hints: Hint[] = [];
  for (const { func, cls } of functionsOf(file)) {
    const found = observationsFor(func, cls, observations);
    if (found.length === 0) continue;
    if (options.shapes !== 'off') hints.push(...shapeHints(file, func, found, options.shapes));
  }
  if (options.parameters) hints.push(...parameterHints(file, observations));
  return hints.sort((a, b) => a.offset - b.offset);
}

interface Method {
  readonly func: FunctionDef;
  readonly cls: ClassDef | null;
}

/** Functions of the module and methods of its classes. */
export function functionsOf(file: SourceFile): Method[] {
  const found: Method[] = [];
  const visit = (body: readonly Stmt[], cls: ClassDef | null): void => {
    for (const statement of body) {
      if (statement.kind === 'FunctionDef') {
        found.push({ func: statement, cls });
        visit(statement.body, cls);
      } else if (statement.kind === 'ClassDef') visit(statement.body, statement);
      else if (statement.kind === 'If') [statement.body, statement.orelse].forEach((part) => visit(part, cls));
    }
  };
  visit(file.ast.body, null);
  return found;
}

/**
 * Whose runs count for a function: those of its own class where its inputs are said, else those of the models that it is a part
 * of (first the one by which its own report goes), else its own with made-up inputs. A constructor is looked at in its own run.
 */
export function observationsFor(
  func: FunctionDef,
  cls: ClassDef | null,
  observations: readonly Observation[],
): readonly Observation[] {
  const [first] = func.params;
  const visited = observations.filter(({ values }) =>
    first ? values.has(first) : statementsIn(func.body).some((statement) => values.has(statement)),
  );
  const own = visited.filter(({ span }) => cls !== null && span.start === cls.start);
  if (own.length > 0 && (func.name === '__init__' || own.some(hasSaidInputs))) return own;
  const others = visited.filter((each) => !own.includes(each));
  const wholes = others.filter(({ span }) => own.some(({ whole }) => whole?.start === span.start));
  const given = others.filter((each) => hasSaidInputs(each) && !wholes.includes(each));
  if (wholes.length + given.length > 0) return [...wholes, ...given];
  const last = others[others.length - 1];
  return last ? [last] : own;
}

/** Something outside of the layers says the inputs. */
export function hasSaidInputs({ source }: Observation): boolean {
  return source !== null && source !== 'inferred' && source !== 'whole';
}

/** Every value seen at a node, each text once. */
export function textsAt(
  node: Expr | Stmt | Param,
  observations: readonly Observation[],
  text: (value: Seen) => string | null,
): string[] {
  const texts = new Set<string>();
  for (const { values } of observations)
    for (const value of values.get(node) ?? []) {
      const shown = text(value);
      if (shown !== null) texts.add(shown);
    }
  return [...texts];
}

function shapeHints(
  file: SourceFile,
  func: FunctionDef,
  observations: readonly Observation[],
  style: ShapeStyle,
): Hint[] {
  const hints: Hint[] = [];
  const add = (offset: number, texts: readonly string[], before = ''): void => {
    const [first] = texts;
    if (first === undefined) return;
    const more = texts.length > 1 ? ` +${texts.length - 1}` : '';
    const label = `${before}${first}`;
    const cut = label.length > LONGEST ? `${label.slice(0, LONGEST)}…` : label;
    const tooltip =
      texts.length > 1
        ? `${texts.length} calls with different shapes:\n${texts.join('\n')}`
        : cut === label
          ? null
          : label;
    hints.push({ offset, label: cut + more, kind: 'shape', tooltip });
  };
  const shown = (node: Expr | Stmt | Param): string[] => textsAt(node, observations, (value) => seenText(value, style));
  for (const param of func.params.slice(1))
    add(param.annotation?.end ?? param.start + nameLength(file, param), shown(param), param.annotation ? '' : ': ');
  for (const statement of statementsIn(func.body)) {
    switch (statement.kind) {
      case 'Assign':
        addTargets(statement.targets[statement.targets.length - 1], statement.end);
        break;
      case 'AnnAssign':
      case 'AugAssign':
        addTargets(statement.target, statement.end);
        break;
      case 'Return':
        if (statement.value && statement.value.kind !== 'Name') add(statement.end, shown(statement), '→ ');
        break;
      default:
        break;
    }
  }
  return hints;

  function addTargets(target: Expr | undefined, offset: number): void {
    if (!target) return;
    if (target.kind !== 'Tuple' && target.kind !== 'List') {
      // Parameters of constructors have hints of their own kind.
      if (target.kind === 'Name' || target.kind === 'Attribute') add(offset, shown(target));
      return;
    }
    const parts = target.elements.map((element) => ({ name: file.slice(element), texts: shown(element) }));
    const known = parts.filter(({ texts }) => texts.length > 0);
    if (known.length === 0) return;
    const single = known.every(({ texts }) => texts.length === 1);
    const same = single && known.length > 1 && known.every(({ texts }) => texts[0] === known[0]?.texts[0]);
    if (same) add(offset, known[0]?.texts ?? [], `${known.map(({ name }) => name).join(', ')}: `);
    else if (single) add(offset, [known.map(({ name, texts }) => `${name}: ${texts[0] ?? ''}`).join('  ')]);
    else for (const { name, texts } of known) add(offset, texts, `${name}: `);
  }
}

function nameLength(file: SourceFile, param: Param): number {
  const text = file.slice(param);
  return Math.max(text.indexOf(param.name), 0) + param.name.length;
}

/** After each line on which layers are made: what they hold. Only the outermost of a line, and once per place. */
function parameterHints(file: SourceFile, observations: readonly Observation[]): Hint[] {
  const hints: Hint[] = [];
  for (const node of classesOf(file)) {
    const own = observations.find(({ span }) => span.start === node.start);
    if (!own) continue;
    const places = new Map<number, { end: number; modules: SeenModule[] }>();
    for (const { span, module } of own.modules) {
      if (!contains(node, span)) continue;
      const known = places.get(span.start);
      if (known) known.modules.push(module);
      else places.set(span.start, { end: span.end, modules: [module] });
    }
    const lines = new Set<number>();
    for (const [start, { end, modules }] of [...places].sort(([a, x], [b, y]) => a - b || y.end - x.end)) {
      const line = file.positionAt(start).line;
      if (lines.has(line)) continue;
      const label = parametersText(modules);
      if (label === null) continue;
      lines.add(line);
      hints.push({
        offset: endOfLine(file, end),
        label: label.text,
        kind: 'parameters',
        tooltip: label.more,
      });
    }
  }
  return hints.filter((hint, i) => hints.findIndex((other) => other.offset === hint.offset) === i);
}

/** `1,792 parameters`; of several modules made at one place their sum and number. */
function parametersText(modules: readonly SeenModule[]): { text: string; more: string | null } | null {
  let sum: SeenModule['total'] = 0;
  for (const { total } of modules) sum = isUnknown(sum) ? sum : isUnknown(total) ? total : addInt(sum, total);
  const text = countText(sum);
  if (text === null || sum === 0) return null;
  const unit = sum === 1 ? 'parameter' : 'parameters';
  if (modules.length === 1) return { text: `${text} ${unit}`, more: null };
  const each = new Set(modules.map(({ total }) => countText(total) ?? '?'));
  return {
    text: `${text} ${unit} in ${modules.length}`,
    more:
      each.size === 1
        ? `${modules.length} modules are made here, each with ${[...each][0] ?? ''}`
        : modules.map(({ path, total }) => `${path}: ${countText(total) ?? '?'}`).join('\n'),
  };
}

/** After a comma or bracket that follows, so that the line reads on. */
function endOfLine(file: SourceFile, offset: number): number {
  const rest = /^[\s)\],]*/.exec(file.text.slice(offset, offset + 40).split(/\r?\n/, 1)[0] ?? '');
  return offset + (rest?.[0].trimEnd().length ?? 0);
}
