/** The layer that the cursor is in: made in `__init__`, as an attribute or an element of `nn.Sequential`. */
import type { CallExpr, Expr, SourceFile, Stmt } from '../../syntax/index.js';
import {
  classAround,
  definitionsFor,
  dotted,
  findAll,
  functionAround,
  isModuleClassDef,
  parentOf,
  qualifiedName,
  statementOf,
  type TrainingContext,
} from '../../training/index.js';
import { callAtOffset } from '../loss/site.js';
import { Anatomy, kindOf, type Kind } from '../overfitting/layers.js';

export interface LayerSite {
  readonly file: SourceFile;
  readonly anatomy: Anatomy;
  readonly call: CallExpr;
  /** `Conv2d`. */
  readonly name: string;
  readonly kind: Kind;
  readonly statement: Stmt;
  readonly place:
    | {
        readonly type: 'attribute';
        readonly attr: string;
        /** The only place where it is called. */ readonly use: CallExpr | null;
      }
    | { readonly type: 'element'; readonly container: CallExpr; readonly index: number };
}

export function layerSiteAt(context: TrainingContext, file: SourceFile, offset: number): LayerSite | null {
  const call = callAtOffset(file, offset);
  const qualified = call && qualifiedName(file, call.func);
  if (!call || !qualified?.startsWith('torch.nn.')) return null;
  const cls = classAround(file, call);
  const statement = statementOf(file, call);
  if (!cls || !statement || functionAround(file, call)?.name !== '__init__') return null;
  if (!isModuleClassDef(context.project, file, cls)) return null;
  const anatomy = new Anatomy(context.code, { file, node: cls });
  const base = {
    file,
    anatomy,
    call,
    name: qualified.slice('torch.nn.'.length),
    kind: kindOf(context.code, file, call).kind,
    statement,
  };
  if (statement.kind === 'Assign' && statement.value === call) {
    const [target] = statement.targets;
    const name = target ? dotted(target) : null;
    if (name === null || !/^self\.\w+$/.test(name)) return null;
    const attr = name.slice('self.'.length);
    const mentions = findAll(cls, 'Attribute').filter((each) => dotted(each) === name && each !== target);
    const uses = anatomy.calls.filter(({ func }) => dotted(func) === name);
    return {
      ...base,
      place: { type: 'attribute', attr, use: uses.length === 1 && mentions.length === 1 ? (uses[0] ?? null) : null },
    };
  }
  const argument = parentOf(file, call);
  const holder = argument && argument.kind === undefined ? parentOf(file, argument) : undefined;
  if (holder?.kind !== 'Call' || qualifiedName(file, holder.func) !== 'torch.nn.Sequential') return null;
  return {
    ...base,
    place: { type: 'element', container: holder, index: holder.args.findIndex(({ value }) => value === call) },
  };
}

/** The calls in `forward` that get a call's result, and whether it is returned or read by anything else. */
export function followers(
  anatomy: Anatomy,
  use: CallExpr,
): { readonly calls: readonly CallExpr[]; readonly returned: boolean } {
  const { file, forward } = anatomy;
  const parent = parentOf(file, use);
  if (!parent || !forward) return { calls: [], returned: false };
  if (parent.kind === undefined) {
    const call = parentOf(file, parent);
    return { calls: call?.kind === 'Call' ? [call] : [], returned: false };
  }
  if (parent.kind === 'Return') return { calls: [], returned: true };
  // `self.conv(x).relu()`
  if (parent.kind === 'Attribute') {
    const call = parentOf(file, parent);
    return { calls: call?.kind === 'Call' && call.func === parent ? [call] : [], returned: false };
  }
  if (parent.kind !== 'Assign') return { calls: [], returned: false };
  const calls: CallExpr[] = [];
  let returned = false;
  for (const name of findAll(forward.body, 'Name')) {
    if (!parent.targets.some((target) => target.kind === 'Name' && target.id === name.id) || name.start < use.end)
      continue;
    if (!definitionsFor(file, name).values.some(({ expr }) => expr === use)) continue;
    const above = parentOf(file, name);
    if (above?.kind === 'Return') returned = true;
    const call = above && (above.kind === undefined || above.kind === 'Attribute') ? parentOf(file, above) : undefined;
    if (call?.kind === 'Call') calls.push(call);
  }
  return { calls, returned };
}

/** What kind of layer or function a call in `forward` is. */
export function calledKind(anatomy: Anatomy, call: CallExpr): Kind {
  const layer = anatomy.called(call);
  if (layer) return layer.kind;
  if (anatomy.isActivation(call)) return 'activation';
  if (anatomy.isDropout(call)) return 'dropout';
  const name = qualifiedName(anatomy.file, call.func);
  return name !== null && /norm$/.test(name) ? 'norm' : 'other';
}

export const textOf = (file: SourceFile, expr: Expr | null | undefined): string | null =>
  expr ? file.slice(expr) : null;

/** Whether a call's result leaves `forward` without going through another layer with weights; unknown counts as yes. */
export function isOutput(anatomy: Anatomy, use: CallExpr, depth = 0): boolean {
  const { calls, returned } = followers(anatomy, use);
  if (returned || calls.length === 0 || depth > 8) return true;
  return calls.some((call) => {
    const layer = anatomy.called(call);
    const passes = !layer || ['activation', 'shape', 'dropout', 'other'].includes(layer.kind);
    return passes && isOutput(anatomy, call, depth + 1);
  });
}
