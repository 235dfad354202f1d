/** Prescription: label smoothing in training; validation keeps the plain loss, so that curves stay comparable. */
import type { CallExpr, Expr, SourceFile } from '../../syntax/index.js';
import { argumentOf, classAround, contains, dotted, functionAround, isModuleClassDef, statementOf, type LossCall } from '../../training/index.js';
import { addArgument, freshName, hasOwnLines, linesAfter, replace } from '../editing.js';
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
    const names = [...new Set(losses.map(({ name, file, call }) => name?.slice(name.lastIndexOf('.') + 1) ?? file.slice(call.func)))];
    return { left: { title: TITLE, why: `it is defined for cross-entropy between classes; this code minimises ${names.map((name) => `\`${name}\``).join(', ')}` } };
  }
  const changes: Change[] = [];
  let refused = '';
  let shared = false;
  const done = new Set<CallExpr>();
  for (const loss of fitting) {
    const target = loss.construction?.expr ?? loss.call;
    if (done.has(target)) continue;
    done.add(target);
    const made = loss.construction ? moduleChange(facts, loss) : functionChange(facts, loss);
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
        (shared ? ' Validation uses the same loss here, so its curve shifts as well and is not comparable with older ones.' : facts.context.validation ? ' Validation is measured without it, so its curve stays comparable.' : ''),
      sources: [papers.inception, papers.smoothing],
      changes,
    },
  };
}

function bestMargin({ classes }: Facts): string {
  const c = valueOfSize(classes);
  return c === null || c < 2 ? '$' : ` = ${short(Math.log(((1 - EPSILON) * c + EPSILON) / EPSILON))}$ for $C = ${c}$`;
}

type Made = { readonly changes: Change[]; readonly shared: boolean } | { readonly why: string };

/** The argument where it is already: what is to be done with it. */
function present(file: SourceFile, call: CallExpr, index: number): { readonly changes: Change[] } | { readonly why: string } | null {
  const given = argumentOf(call, 'label_smoothing', index);
  if (!given) return null;
  return numberOf(given.value) === 0 ? { changes: [replace(file, given.value, String(EPSILON), LABEL)] } : { why: `it is there: \`${file.slice(given)}\`` };
}

const BY_STARS = 'the arguments of the loss are passed by `**`, so whether they set it is not known';

function moduleChange(facts: Facts, loss: LossCall): Made {
  const { construction } = loss;
  if (!construction) return { why: 'the criterion was not found' };
  const { file, expr: call } = construction;
  const there = present(file, call, 5);
  if (there) return 'why' in there ? there : { ...there, shared: false };
  const added = addArgument(file, call, `label_smoothing=${EPSILON}`, LABEL);
  if (!added) return { why: BY_STARS };
  const measured = facts.context.validationLosses.filter((each) => each.construction?.expr === call);
  if (measured.length === 0) return { changes: added, shared: false };
  const separate = separateCriterion(facts, construction, measured);
  return separate ? { changes: [...added, ...separate], shared: false } : { changes: added, shared: true };
}

/** A criterion of its own for validation: defined beside the training's, used where validation gets or calls it. */
function separateCriterion({ context }: Facts, construction: NonNullable<LossCall['construction']>, measured: readonly LossCall[]): Change[] | null {
  const { file, expr: call } = construction;
  const { validation, code, loop } = context;
  const statement = statementOf(file, call);
  if (!validation || !loop || statement?.kind !== 'Assign' || statement.targets.length !== 1 || !hasOwnLines(file, statement)) return null;
  const [target] = statement.targets;
  const name = target ? dotted(target) : null;
  if (!target || name === null || !contains(statement.value, call)) return null;
  const isSelf = target.kind === 'Attribute';
  const own = name.slice(name.lastIndexOf('.') + 1);
  const fresh = freshName(file, `val_${own}`);
  const spelled = isSelf ? `self.${fresh}` : fresh;
  const definition = linesAfter(file, statement, [`${spelled} = ${file.slice(statement.value).replace(/\s*\n\s*/g, ' ')}`], 'Plain loss for validation');
  const label = 'Validation keeps the plain loss';
  const swap = (at: SourceFile, expr: Expr): Change | null => {
    if (at !== file) return null;
    if (expr.kind === 'Attribute' && isSelf && dotted(expr) === name && classAround(at, expr) === classAround(file, statement)) return replace(at, expr.attrSpan, fresh, label);
    const visible = functionAround(at, expr) === functionAround(file, statement) || functionAround(file, statement) === null;
    return expr.kind === 'Name' && !isSelf && expr.id === name && visible && isBoundWhere(at, expr, file, statement.start) ? replace(at, expr, fresh, label) : null;
  };
  // Handed over to the function that evaluates …
  const given = validation.call?.args.find(({ value }) => code.origins(validation.file, value).some((origin) => origin.expr === call));
  if (given) {
    const swapped = swap(validation.file, given.value);
    return swapped && [definition, swapped];
  }
  // … or called there by its own name; not in code that trains with it, too.
  const training = loop.backward;
  const func = validation.body.func;
  if (validation.call && func && training.file === validation.body.file && contains(func, training.call)) return null;
  const uses = measured.map((loss) => swap(loss.file, loss.call.func));
  const changes = uses.filter((each): each is Change => each !== null);
  return changes.length === uses.length && changes.length > 0 ? [definition, ...changes] : null;
}

/** The name isn't a parameter or local of the function it is used in, unless that is where it is assigned. */
function isBoundWhere(file: SourceFile, name: Expr, definedIn: SourceFile, at: number): boolean {
  const func = functionAround(file, name);
  if (!func || name.kind !== 'Name' || !func.scope.locals.has(name.id)) return true;
  return file === definedIn && func.start <= at && at < func.end;
}

function functionChange({ context }: Facts, { file, call }: LossCall): Made {
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

