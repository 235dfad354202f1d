/**
 * The graph from a model's output to its loss, as the text has it: what made a value (`producersOf`) and what becomes of it
 * (`usesOf`), through names, functions, `forward` methods and `nn.Sequential`, across files. Shape operations are passed through:
 * they change no number. What can't be followed is said to be open, never left out.
 */
import type { CallExpr, ClassDef, Expr, FunctionDef, NameExpr, SourceFile, Stmt } from '../syntax/index.js';
import { isModuleClassDef, moduleClassOf } from './classes.js';
import { argumentFor, type Code, type Located } from './code.js';
import { lossCallOf, type LossCall } from './losses.js';
import { qualifiedName } from './names.js';
import {
  blockAround,
  callsIn,
  classAround,
  contains,
  findAll,
  functionAround,
  parentOf,
  statementsIn,
  type Node,
} from './tree.js';

/** What made a value. */
export interface Producer {
  /** PyTorch's functional name: `sigmoid`, `softmax`, `linear`; `null` where it could not be followed. */
  readonly op: string | null;
  readonly file: SourceFile;
  /** The call that runs it, or the expression at which the trail ends. */
  readonly expr: Expr;
  /** What it is applied to, where that is written in the call. */
  readonly input: Expr | null;
  /** The layer's construction, for layers. */
  readonly layer: Located<CallExpr> | null;
  /** The `nn.Sequential(…)` whose element it is. */
  readonly container: Located<CallExpr> | null;
}

/** Where a value ends up. */
export type Use =
  /** As the input (first argument) of a loss. */
  | { readonly kind: 'loss'; readonly file: SourceFile; readonly expr: Expr; readonly loss: LossCall }
  /** Read by something else: its numbers matter there. */
  | { readonly kind: 'read'; readonly file: SourceFile; readonly expr: Expr }
  /** It mixes with other values or leaves what can be followed. */
  | { readonly kind: 'open'; readonly file: SourceFile; readonly expr: Expr; readonly why: string };

const MAX_DEPTH = 14;

/** Methods and functions after which the numbers are the same. */
const SAME_NUMBERS = new Set(
  'view reshape flatten unflatten squeeze unsqueeze permute transpose contiguous clone detach cpu cuda to float double half bfloat16 type_as t view_as reshape_as expand expand_as requires_grad_'.split(
    ' ',
  ),
);
/** Layers after which the numbers are the same. */
const SAME_LAYERS = new Set(['Flatten', 'Unflatten', 'Identity']);
/** What tells nothing of a tensor's numbers. */
const ABOUT = new Set(
  'shape size dim ndim numel device dtype is_cuda requires_grad requires_grad_ retain_grad element_size'.split(' '),
);
const METHOD_OPS = new Set('sigmoid softmax log_softmax tanh relu exp log'.split(' '));

const layerOp = (name: string): string => {
  const short = name.slice(name.lastIndexOf('.') + 1);
  return short === 'LogSoftmax' ? 'log_softmax' : short === 'LogSigmoid' ? 'logsigmoid' : short.toLowerCase();
};

type Part = number | string | null;

