/** The files of a program taken together: where a definition is called, and where a value comes from. */
import type { Project } from '../project/index.js';
import type { CallExpr, ClassDef, Expr, FunctionDef, SourceFile } from '../syntax/index.js';
import { methodOf } from './classes.js';
import { definitionOf, importsOf, moduleFile, packageOf, qualifiedName, type Definition } from './names.js';
import { callsIn, classAround, dotted, functionAround, statementsIn } from './tree.js';

/** An expression with the file that it stands in. */
export interface Located<E extends Expr = Expr> {
  readonly file: SourceFile;
  readonly expr: E;
}

const MAX_DEPTH = 12;

export class Code {
  constructor(
    readonly project: Project,
    readonly files: readonly SourceFile[],
  ) {
    for (const file of files) importsOf(file, packageOf(project, file));
  }

  /** The function, method (by `self.name`, or on an object made from the class) or class that a call enters. */
  callee(file: SourceFile, call: CallExpr): Definition | null {
    const { func } = call;
    if (func.kind === 'Attribute') {
      const owner = this.classOfReceiver(file, func.value);
      const method = owner?.node.kind === 'ClassDef' ? this.method(owner.file, owner.node, func.attr) : null;
      if (method) return method;
    }
    return func.kind === 'Name' || func.kind === 'Attribute' ? definitionOf(this.project, file, func) : null;
  }

  private classOfReceiver(file: SourceFile, receiver: Expr): Definition | null {
    if (receiver.kind === 'Name' && receiver.id === 'self') {
      const node = classAround(file, receiver);
      return node && { file, node };
    }
    if (receiver.kind !== 'Name' && receiver.kind !== 'Attribute') return null;
    for (const { file: at, expr } of this.assigned(file, receiver)) {
      const made =
        expr.kind === 'Call' && (expr.func.kind === 'Name' || expr.func.kind === 'Attribute')
          ? definitionOf(this.project, at, expr.func)
          : null;
      if (made?.node.kind === 'ClassDef') return made;
    }
    return null;
  }

  /** A method of a class or of the project's classes that it derives from. */
  method(
    file: SourceFile,
    node: ClassDef,
    name: string,
    depth = 0,
  ): { readonly file: SourceFile; readonly node: FunctionDef } | null {
    const own = methodOf(node, name);
    if (own) return { file, node: own };
    if (depth > 8) return null;
    for (const base of node.bases) {
      const parent = base.form === 'positional' ? definitionOf(this.project, file, base.value) : null;
      const found =
        parent?.node.kind === 'ClassDef' && parent.node !== node
          ? this.method(parent.file, parent.node, name, depth + 1)
          : null;
      if (found) return found;
    }
    return null;
  }

  /** Where a function or class is called. */
  callSites(definition: Definition): Located<CallExpr>[] {
    const { name } = definition.node;
    return this.files.flatMap((file) =>
      callsIn(file)
        .filter((call) => lastName(call.func) === name && this.callee(file, call)?.node === definition.node)
        .map((expr) => ({ file, expr })),
    );
  }

  /** What is assigned to a name, or to an attribute of `self`; in source order. */
  assigned(file: SourceFile, target: Expr): Located[] {
    if (target.kind === 'Attribute') {
      const cls = target.value.kind === 'Name' && target.value.id === 'self' ? classAround(file, target) : null;
      if (!cls) return [];
      return cls.body
        .flatMap((each) => (each.kind === 'FunctionDef' ? statementsIn(each.body) : []))
        .flatMap((statement) => valuesFor(statement, (expr) => dotted(expr) === `self.${target.attr}`))
        .map((expr) => ({ file, expr }));
    }
    if (target.kind !== 'Name') return [];
    const { id } = target;
    const isIt = (expr: Expr): boolean => expr.kind === 'Name' && expr.id === id;
    const around = functionAround(file, target);
    const local = around?.scope.locals.has(id) ?? false;
    if (around && local)
      return statementsIn(around.body)
        .flatMap((statement) => valuesFor(statement, isIt))
        .map((expr) => ({ file, expr }));
    const global = statementsIn(file.ast.body).flatMap((statement) => valuesFor(statement, isIt));
    if (global.length > 0) return global.map((expr) => ({ file, expr }));
    return this.imported(file, id);
  }

  private imported(file: SourceFile, name: string): Located[] {
    const import_ = importsOf(file).find(({ local }) => local === name);
    const dot = import_?.qualified.lastIndexOf('.') ?? -1;
    if (!import_ || dot < 0) return [];
    const path = moduleFile(this.project, file, import_.qualified.slice(0, dot));
    const target = path === null ? undefined : this.project.file(path);
    const wanted = import_.qualified.slice(dot + 1);
    if (!target) return [];
    return statementsIn(target.ast.body)
      .flatMap((statement) => valuesFor(statement, (expr) => expr.kind === 'Name' && expr.id === wanted))
      .map((expr) => ({ file: target, expr }));
  }

  /**
   * The expressions that a value may come from: through assignments, attributes of `self`, parameters (the arguments at the places
   * where the function is called) and what the project's own functions return. Nothing that can be followed further is given.
   */
  origins(file: SourceFile, expr: Expr): Located[] {
    const found: Located[] = [];
    const seen = new Set<Expr>();
    const visit = (at: SourceFile, node: Expr, depth: number): void => {
      if (seen.has(node) || depth > MAX_DEPTH) return;
      seen.add(node);
      const next = this.step(at, node);
      if (next === null) found.push({ file: at, expr: node });
      else for (const each of next) visit(each.file, each.expr, depth + 1);
    };
    visit(file, expr, 0);
    return found;
  }

