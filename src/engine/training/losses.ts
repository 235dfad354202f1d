/** Calls that compute a loss, and the variables that hold one. */
import type { CallExpr, Expr, FunctionDef, SourceFile, Stmt } from '../syntax/index.js';
import type { Code, Located } from './code.js';
import { isModuleClassDef, methodOf } from './classes.js';
import { definitionOf, qualifiedName } from './names.js';
import { childrenOf, statementsIn, walk } from './tree.js';

/** A place where a loss is computed. */
export interface LossCall {
  readonly file: SourceFile;
  /** `criterion(logits, labels)` or `F.cross_entropy(logits, labels)`. */
  readonly call: CallExpr;
  /** `torch.nn.CrossEntropyLoss`, `torch.nn.functional.cross_entropy`; `null` for a loss of the user's own. */
  readonly name: string | null;
  /** Where the criterion is constructed; `null` for functions. */
  readonly construction: Located<CallExpr> | null;
}

const FUNCTIONS = new Set(
  'cross_entropy nll_loss binary_cross_entropy binary_cross_entropy_with_logits mse_loss l1_loss smooth_l1_loss huber_loss kl_div poisson_nll_loss gaussian_nll_loss ctc_loss cosine_embedding_loss hinge_embedding_loss margin_ranking_loss multi_margin_loss multilabel_margin_loss multilabel_soft_margin_loss soft_margin_loss triplet_margin_loss triplet_margin_with_distance_loss'.split(
    ' ',
  ),
);

export const isLossModule = (name: string): boolean => /^torch\.nn\.\w*Loss$/.test(name);
export const isLossFunction = (name: string): boolean =>
  name.startsWith('torch.nn.functional.') && FUNCTIONS.has(name.slice('torch.nn.functional.'.length));

/** The loss that a call computes, if it does. */
export function lossCallOf(code: Code, file: SourceFile, call: CallExpr): LossCall | null {
  const name = qualifiedName(file, call.func);
  if (name !== null && isLossFunction(name)) return { file, call, name, construction: null };
  for (const { file: at, expr } of code.origins(file, call.func)) {
    if (expr.kind === 'Call') {
      const made = qualifiedName(at, expr.func);
      if (made !== null && isLossModule(made)) return { file, call, name: made, construction: { file: at, expr } };
      // A criterion of the user's own: a module whose name or base says so.
      const cls = definitionOf(code.project, at, expr.func);
      if (
        cls?.node.kind === 'ClassDef' &&
        /loss|criterion/i.test(cls.node.name) &&
        isModuleClassDef(code.project, cls.file, cls.node)
      ) {
        return { file, call, name: null, construction: { file: at, expr } };
      }
    } else {
      const function_ = qualifiedName(at, expr);
      if (function_ !== null && isLossFunction(function_)) return { file, call, name: function_, construction: null };
    }
  }
  return null;
}

/** The loss calls that a value is computed from: in it, in what its names were assigned, in functions of the project it calls. */
export function lossCallsFor(code: Code, file: SourceFile, expr: Expr): LossCall[] {
  const found = new Map<CallExpr, LossCall>();
  const seen = new Set<object>();
  const visit = (at: SourceFile, node: Expr, depth: number): void => {
    if (seen.has(node) || depth > 12) return;
    seen.add(node);
    if (node.kind === 'Name') {
      for (const value of code.assigned(at, node)) visit(value.file, value.expr, depth + 1);
      for (const value of unpacked(code, at, node)) visit(value.file, value.expr, depth + 1);
      return;
    }
    if (node.kind === 'Call') {
      const loss = lossCallOf(code, at, node);
      if (loss) return void found.set(node, loss);
      const entered = entry(code, at, node);
      if (entered) for (const value of returned(entered.node)) visit(entered.file, value, depth + 1);
    }
    for (const child of childrenOf(node)) {
      if ('form' in child && 'value' in child) visit(at, child.value, depth + 1);
      else if (child.kind !== undefined) visit(at, child as Expr, depth + 1);
    }
  };
  visit(file, expr, 0);
  return [...found.values()];
}

const returned = (node: FunctionDef): Expr[] =>
  statementsIn(node.body).flatMap((each) => (each.kind === 'Return' && each.value ? [each.value] : []));

