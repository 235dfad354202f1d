/** Normalisation before attention and feed-forward instead of after the addition, and the final one that this makes necessary. */
import { hasOwnLines, type CallExpr, type Expr, type SourceFile } from '../../syntax/index.js';
import {
  argumentOf,
  callsIn,
  findAll,
  functionAround,
  parentOf,
  qualifiedName,
  type Code,
} from '../../training/index.js';
import { addArgument, freshName, linesBefore, nameFor, replace } from '../editing.js';
import { refused, type Made } from '../offers.js';
import { papers } from '../papers.js';
import type { Change } from '../types.js';
import { grouped } from './changes.js';

const TITLE = 'Normalise first (pre-norm)';
/** Where the end of the stack isn't in sight. */
const UNFINISHED = `${TITLE}; you add a LayerNorm after the last block`;
const BLOCK = /^torch\.nn\.Transformer(?:(En|De)coderLayer)?$/;

const REASON =
  '$x + f(\\mathrm{LN}(x))$ instead of $\\mathrm{LN}(x + f(x))$: the residual path is free of normalisation from end to end, so the gradient at the first layer does not depend on the depth, and training starts without a long warm-up.';
const WEIGHTS = 'Saved weights of the old model have to be trained on.';

const PRE_NORM = {
  reason: REASON,
  risk: `The last block’s output is not normalised any more: put a LayerNorm after the stack. ${WEIGHTS}`,
  sources: [papers.preNorm],
};

/** PyTorch's own block, or its whole Transformer. */
export const isTransformerBlock = (qualified: string | null): boolean => qualified !== null && BLOCK.test(qualified);

export function preNorm(code: Code, file: SourceFile, call: CallExpr): Made {
  const name = qualifiedName(file, call.func) ?? '';
  const isWhole = name === 'torch.nn.Transformer';
  const given = argumentOf(call, 'norm_first', isWhole ? 11 : 7);
  if (given && !(given.value.kind === 'Constant' && given.value.value === false)) return refused('it normalises first');
  const changes = given
    ? [replace(file, given.value, 'True', TITLE)]
    : addArgument(file, call, 'norm_first=True', TITLE);
  if (!changes) return refused('its arguments are passed by stars');
  // The whole Transformer normalises what its encoder and decoder give.
  if (isWhole) return grouped(TITLE, changes, { ...PRE_NORM, risk: WEIGHTS });
  const last = finalNorm(code, file, call, BLOCK.exec(name)?.[1] ?? '');
  if (!last) return grouped(UNFINISHED, changes, PRE_NORM);
  const about = {
    ...PRE_NORM,
    reason:
      last.length === 0 ? REASON : `${REASON} The last block’s output is normalised by the \`norm=\` of the stack.`,
    risk: WEIGHTS,
  };
  const title = last.length === 0 ? TITLE : `${TITLE}, with a final LayerNorm`;
  return grouped(title, [...changes, ...last], about, 'Blocks that normalise first need a norm after the last one');
}

/** The norm of the stack that a block goes into: nothing if it has one, `null` where it can't be written. */
function finalNorm(code: Code, file: SourceFile, call: CallExpr, side: string): Change[] | null {
  const stack = callsIn(file).find(
    (each) =>
      qualifiedName(file, each.func) === `torch.nn.Transformer${side}coder` &&
      each.args[0] !== undefined &&
      (each.args[0].value === call || code.origins(file, each.args[0].value).some(({ expr }) => expr === call)),
  );
  if (!stack) return null;
  const norm = argumentOf(stack, 'norm', 2);
  const isNone = norm?.value.kind === 'Constant' && norm.value.value === null;
  if (norm && !isNone) return [];
  const width = argumentOf(call, 'd_model', 0);
  const text = width && file.slice(width.value);
  const layerNorm = nameFor(file, 'torch.nn.LayerNorm', TITLE);
  if (!text || /\n/.test(text) || !layerNorm || functionAround(file, stack) !== functionAround(file, call)) return null;
  const value = `${layerNorm.text}(${text})`;
  const added = norm ? [replace(file, norm.value, value, TITLE)] : addArgument(file, stack, `norm=${value}`, TITLE);
  return added && [...layerNorm.changes, ...added];
}

/** `x = self.norm(x + f(x))` → `h = self.norm(x)`, `x = x + f(h)`. */
export function preNormStatement(file: SourceFile, call: CallExpr): Made {
  const statement = parentOf(file, call);
  const [argument] = call.args;
  if (statement?.kind !== 'Assign' || !hasOwnLines(file, statement) || call.args.length !== 1)
    return refused('it is no statement of its own');
  const [target] = statement.targets;
  const sum = argument?.value;
  if (
    target?.kind !== 'Name' ||
    sum?.kind !== 'Binary' ||
    sum.op !== '+' ||
    sum.left.kind !== 'Name' ||
    sum.left.id !== target.id
  )
    return refused('it is no normalised residual path');
  const inputs = findAll(sum.right, 'Name').filter((name) => name.id === target.id);
  if (inputs.length === 0) return refused('the branch does not read the residual path');
  const fresh = freshName(file, 'normed');
  const before = file.text.slice(call.start, sum.start);
  const after = file.text.slice(sum.end, call.end);
  const cut = (span: { start: number; end: number }): Change => ({ file, ...span, newText: '', label: TITLE });
  const changes = [
    linesBefore(file, statement, [`${fresh} = ${before}${target.id}${after}`], TITLE),
    cut({ start: call.start, end: sum.start }),
    cut({ start: sum.end, end: call.end }),
    ...inputs.map((name: Expr) => replace(file, name, fresh, TITLE)),
  ];
  return /\n/.test(before + after)
    ? refused('it stands on several lines')
    : grouped(UNFINISHED, changes, PRE_NORM, 'The branch reads what was normalised, the sum what was not');
}