/** What may have made a value; each place once. */
export function producersOf(code: Code, file: SourceFile, expr: Expr): Producer[] {
  const found = new Map<Expr, Producer>();
  const seen = new Set<Expr>();
  const open = (at: SourceFile, node: Expr): void =>
    void found.set(node, { op: null, file: at, expr: node, input: null, layer: null, container: null });
  const all = (places: readonly Located[], from: Located, part: Part, depth: number): void => {
    if (places.length === 0) open(from.file, from.expr);
    for (const each of places) visit(each.file, each.expr, part, depth + 1);
  };
  const visit = (at: SourceFile, node: Expr, part: Part, depth: number): void => {
    if (seen.has(node)) return;
    if (depth > MAX_DEPTH) return open(at, node);
    seen.add(node);
    if (part !== null && node.kind === 'Tuple') {
      const element = typeof part === 'number' ? node.elements[part] : undefined;
      return element ? visit(at, element, null, depth + 1) : open(at, node);
    }
    if (part !== null && node.kind === 'Dict') {
      const entry = node.entries.find(({ key }) => key?.kind === 'String' && key.value === part);
      return entry ? visit(at, entry.value, null, depth + 1) : open(at, node);
    }
    if (node.kind === 'Name') {
      const { values, isOpen, isParameter } = definitionsFor(at, node);
      if (isOpen) return open(at, node);
      const passed = isParameter ? code.passed(at, node).concat(forwardArguments(code, at, node)) : [];
      if (isParameter && passed.length === 0) return open(at, node);
      for (const value of values) visit(at, value.expr, value.part ?? part, depth + 1);
      for (const each of passed) visit(each.file, each.expr, part, depth + 1);
      if (values.length + passed.length === 0) all(code.assigned(at, node), { file: at, expr: node }, part, depth);
      return;
    }
    if (node.kind === 'Attribute') return all(code.assigned(at, node), { file: at, expr: node }, part, depth);
    if (node.kind === 'Conditional') {
      visit(at, node.body, part, depth + 1);
      return visit(at, node.orelse, part, depth + 1);
    }
    if (node.kind === 'Subscript') {
      const { index } = node;
      const wanted = index.kind === 'String' ? index.value : index.kind === 'Number' ? Number(index.value) : undefined;
      return wanted === undefined || part !== null ? open(at, node) : visit(at, node.value, wanted, depth + 1);
    }
    if (node.kind !== 'Call') return open(at, node);
    const same = sameNumbersInput(at, node);
    if (same) return visit(at, same, part, depth + 1);
    const [first] = node.args;
    const input = first?.form === 'positional' ? first.value : null;
    const name = qualifiedName(at, node.func);
    if (name !== null && /^torch\.(?:nn\.functional\.|special\.)?[a-z]\w*$/.test(name)) {
      const short = name.slice(name.lastIndexOf('.') + 1);
      found.set(node, {
        op: short === 'expit' ? 'sigmoid' : short,
        file: at,
        expr: node,
        input,
        layer: null,
        container: null,
      });
      return;
    }
    const entered = entriesOf(code, at, node);
    if (entered.length === 0) {
      if (node.func.kind === 'Attribute' && METHOD_OPS.has(node.func.attr))
        found.set(node, {
          op: node.func.attr,
          file: at,
          expr: node,
          input: node.func.value,
          layer: null,
          container: null,
        });
      else open(at, node);
      return;
    }
    for (const entry of entered) {
      if (entry.kind === 'layer') layer(at, node, input, entry.layer, null, depth);
      else {
        const returned = statementsIn(entry.node.body).flatMap((each) =>
          each.kind === 'Return' && each.value ? [{ file: entry.file, expr: each.value }] : [],
        );
        all(returned, { file: at, expr: node }, part, depth);
      }
    }
  };
  const layer = (
    at: SourceFile,
    call: CallExpr,
    input: Expr | null,
    made: Located<CallExpr>,
    container: Located<CallExpr> | null,
    depth: number,
  ): void => {
    const name = qualifiedName(made.file, made.expr.func) ?? '';
    if (name === 'torch.nn.Sequential') {
      const elements = made.expr.args;
      for (let i = elements.length - 1; i >= 0; i--) {
        const element = elements[i];
        if (element?.form !== 'positional') return open(at, call);
        const [origin, more] =
          element.value.kind === 'Call'
            ? [{ file: made.file, expr: element.value }]
            : code.origins(made.file, element.value);
        if (!origin || more || origin.expr.kind !== 'Call') return open(at, call);
        const inner: Located<CallExpr> = { file: origin.file, expr: origin.expr };
        const innerName = qualifiedName(inner.file, inner.expr.func);
        if (innerName !== null && SAME_LAYERS.has(innerName.replace('torch.nn.', ''))) continue;
        if (innerName === null) {
          const cls = moduleClassOf(code.project, inner.file, inner.expr.func);
          const forward = cls && code.method(cls.file, cls.node, 'forward');
          if (!forward) return open(at, call);
          const returned = statementsIn(forward.node.body).flatMap((each) =>
            each.kind === 'Return' && each.value ? [{ file: forward.file, expr: each.value }] : [],
          );
          return all(returned, { file: at, expr: call }, null, depth);
        }
        return layer(at, call, null, inner, made, depth + 1);
      }
      return open(at, call);
    }
    if (!name.startsWith('torch.nn.')) return open(at, call);
    const key = container ? made.expr : call;
    found.set(key, { op: layerOp(name), file: at, expr: call, input, layer: made, container });
  };
  visit(file, expr, null, 0);
  return [...found.values()];
}