/** Values whose parts a name gets: `logits, loss = model(x, y)`. */
function unpacked(code: Code, file: SourceFile, name: Extract<Expr, { kind: 'Name' }>): Located[] {
  const found: Located[] = [];
  const body = code.project.file(file.path)?.ast.body ?? file.ast.body;
  walk(body, (node) => {
    if (node.kind !== 'Assign') return;
    const { targets, value } = node;
    if (value.kind === 'Tuple') return;
    if (
      targets.some(
        (target) =>
          target.kind === 'Tuple' && target.elements.some((each) => each.kind === 'Name' && each.id === name.id),
      )
    )
      found.push({ file, expr: value });
  });
  return found;
}

/** The function that runs when a call is made; `forward` for a model. */
function entry(
  code: Code,
  file: SourceFile,
  call: CallExpr,
): { readonly file: SourceFile; readonly node: FunctionDef } | null {
  const callee = code.callee(file, call);
  if (callee?.node.kind === 'FunctionDef') return { file: callee.file, node: callee.node };
  for (const { file: at, expr } of code.origins(file, call.func)) {
    if (expr.kind !== 'Call') continue;
    const cls = definitionOf(code.project, at, expr.func);
    const forward =
      cls?.node.kind === 'ClassDef' && isModuleClassDef(code.project, cls.file, cls.node)
        ? methodOf(cls.node, 'forward')
        : null;
    if (cls && forward) return { file: cls.file, node: forward };
  }
  return null;
}

/** Which variables hold a loss (or a sum or list of losses) after these statements. */
export class LossTaint {
  readonly names = new Set<string>();

  constructor(
    private readonly code: Code,
    private readonly file: SourceFile,
    statements: readonly Stmt[],
  ) {
    // Twice: a loop's later statements feed its earlier ones.
    for (let round = 0; round < 2; round++) for (const statement of statements) this.read(statement);
  }

  /** Whether a value is made from a loss. */
  holds(expr: Expr): boolean {
    let found = false;
    walk(expr, (node) => {
      if (found) return false;
      if (node.kind === 'Name') found = this.names.has(node.id);
      else if (node.kind === 'Call' && lossCallOf(this.code, this.file, node)) found = true;
      return !found;
    });
    return found;
  }

  private read(statement: Stmt): void {
    if (statement.kind === 'Assign') {
      const { targets, value } = statement;
      for (const target of targets) {
        if (target.kind === 'Name') this.set(target, this.holds(value));
        else if (target.kind === 'Tuple' && value.kind === 'Tuple' && target.elements.length === value.elements.length)
          target.elements.forEach(
            (each, index) => value.elements[index] && this.set(each, this.holds(value.elements[index])),
          );
        else if (target.kind === 'Tuple' && value.kind === 'Call') {
          // `logits, loss = model(x, y)`: which part is the loss, only the callee's return says.
          const entered = entry(this.code, this.file, value);
          const index = entered ? lossPart(this.code, entered.file, entered.node) : null;
          const part = typeof index === 'number' ? target.elements[index] : undefined;
          if (part) this.set(part, true);
        }
      }
    } else if (statement.kind === 'AnnAssign' && statement.value)
      this.set(statement.target, this.holds(statement.value));
    else if (statement.kind === 'AugAssign') this.set(statement.target, this.holds(statement.value));
    else if (statement.kind === 'Expression' && statement.value.kind === 'Call') {
      const { func, args } = statement.value;
      if (
        func.kind === 'Attribute' &&
        ['append', 'update', 'add'].includes(func.attr) &&
        args.some(({ value }) => this.holds(value))
      )
        this.set(func.value, true);
    }
  }

  private set(target: Expr, holds: boolean): void {
    if (holds && target.kind === 'Name') this.names.add(target.id);
  }
}

/** Which part of what a function returns is the loss: `'all'`, an index of a tuple, a key of a dict; `null` if none is. */
export function lossPart(
  code: Code,
  file: SourceFile,
  node: FunctionDef,
): 'all' | number | { readonly key: string } | null {
  const taint = new LossTaint(code, file, statementsIn(node.body));
  for (const value of returned(node)) {
    if (value.kind === 'Tuple') {
      const index = value.elements.findIndex((each) => taint.holds(each));
      if (index >= 0) return index;
    } else if (value.kind === 'Dict') {
      const entry = value.entries.find((each) => each.key?.kind === 'String' && taint.holds(each.value));
      if (entry?.key?.kind === 'String') return { key: entry.key.value };
    } else if (taint.holds(value)) return 'all';
  }
  return null;
}
