/** Prescription: label smoothing in training; validation keeps the plain loss, so that curves stay comparable. */
import { hasOwnLines, type CallExpr, type Expr, type FunctionDef, type SourceFile } from '../../syntax/index.js';
import {
  argumentOf,
  callsIn,
  classAround,
  contains,
  dotted,
  functionAround,
  isModuleClassDef,
  lossCallOf,
  statementOf,
  trains,
  type Code,
  type LossCall,
} from '../../training/index.js';
import { addArgument, freshName, linesAfter, replace } from '../editing.js';
import { short } from '../numbers.js';
import { papers } from '../papers.js';
import type { Change, Outcome } from '../types.js';
import { valueOfSize, type Facts } from './facts.js';
import { numberOf } from './layers.js';

const ID = 'label-smoothing';
const TITLE = 'Label smoothing';
const EPSILON = 0.1;
const LABEL = 'Label smoothing';

const MODULE = 'torch.nn.CrossEntropyLoss';
const FUNCTION = 'torch.nn.functional.cross_entropy';

export function prescribeLabelSmoothing(facts: Facts): Outcome {
  const { losses } = facts.context;
  if (losses.length === 0) return { left: { title: TITLE, why: 'the loss that is minimised was not found' } };
  const fitting = losses.filter(({ name }) => name === MODULE || name === FUNCTION);
  if (fitting.length === 0) {
    const names = [
      ...new Set(losses.map(({ name, file, call }) => name?.slice(name.lastIndexOf('.') + 1) ?? file.slice(call.func))),
    ];
    return {
      left: {
        title: TITLE,
        why: `it is defined for cross-entropy between classes; this code minimises ${names.map((name) => `\`${name}\``).join(', ')}`,
      },
    };
  }
  const changes: Change[] = [];
  let refused = '';
  let shared = false;
  const done = new Set<CallExpr>();
  for (const loss of fitting) {
    const target = loss.construction?.expr ?? loss.call;
    if (done.has(target)) continue;
    done.add(target);
    const made = smoothingChanges(facts.context, loss);
    if ('why' in made) refused ||= made.why;
    else {
      changes.push(...made.changes);
      shared ||= made.shared;
    }
  }
  if (changes.length === 0) return { left: { title: TITLE, why: refused } };
  return {
    advised: {
      id: ID,
      title: TITLE,
      reason:
        `The target becomes $(1-\\epsilon)\\,y + \\epsilon/C$. Plain cross-entropy of a margin $m$ between the right logit and the others, $\\ln(1+(C-1)e^{-m})$, only reaches 0 at $m \\to \\infty$; ` +
        `with $\\epsilon = ${EPSILON}$ the best margin is finite: $m^* = \\ln\\frac{(1-\\epsilon)C+\\epsilon}{\\epsilon}${bestMargin(facts)}.`,
      effect: 'Wrong or ambiguous labels pull less, and predictions are less overconfident on new data.',
      risk:
        'The printed training loss has a floor above 0 from now on.' +
        (shared
          ? ' Validation uses the same loss here, so its curve shifts as well and is not comparable with older ones.'
          : facts.context.validation
            ? ' Validation is measured without it, so its curve stays comparable.'
            : ''),
      sources: [papers.inception, papers.smoothing],
      changes,
    },
  };
}

function bestMargin({ classes }: Facts): string {
  const c = valueOfSize(classes);
  return c === null || c < 2 ? '$' : ` = ${short(Math.log(((1 - EPSILON) * c + EPSILON) / EPSILON))}$ for $C = ${c}$`;
}

/** The smoothing of one loss: at the criterion, or at the call of the function. */
export function smoothingChanges(context: Facts['context'], loss: LossCall): Made {
  return loss.construction ? moduleChange({ context }, loss) : functionChange({ context }, loss);
}

type About = Pick<Facts, 'context'>;

type Made = { readonly changes: Change[]; readonly shared: boolean } | { readonly why: string };

/** The argument where it is already: what is to be done with it. */
function present(
  file: SourceFile,
  call: CallExpr,
  index: number,
): { readonly changes: Change[] } | { readonly why: string } | null {
  const given = argumentOf(call, 'label_smoothing', index);
  if (!given) return null;
  return numberOf(given.value) === 0
    ? { changes: [replace(file, given.value, String(EPSILON), LABEL)] }
    : { why: `it is there: \`${file.slice(given)}\`` };
}

const BY_STARS = 'the arguments of the loss are passed by `**`, so whether they set it is not known';

function moduleChange(facts: About, loss: LossCall): Made {
  const { construction } = loss;
  if (!construction) return { why: 'the criterion was not found' };
  const { file, expr: call } = construction;
  const there = present(file, call, 5);
  if (there) return 'why' in there ? there : { ...there, shared: false };
  const added = addArgument(file, call, `label_smoothing=${EPSILON}`, LABEL);
  if (!added) return { why: BY_STARS };
  return { changes: [...added, ...separateCriterion(facts, construction)], shared: isShared(facts, loss) };
}

/** One function both trains and evaluates with a loss that it reaches by itself, so that both get the same. */
function isShared({ context }: About, loss: LossCall): boolean {
  const { validation, loop } = context;
  const func = validation?.body.func;
  if (
    !validation?.call ||
    !func ||
    !loop ||
    loop.backward.file !== validation.body.file ||
    !contains(func, loop.backward.call)
  )
    return false;
  return (
    context.validationLosses.some((each) => each.construction?.expr === loss.construction?.expr) &&
    !passedTo(context.code, validation.file, validation.call, loss.construction?.expr)
  );
}