/** The argument of `x.view(…)` and the like, whose numbers the result has. */
function sameNumbersInput(file: SourceFile, call: CallExpr): Expr | null {
  if (call.func.kind !== 'Attribute' || !SAME_NUMBERS.has(call.func.attr)) return null;
  const name = qualifiedName(file, call.func);
  if (name === null) return call.func.value;
  const [first] = call.args;
  return name.startsWith('torch.') && first?.form === 'positional' ? first.value : null;
}

type Entry =
  | { readonly kind: 'layer'; readonly layer: Located<CallExpr> }
  | { readonly kind: 'function'; readonly file: SourceFile; readonly node: FunctionDef; readonly method: boolean };

/** What runs when a call is made: a function of the project, a module's `forward`, or a layer of PyTorch's. */
export function entriesOf(code: Code, file: SourceFile, call: CallExpr): Entry[] {
  const { func } = call;
  if (func.kind === 'Name' && func.id === 'self') {
    const cls = classAround(file, func);
    const forward = cls && code.method(file, cls, 'forward');
    return forward ? [{ kind: 'function', ...forward, method: true }] : [];
  }
  const callee = code.callee(file, call);
  if (callee?.node.kind === 'FunctionDef')
    return [
      {
        kind: 'function',
        file: callee.file,
        node: callee.node,
        method: classAround(callee.file, callee.node) !== null,
      },
    ];
  const found: Entry[] = [];
  const receiver = func.kind === 'Attribute' && func.attr === 'forward' ? func.value : func;
  for (const { file: at, expr } of code.origins(file, receiver)) {
    if (expr.kind !== 'Call') return [];
    const name = qualifiedName(at, expr.func);
    if (name?.startsWith('torch.nn.')) found.push({ kind: 'layer', layer: { file: at, expr } });
    else {
      const cls = moduleClassOf(code.project, at, expr.func);
      const forward = cls && code.method(cls.file, cls.node, 'forward');
      if (!forward) return [];
      found.push({ kind: 'function', ...forward, method: true });
    }
  }
  return found.filter(
    (entry, index) =>
      index ===
      found.findIndex((other) =>
        other.kind === 'function' && entry.kind === 'function' ? other.node === entry.node : other === entry,
      ),
  );
}

/** The calls that run a construction's module: `self.net(x)`, `model(x)`. */
export function callsOfConstruction(code: Code, construction: CallExpr): Located<CallExpr>[] {
  return moduleCalls(code, ({ expr }) => expr === construction);
}

/** The calls of a module class's `forward`, or of a function. */
export function callsOfFunction(code: Code, file: SourceFile, node: FunctionDef): Located<CallExpr>[] {
  const cls = classAround(file, node);
  if (!cls || node.name !== 'forward' || !isModuleClassDef(code.project, file, cls))
    return code.callSites({ file, node });
  const made = moduleCalls(code, ({ file: at, expr }) => {
    const found = expr.kind === 'Call' ? moduleClassOf(code.project, at, expr.func) : null;
    return found !== null && code.method(found.file, found.node, 'forward')?.node === node;
  });
  const own = findAll(cls, 'Call')
    .filter(({ func }) => func.kind === 'Name' && func.id === 'self')
    .map((expr) => ({ file, expr }));
  return [...made, ...own, ...code.callSites({ file, node })].filter(
    (each, index, all) => all.findIndex(({ expr }) => expr === each.expr) === index,
  );
}

function moduleCalls(code: Code, wanted: (origin: Located) => boolean): Located<CallExpr>[] {
  return code.files.flatMap((file) =>
    callsIn(file).flatMap((expr) => {
      const { func } = expr;
      if ((func.kind !== 'Name' && func.kind !== 'Attribute') || qualifiedName(file, func) !== null) return [];
      const receiver = func.kind === 'Attribute' && func.attr === 'forward' ? func.value : func;
      return code.origins(file, receiver).some(wanted) ? [{ file, expr }] : [];
    }),
  );
}

/** What callers of a module hand to a parameter of its `forward`. */
function forwardArguments(code: Code, file: SourceFile, name: NameExpr): Located[] {
  const around = functionAround(file, name);
  if (around?.name !== 'forward' || !classAround(file, around)) return [];
  return callsOfFunction(code, file, around).flatMap((site) => {
    const given = argumentFor(around, site.expr, name.id, true);
    return given ? [{ file: site.file, expr: given }] : [];
  });
}

