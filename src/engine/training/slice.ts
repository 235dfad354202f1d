/** Takes an expression out of the function it stands in, with the statements that it depends on, so that it can be evaluated alone. */
import type { Expr, SourceFile, Stmt } from '../syntax/index.js';
import { functionAround, namesIn, parentOf, statementsIn, walk } from './tree.js';

export interface Slice {
  /** Statements to run before, in order; each a line or more without indentation. */
  readonly statements: readonly string[];
  readonly expression: string;
  /** Whether these are all that happens to its names before, and nothing decides whether they run. */
  readonly isWhole: boolean;
}

/** Python text that has the value of the slice's expression, or of what `asked` makes of it. */
export function sliceText({ statements, expression }: Slice, asked?: (text: string) => string): string {
  return [...statements, asked ? asked(`(${expression})`) : expression].join('\n');
}

/** The slice, or why there is none. */
export function sliceFor(file: SourceFile, expr: Expr): Slice | { readonly reason: string } {
  const func = functionAround(file, expr);
  const expression = file.slice(expr);
  if (!func) return { statements: [], expression, isWhole: isSettled(file, expr) };
  const needed = new Set([...namesIn(expr)].filter((name) => func.scope.locals.has(name)));
  const picked = new Set<Stmt>();
  const before = statementsIn(func.body).filter((statement) => statement.end <= expr.start && isSimple(statement));
  for (let changed = true; changed;) {
    changed = false;
    for (const statement of before) {
      if (picked.has(statement) || !touches(statement, needed)) continue;
      picked.add(statement);
      changed = true;
      for (const name of namesIn(statement)) if (func.scope.locals.has(name)) needed.add(name);
    }
  }
  const bound = new Set([...picked].flatMap(boundNames));
  const defaults: string[] = [];
  for (const name of needed) {
    if (bound.has(name) || isBoundInside(expr, name)) continue;
    const param = func.params.find((each) => each.name === name);
    if (param?.default) defaults.push(`${name} = ${file.slice(param.default)}`);
    else
      return {
        reason: param
          ? `the argument '${name}' of ${func.name}() is not known`
          : `where '${name}' comes from could not be followed`,
      };
  }
  return {
    statements: [...defaults, ...[...picked].sort((a, b) => a.start - b.start).map((each) => file.slice(each))],
    expression,
    isWhole: statementsIn(func.body).every(
      (statement) =>
        statement.end > expr.start ||
        (picked.has(statement) ? isOnTheWay(file, statement, expr) : !mayChange(statement, needed)),
    ),
  };
}

/**
 * Whether names of an expression at module level stand for the same when the module has run as where the expression is: each is bound
 * by one statement, and nothing but calls of themselves, moves and `print(…)` mentions them.
 */
function isSettled(file: SourceFile, expr: Expr): boolean {
  const needed = namesIn(expr);
  const bound = new Set<string>();
  for (const statement of statementsIn(file.ast.body)) {
    if (!isSimple(statement)) {
      if (statement.kind === 'ClassDef' || statement.kind === 'FunctionDef') {
        if (bound.has(statement.name) && needed.has(statement.name)) return false;
        bound.add(statement.name);
      } else if (statement.kind === 'For' && [...namesIn(statement.target)].some((name) => needed.has(name)))
        return false;
      continue;
    }
    const names = boundNames(statement);
    for (const name of names) {
      if (needed.has(name) && bound.has(name)) return false;
      bound.add(name);
    }
    const holdsIt = statement.start <= expr.start && expr.end <= statement.end;
    if (
      !holdsIt &&
      !names.some((name) => needed.has(name)) &&
      mayChange(statement, needed) &&
      !onlyUses(statement, needed)
    )
      return false;
  }
  return true;
}

/** What moves a module or sets its mode. */
const MOVING = new Set(['to', 'cuda', 'cpu', 'float', 'double', 'half', 'eval', 'train', 'size', 'dim', 'zero_grad']);

/** `y = net(x)`, `net.eval()`: a call of what a name stands for, or one that leaves its sizes as they are. */
function onlyUses(statement: Stmt, needed: ReadonlySet<string>): boolean {
  if (statement.kind !== 'Expression' && statement.kind !== 'Assign') return false;
  const { value } = statement;
  if (value.kind !== 'Call') return false;
  const { func } = value;
  if (func.kind === 'Name') return needed.has(func.id);
  return func.kind === 'Attribute' && func.value.kind === 'Name' && needed.has(func.value.id) && MOVING.has(func.attr);
}

/** Whether a statement has run whenever the expression is reached: what holds it holds the expression as well. */
function isOnTheWay(file: SourceFile, statement: Stmt, expr: Expr): boolean {
  const holder = parentOf(file, statement);
  return !holder || (holder.start <= expr.start && expr.end <= holder.end);
}

/** Whether a statement that is left out may change what the names stand for: any that mentions them but `print(…)`. */
function mayChange(statement: Stmt, needed: ReadonlySet<string>): boolean {
  if (statement.kind === 'Expression' && statement.value.kind === 'Call') {
    const { func } = statement.value;
    if (func.kind === 'Name' && func.id === 'print') return false;
  }
  // What blocks hold is looked at by itself.
  return isSimple(statement) && [...namesIn(statement)].some((name) => needed.has(name));
}

/** A loop variable of a comprehension or a lambda's parameter is its own. */
function isBoundInside(expr: Expr, name: string): boolean {
  let found = false;
  walk(expr, (node) => {
    if ('scope' in node && (node.scope as { locals: ReadonlySet<string> }).locals.has(name)) found = true;
  });
  return found;
}

function isSimple(statement: Stmt): boolean {
  return ['Assign', 'AnnAssign', 'AugAssign', 'Expression', 'Import', 'ImportFrom'].includes(statement.kind);
}

function boundNames(statement: Stmt): string[] {
  if (statement.kind === 'Assign') return statement.targets.flatMap((target) => [...namesIn(target)]);
  if (statement.kind === 'AnnAssign') return statement.value ? [...namesIn(statement.target)] : [];
  if (statement.kind === 'Import' || statement.kind === 'ImportFrom')
    return statement.names === '*'
      ? []
      : statement.names.map((alias) => alias.asName ?? alias.name.split('.')[0] ?? alias.name);
  return [];
}

/** The statement binds a needed name or calls a method of one, which may change it. */
function touches(statement: Stmt, needed: ReadonlySet<string>): boolean {
  if (statement.kind === 'AugAssign') return [...namesIn(statement.target)].some((name) => needed.has(name));
  if (statement.kind === 'Expression') {
    const { value } = statement;
    if (value.kind !== 'Call' || value.func.kind !== 'Attribute' || value.func.value.kind !== 'Name') return false;
    return needed.has(value.func.value.id);
  }
  return boundNames(statement).some((name) => needed.has(name));
}