/** The argument of a call that is the criterion. */
function passedTo(code: Code, file: SourceFile, call: CallExpr, criterion: Expr | undefined): Expr | null {
  return (
    call.args.find(
      ({ value }) =>
        (value.kind === 'Name' || value.kind === 'Attribute') &&
        code.origins(file, value).some((origin) => origin.expr === criterion),
    )?.value ?? null
  );
}

/** A criterion of its own for what only measures: defined beside the training's, used where it is handed over or called. */
function separateCriterion({ context }: About, construction: NonNullable<LossCall['construction']>): Change[] {
  const { file, expr: call } = construction;
  const statement = statementOf(file, call);
  if (statement?.kind !== 'Assign' || statement.targets.length !== 1 || !hasOwnLines(file, statement)) return [];
  const [target] = statement.targets;
  const name = target ? dotted(target) : null;
  if (!target || name === null || !contains(statement.value, call)) return [];
  const isSelf = target.kind === 'Attribute';
  const fresh = freshName(file, `val_${name.slice(name.lastIndexOf('.') + 1)}`);
  const label = 'Validation keeps the plain loss';
  const swap = (at: SourceFile, expr: Expr): Change | null => {
    if (at !== file) return null;
    if (
      expr.kind === 'Attribute' &&
      isSelf &&
      dotted(expr) === name &&
      classAround(at, expr) === classAround(file, statement)
    )
      return replace(at, expr.attrSpan, fresh, label);
    const visible =
      functionAround(at, expr) === functionAround(file, statement) || functionAround(file, statement) === null;
    return expr.kind === 'Name' &&
      !isSelf &&
      expr.id === name &&
      visible &&
      isBoundWhere(at, expr, file, statement.start)
      ? replace(at, expr, fresh, label)
      : null;
  };
  const changes = measuringUses(context, call).flatMap(({ file: at, expr }) => swap(at, expr) ?? []);
  if (changes.length === 0) return [];
  const plain = file.slice(statement.value).replace(/\s*(?:\r\n|\n|\r)\s*/g, ' ');
  return /#/.test(plain)
    ? []
    : [
        linesAfter(file, statement, [`${isSelf ? 'self.' : ''}${fresh} = ${plain}`], 'Plain loss for validation'),
        ...changes,
      ].filter(unique);
}

const unique = (change: Change, index: number, all: readonly Change[]): boolean =>
  all.findIndex(({ file, start, end }) => file === change.file && start === change.start && end === change.end) ===
  index;

/** Where code that computes no gradients is handed the criterion, or calls it by itself. */
function measuringUses(
  { code, losses, validation, loop }: Facts['context'],
  criterion: CallExpr,
): { readonly file: SourceFile; readonly expr: Expr }[] {
  const found: { file: SourceFile; expr: Expr }[] = [];
  const isTraining = (at: SourceFile, node: FunctionDef): boolean =>
    trains(code, at, node) || losses.some((loss) => loss.file === at && contains(node, loss.call));
  for (const file of code.files) {
    for (const call of callsIn(file)) {
      const callee = code.callee(file, call);
      if (callee?.node.kind === 'FunctionDef' && (call === validation?.call || !isTraining(callee.file, callee.node))) {
        const given = passedTo(code, file, call, criterion);
        if (given) found.push({ file, expr: given });
      }
      if (call.func.kind !== 'Name' && call.func.kind !== 'Attribute') continue;
      const around = functionAround(file, call);
      const inline =
        validation !== null &&
        validation.call === null &&
        validation.file === file &&
        validation.body.statements.some((statement) => contains(statement, call));
      const apart = around !== null && !isTraining(file, around);
      if (
        (inline || apart) &&
        !losses.some((loss) => loss.call === call) &&
        !(loop && around && !inline && contains(around, loop.backward.call) && loop.backward.file === file)
      ) {
        if (lossCallOf(code, file, call)?.construction?.expr === criterion) found.push({ file, expr: call.func });
      }
    }
  }
  return found;
}

/** The name isn't a parameter or local of the function it is used in, unless that is where it is assigned. */
function isBoundWhere(file: SourceFile, name: Expr, definedIn: SourceFile, at: number): boolean {
  const func = functionAround(file, name);
  if (!func || name.kind !== 'Name' || !func.scope.locals.has(name.id)) return true;
  return file === definedIn && func.start <= at && at < func.end;
}

function functionChange({ context }: About, { file, call }: LossCall): Made {
  const there = present(file, call, 7);
  if (there) return 'why' in there ? there : { ...there, shared: false };
  const both = context.validationLosses.some((each) => each.call === call) || inForward(context, file, call);
  const value = both && inForward(context, file, call) ? `${EPSILON} if self.training else 0.0` : String(EPSILON);
  const added = addArgument(file, call, `label_smoothing=${value}`, LABEL);
  return added ? { changes: added, shared: both && !inForward(context, file, call) } : { why: BY_STARS };
}

/** In a module's own method, where `self.training` says whether it trains. */
function inForward({ project }: Facts['context'], file: SourceFile, call: CallExpr): boolean {
  const cls = classAround(file, call);
  const func = functionAround(file, call);
  return cls !== null && func?.params[0]?.name === 'self' && isModuleClassDef(project, file, cls);
}