export interface Definitions {
  /** What the name was given last; `part`: which element of the value, where that was unpacked. */
  readonly values: readonly { readonly expr: Expr; readonly part: number | null; readonly statement: Stmt }[];
  /** The value may be the function's argument. */
  readonly isParameter: boolean;
  /** Bound by something that isn't an assignment. */
  readonly isOpen: boolean;
}

/** The assignments that a use of a local or module-level name may see, in the order of the text. */
export function definitionsFor(file: SourceFile, name: NameExpr): Definitions {
  const around = functionAround(file, name);
  const isLocal = around === null || around.scope.locals.has(name.id);
  if (!isLocal) return { values: [], isParameter: false, isOpen: false };
  const values: { expr: Expr; part: number | null; statement: Stmt }[] = [];
  let isOpen = false;
  const before = statementsIn(around?.body ?? file.ast.body).filter((each) => each.start < name.start);
  let certain = false;
  for (const statement of before.reverse()) {
    const bound = boundBy(statement, name.id);
    if (bound === null || (contains(statement, name) && statement.kind !== 'For' && statement.kind !== 'With'))
      continue;
    if (bound === 'open') isOpen = true;
    else values.push({ ...bound, statement });
    const block = blockAround(file, statement);
    if (statement.kind !== 'For' && block.some((each) => contains(each, name))) {
      certain = true;
      break;
    }
  }
  const isParameter = !certain && (around?.params.some((param) => param.name === name.id) ?? false);
  return { values: values.reverse(), isParameter, isOpen };
}

function boundBy(statement: Stmt, name: string): { expr: Expr; part: number | null } | 'open' | null {
  const isIt = (expr: Expr): boolean => expr.kind === 'Name' && expr.id === name;
  if (statement.kind === 'Assign') {
    for (const target of statement.targets) {
      if (isIt(target)) return { expr: statement.value, part: null };
      if (target.kind !== 'Tuple' && target.kind !== 'List') continue;
      const index = target.elements.findIndex(isIt);
      if (index < 0) continue;
      const { value } = statement;
      const direct = value.kind === 'Tuple' || value.kind === 'List' ? value.elements[index] : undefined;
      return direct ? { expr: direct, part: null } : { expr: value, part: index };
    }
    return null;
  }
  if (statement.kind === 'AnnAssign')
    return statement.value && isIt(statement.target) ? { expr: statement.value, part: null } : null;
  if (statement.kind === 'AugAssign') return isIt(statement.target) ? 'open' : null;
  if (statement.kind === 'For') return findAll(statement.target, 'Name').some(isIt) ? 'open' : null;
  if (statement.kind === 'With')
    return statement.items.some(({ target }) => target && findAll(target, 'Name').some(isIt)) ? 'open' : null;
  return null;
}

