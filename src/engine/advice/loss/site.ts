/** The loss that the cursor is in. */
import type { CallExpr, Expr, SourceFile } from '../../syntax/index.js';
import {
  ancestorsOf,
  callsIn,
  definitionOf,
  isLossFunction,
  isLossModule,
  isModuleClassDef,
  lossCallOf,
  qualifiedName,
  statementOf,
  walk,
  type Code,
  type Definition,
  type Located,
  type LossCall,
  type Node,
  type TrainingContext,
} from '../../training/index.js';

export interface LossSite {
  readonly context: TrainingContext;
  readonly file: SourceFile;
  /** What the cursor is in: the construction of a criterion, or the call that computes a loss. */
  readonly call: CallExpr;
  /** `torch.nn.BCELoss`, `torch.nn.functional.mse_loss`; `null` for a loss of the user's own. */
  readonly name: string | null;
  /** Where the criterion is made; `null` for functions. */
  readonly construction: Located<CallExpr> | null;
  /** Where the loss is computed. */
  readonly calls: readonly LossCall[];
  /** The user's own function or class. */
  readonly own: Definition | null;
}

/** The last part of the loss's name. */
export function shortName({ name, own }: LossSite): string {
  return name === null ? (own?.node.name ?? 'this loss') : name.slice(name.lastIndexOf('.') + 1);
}

/** The innermost node at an offset. */
export function nodeAtOffset(file: SourceFile, offset: number): Node | null {
  let found: Node | null = null;
  walk(file.ast.body, (node) => {
    if (offset < node.start || offset > node.end) return false;
    found = node;
    return true;
  });
  return found;
}

/** The call nearest around an offset; on the rest of its line, the call that the statement is about. */
export function callAtOffset(file: SourceFile, offset: number): CallExpr | null {
  const node = nodeAtOffset(file, offset);
  if (!node) return null;
  const call = [node, ...ancestorsOf(file, node)].find(
    (each): each is CallExpr => each.kind === 'Call' || each.kind === 'FunctionDef' || each.kind === 'ClassDef',
  );
  if (call?.kind === 'Call') return call;
  const statement = statementOf(file, node);
  const value: Expr | null | undefined =
    statement?.kind === 'Assign' || statement?.kind === 'AnnAssign' || statement?.kind === 'Return'
      ? statement.value
      : statement?.kind === 'Expression'
        ? statement.value
        : null;
  return value?.kind === 'Call' ? value : null;
}

/** The loss at an offset, or `null`. */
export function lossSiteAt(context: TrainingContext, file: SourceFile, offset: number): LossSite | null {
  const call = callAtOffset(file, offset);
  return call && lossSiteOf(context, file, call);
}

export function lossSiteOf(context: TrainingContext, file: SourceFile, call: CallExpr): LossSite | null {
  const { code } = context;
  const base = { context, file, call };
  const made = qualifiedName(file, call.func);
  if (made !== null && isLossModule(made)) {
    const construction = { file, expr: call };
    return { ...base, name: made, construction, calls: callsOf(code, call), own: null };
  }
  const loss = lossCallOf(code, file, call);
  if (loss) {
    const { name, construction } = loss;
    const own =
      name === null && construction ? definitionOf(code.project, construction.file, construction.expr.func) : null;
    return { ...base, name, construction, calls: construction ? callsOf(code, construction.expr) : [loss], own };
  }
  if (made !== null && isLossFunction(made)) return null;
  const own = code.callee(file, call);
  if (!own || !/loss|criterion/i.test(own.node.name)) return null;
  if (own.node.kind === 'ClassDef') {
    if (!isModuleClassDef(code.project, own.file, own.node)) return null;
    return { ...base, name: null, construction: { file, expr: call }, calls: callsOf(code, call), own };
  }
  return { ...base, name: null, construction: null, calls: [{ file, call, name: null, construction: null }], own };
}

/** Where a criterion is called. */
export function callsOf(code: Code, construction: CallExpr): LossCall[] {
  return code.files.flatMap((file) =>
    callsIn(file).flatMap((call) => {
      const loss = lossCallOf(code, file, call);
      return loss?.construction?.expr === construction ? [loss] : [];
    }),
  );
}