  /** One step back; `null` where the trail ends. */
  private step(file: SourceFile, expr: Expr): Located[] | null {
    if (expr.kind === 'Name' || expr.kind === 'Attribute') {
      const assigned = this.assigned(file, expr);
      const passed = expr.kind === 'Name' ? this.passed(file, expr) : [];
      return assigned.length + passed.length > 0 ? [...passed, ...assigned] : null;
    }
    if (expr.kind === 'Conditional') return [expr.body, expr.orelse].map((each) => ({ file, expr: each }));
    if (expr.kind !== 'Call') return null;
    const wrapped = wrappedValue(file, expr);
    if (wrapped) return [{ file, expr: wrapped }];
    const callee = this.callee(file, expr);
    if (callee?.node.kind !== 'FunctionDef') return null;
    const returned = returnsOf(callee.node);
    return returned.length > 0 ? returned.map((each) => ({ file: callee.file, expr: each })) : null;
  }

  /** What callers pass for a parameter; its default where they pass nothing. */
  passed(file: SourceFile, name: Extract<Expr, { kind: 'Name' }>): Located[] {
    const around = functionAround(file, name);
    const param = around?.params.find((each) => each.name === name.id);
    if (!around || !param) return [];
    const cls = classAround(file, around);
    const isConstructor = cls !== null && around.name === '__init__';
    const sites = this.callSites(isConstructor ? { file, node: cls } : { file, node: around });
    if (sites.length === 0) return param.default ? [{ file, expr: param.default }] : [];
    return sites.flatMap((site) => {
      const given = argumentFor(around, site.expr, param.name, cls !== null);
      if (given) return [{ file: site.file, expr: given }];
      const open = site.expr.args.some(({ form }) => form === 'star' || form === 'doubleStar');
      return param.default && !open ? [{ file, expr: param.default }] : [];
    });
  }
}

/** The values that a statement gives to a target. */
function valuesFor(statement: ReturnType<typeof statementsIn>[number], isIt: (expr: Expr) => boolean): Expr[] {
  if (statement.kind === 'AnnAssign') return statement.value && isIt(statement.target) ? [statement.value] : [];
  if (statement.kind === 'With')
    return statement.items.flatMap(({ context, target }) => (target && isIt(target) ? [context] : []));
  if (statement.kind !== 'Assign') return [];
  const { value } = statement;
  return statement.targets.flatMap((target) => {
    if (isIt(target)) return [value];
    if (
      (target.kind === 'Tuple' || target.kind === 'List') &&
      (value.kind === 'Tuple' || value.kind === 'List') &&
      target.elements.length === value.elements.length
    )
      return target.elements.flatMap((element, index) =>
        isIt(element) && value.elements[index] ? [value.elements[index]] : [],
      );
    return [];
  });
}

/** The argument that a call gives for a parameter; `method` leaves out `self`. */
export function argumentFor(node: FunctionDef, call: CallExpr, name: string, method = false): Expr | null {
  const keyword = call.args.find((arg) => arg.form === 'keyword' && arg.name === name);
  if (keyword) return keyword.value;
  const positional = node.params
    .filter(({ form }) => form === 'normal' || form === 'positionalOnly')
    .slice(method ? 1 : 0);
  const index = positional.findIndex((param) => param.name === name);
  const before = call.args.slice(0, index + 1);
  if (index < 0 || before.length <= index || before.some(({ form }) => form !== 'positional')) return null;
  return before[index]?.value ?? null;
}

/** What a function returns, each `return` once; nested functions left out. */
export function returnsOf(node: FunctionDef): Expr[] {
  return statementsIn(node.body).flatMap((statement) =>
    statement.kind === 'Return' && statement.value ? [statement.value] : [],
  );
}

export function lastName(func: Expr): string | null {
  return func.kind === 'Name' ? func.id : func.kind === 'Attribute' ? func.attr : null;
}

const MOVES = new Set([
  'to',
  'cuda',
  'cpu',
  'half',
  'float',
  'double',
  'bfloat16',
  'train',
  'eval',
  'requires_grad_',
  'apply',
]);
const WRAPPERS = new Set([
  'torch.compile',
  'torch.nn.DataParallel',
  'torch.nn.parallel.DistributedDataParallel',
  'torch.jit.script',
]);

/** The module inside what only moves or wraps it: `model.to(device).eval()`, `DataParallel(model)`. */
export function unwrapped(file: SourceFile, expr: Expr): Expr {
  const inner = expr.kind === 'Call' ? wrappedValue(file, expr) : null;
  return inner ? unwrapped(file, inner) : expr;
}

/** The module inside `model.to(device)`, `torch.compile(model)`, `DataParallel(model)`. */
function wrappedValue(file: SourceFile, call: CallExpr): Expr | null {
  if (call.func.kind === 'Attribute' && MOVES.has(call.func.attr)) return call.func.value;
  const name = qualifiedName(file, call.func);
  const [first] = call.args;
  return name !== null && WRAPPERS.has(name) && first?.form === 'positional' ? first.value : null;
}