/** Everything that becomes of the value of an expression. */
export function usesOf(code: Code, file: SourceFile, expr: Expr): Use[] {
  const found = new Map<Expr, Use>();
  const seen = new Set<Expr>();
  const add = (use: Use): void => void found.set(use.expr, use);
  const follow = (at: SourceFile, node: Expr, part: number | null, depth: number): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (depth > MAX_DEPTH) return add({ kind: 'open', file: at, expr: node, why: 'it goes too far to be followed' });
    const parent = parentOf(at, node);
    if (!parent) return;
    const read = (): void =>
      part === null
        ? add({ kind: 'read', file: at, expr: node })
        : add({ kind: 'open', file: at, expr: node, why: 'it is one part of several' });
    if (parent.kind === undefined) {
      const call = parentOf(at, parent);
      return call?.kind === 'Call' ? argument(at, call, node, read, depth) : read();
    }
    switch (parent.kind) {
      case 'Expression':
        return;
      case 'Conditional':
        return parent.test === node ? read() : follow(at, parent, part, depth + 1);
      case 'Attribute': {
        if (ABOUT.has(parent.attr)) return;
        const call = parentOf(at, parent);
        return call?.kind === 'Call' && call.func === parent && SAME_NUMBERS.has(parent.attr)
          ? follow(at, call, null, depth + 1)
          : read();
      }
      case 'Assign':
        for (const target of parent.targets) assigned(at, parent, target, node, part, depth, read);
        return;
      case 'AnnAssign':
        return assigned(at, parent, parent.target, node, part, depth, read);
      case 'Subscript':
        if (part !== null && parent.value === node) {
          if (parent.index.kind !== 'Number') return read();
          return Number(parent.index.value) === part ? follow(at, parent, null, depth + 1) : undefined;
        }
        return read();
      case 'Tuple':
        return parentOf(at, parent)?.kind === 'Return'
          ? returned(at, parent, parent.elements.indexOf(node), depth)
          : read();
      case 'Return':
        return returned(at, node, part, depth);
      default:
        return read();
    }
  };
  const assigned = (
    at: SourceFile,
    statement: Stmt,
    target: Expr,
    value: Expr,
    part: number | null,
    depth: number,
    read: () => void,
  ): void => {
    let name = target;
    let rest: number | null = part;
    if (target.kind === 'Tuple' && part !== null) {
      const element = target.elements[part];
      if (!element) return read();
      [name, rest] = [element, null];
    }
    if (name.kind !== 'Name') return read();
    const { id } = name;
    const around = functionAround(at, statement);
    for (const use of findAll(around?.body ?? at.ast.body, 'Name')) {
      if (use.id !== id || isTarget(at, use)) continue;
      const inside = functionAround(at, use);
      if (inside !== around) {
        if (inside && !inside.scope.locals.has(id))
          add({ kind: 'open', file: at, expr: use, why: `another function reads '${id}'` });
        continue;
      }
      const { values, isParameter, isOpen } = definitionsFor(at, use);
      if (!values.some((each) => each.statement === statement)) continue;
      if (values.every(({ expr: each }) => each === value) && !isParameter && !isOpen) follow(at, use, rest, depth + 1);
      else add({ kind: 'open', file: at, expr: use, why: `'${id}' holds other values as well` });
    }
  };
  const returned = (at: SourceFile, node: Expr, part: number | null, depth: number): void => {
    const around = functionAround(at, node);
    if (!around) return add({ kind: 'open', file: at, expr: node, why: 'it is returned by a lambda' });
    for (const site of callsOfFunction(code, at, around)) follow(site.file, site.expr, part, depth + 1);
  };
  const argument = (at: SourceFile, call: CallExpr, node: Expr, read: () => void, depth: number): void => {
    const loss = lossCallOf(code, at, call);
    const first = call.args[0];
    if (loss && (first?.value === node || call.args.some(({ name, value }) => name === 'input' && value === node)))
      if (loss.name !== null) return add({ kind: 'loss', file: at, expr: node, loss });
    if (first?.value === node && sameNumbersInput(at, call) === node) return follow(at, call, null, depth + 1);
    // Into a function only where a loss waits for it: anywhere else it is handed over as it was.
    for (const entry of entriesOf(code, at, call)) {
      if (entry.kind !== 'function') continue;
      const param = entry.node.params.find(({ name }) => argumentFor(entry.node, call, name, entry.method) === node);
      if (!param || !feedsLoss(code, entry, param.name)) continue;
      for (const use of findAll(entry.node.body, 'Name')) {
        if (use.id !== param.name || isTarget(entry.file, use)) continue;
        const { values, isParameter, isOpen } = definitionsFor(entry.file, use);
        if (!isParameter) continue;
        if (values.length === 0 && !isOpen) follow(entry.file, use, null, depth + 1);
        else add({ kind: 'open', file: entry.file, expr: use, why: `'${use.id}' holds other values as well` });
      }
      return;
    }
    read();
  };
  follow(file, expr, null, 0);
  return [...found.values()];
}

/** A loss in the function gets the parameter. */
function feedsLoss(
  code: Code,
  { file, node }: { readonly file: SourceFile; readonly node: FunctionDef },
  name: string,
): boolean {
  return findAll(node.body, 'Call').some((call) => {
    const input = call.args[0]?.value;
    return (
      input !== undefined &&
      lossCallOf(code, file, call) !== null &&
      findAll(input, 'Name').some(({ id }) => id === name)
    );
  });
}

/** The name is written, not read. */
function isTarget(file: SourceFile, name: NameExpr): boolean {
  for (let [at, up]: [Node, Node | undefined] = [name, parentOf(file, name)]; up; [at, up] = [up, parentOf(file, up)]) {
    if (up.kind === 'Assign') return up.targets.some((target) => target === at);
    if (up.kind === 'AnnAssign') return up.target === at;
    if (up.kind !== 'Tuple' && up.kind !== 'List' && up.kind !== 'Starred') return false;
  }
  return false;
}

/** The class that a method stands in, if it is a module. */
export function moduleAround(code: Code, file: SourceFile, node: Node): ClassDef | null {
  const cls = classAround(file, node);
  return cls && isModuleClassDef(code.project, file, cls) ? cls : null;
}
