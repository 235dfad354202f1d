/** `BCELoss` fed by a sigmoid: the logits' form, the sigmoid taken out of the model, and put back wherever probabilities are read. */
import { hasOwnLines, lineEndAfter, lineStart, type CallExpr, type Expr, type SourceFile } from '../../syntax/index.js';
import {
  callsOfConstruction,
  Code,
  dotted,
  findAll,
  importersOf,
  parentOf,
  producersOf,
  spell,
  statementOf,
  usesOf,
  type Located,
  type LossCall,
  type Producer,
  type Use,
} from '../../training/index.js';
import { nameFor, replace } from '../editing.js';
import { changed, refused, type Made } from '../offers.js';
import type { Change } from '../types.js';
import { callsOf, type LossSite } from './site.js';

const MODULE = 'torch.nn.BCELoss';
const FUNCTION = 'torch.nn.functional.binary_cross_entropy';
const GROUP = 'logits';
const TITLE = 'Use BCEWithLogitsLoss and remove the sigmoid';

export const isProbabilityLoss = (name: string | null): boolean => name === MODULE || name === FUNCTION;

/** The whole change, or why it can't be made without changing what the program means. */
export function logitsForm(site: LossSite): Made {
  const code = withImporters(site.context);
  const losses = new Map<CallExpr, LossCall>();
  const sigmoids = new Map<Expr, Producer>();
  const queue = [...site.calls];
  if (queue.length === 0) return refused('the loss is not called here');
  const uses: Use[] = [];
  // A sigmoid may feed several losses, and a criterion may be fed by several sigmoids: all change together.
  for (let loss = queue.shift(); loss; loss = queue.shift()) {
    if (losses.has(loss.call)) continue;
    losses.set(loss.call, loss);
    const [input] = loss.call.args;
    if (input?.form !== 'positional') return refused('the input of the loss is not its first argument');
    const made = producersOf(code, loss.file, input.value);
    if (made.length === 0 || made.some(({ op }) => op !== 'sigmoid'))
      return refused('its input is not the result of a sigmoid');
    for (const sigmoid of made) {
      const key = sigmoid.container ? (sigmoid.layer?.expr ?? sigmoid.expr) : sigmoid.expr;
      if (sigmoids.has(key)) continue;
      sigmoids.set(key, sigmoid);
      const results: Located[] = sigmoid.container
        ? callsOfConstruction(code, sigmoid.container.expr)
        : [{ file: sigmoid.file, expr: sigmoid.expr }];
      if (sigmoid.container && results.length === 0) results.push({ file: sigmoid.file, expr: sigmoid.expr });
      for (const result of results)
        for (const use of usesOf(code, result.file, result.expr)) {
          if (use.kind === 'open')
            return refused(`its probabilities are used where they can't be followed: ${use.why}`);
          if (use.kind === 'loss' && isProbabilityLoss(use.loss.name)) queue.push(use.loss);
          else uses.push(use);
        }
    }
    // The other calls of the same criterion get logits as well.
    if (loss.construction) queue.push(...callsOf(code, loss.construction.expr));
  }
  const changes: Change[] = [];
  for (const sigmoid of sigmoids.values()) {
    const edits = removeSigmoid(code, sigmoid);
    if (!edits) return refused('the sigmoid can’t be taken out where it stands');
    changes.push(...edits);
  }
  for (const edits of conversions([...losses.values()])) {
    if (!edits) return refused('BCEWithLogitsLoss can’t be named in that file');
    changes.push(...edits);
  }
  const reads = uses.filter((use, index) => uses.findIndex(({ expr }) => expr === use.expr) === index);
  for (const { file, expr } of reads) {
    const text = asProbability(file, expr);
    changes.push(...text);
  }
  const unique = changes.filter(
    (change, index) =>
      changes.findIndex(
        (other) =>
          other.file === change.file &&
          other.start === change.start &&
          other.end === change.end &&
          other.newText === change.newText,
      ) === index,
  );
  if (overlap(unique)) return refused('the places to change overlap');
  return changed({
    title: TITLE,
    reason:
      'With the logit $z$ and $p = \\sigma(z)$ the loss is $\\max(z,0) - zy + \\ln(1+e^{-|z|})$, finite for every $z$, and its gradient is $\\sigma(z) - y$. ' +
      'Computed from $p$ instead, $\\ln p$ loses all digits once $|z|$ passes about 17 in single precision, and PyTorch clamps it at −100: the gradient of a badly wrong example vanishes.' +
      (reads.length > 0
        ? ` The model returns logits now; ${reads.length === 1 ? 'one place' : `${reads.length} places`} that read probabilities apply the sigmoid themselves.`
        : ' Nothing else reads the probabilities.'),
    risk: 'The model returns logits from now on: code outside of this folder that reads its output has to apply `torch.sigmoid`.',
    sources: [],
    changes: unique.map((change) => ({ ...change, group: GROUP })),
    groups: [{ id: GROUP, reason: 'The loss applies the sigmoid that is taken out of the model' }],
  });
}

/** `BCELoss` → `BCEWithLogitsLoss`, each construction once; `null` where it can't be named. */
function* conversions(losses: readonly LossCall[]): Generator<Change[] | null> {
  const label = 'The loss on logits';
  const done = new Set<Expr>();
  for (const { file, call, construction } of losses) {
    const at = construction ?? { file, expr: call };
    const { func } = at.expr;
    if (done.has(func)) continue;
    done.add(func);
    const wanted = construction ? 'torch.nn.BCEWithLogitsLoss' : 'torch.nn.functional.binary_cross_entropy_with_logits';
    const name = nameFor(at.file, wanted, label);
    yield name && [replace(at.file, func, name.text, label), ...name.changes];
  }
}

function removeSigmoid(code: Code, sigmoid: Producer): Change[] | null {
  const label = 'No sigmoid: the loss applies it';
  const { file, expr, input, layer, container } = sigmoid;
  if (container && layer) {
    const elements = container.expr.args;
    const at = elements.findIndex(({ value }) => value === layer.expr);
    if (at < 0 || elements.length < 2 || layer.file !== container.file) return null;
    return [removeArgument(container.file, container.expr, at, label)];
  }
  if (!input) return null;
  const loose = ['Binary', 'BoolOp', 'Compare', 'Conditional', 'Lambda', 'Unary', 'Named', 'Tuple'].includes(
    input.kind,
  );
  const parent = parentOf(file, expr);
  const free = !parent?.kind || ['Assign', 'AnnAssign', 'Return', 'Expression'].includes(parent.kind);
  const text = file.slice(input);
  const changes = [replace(file, expr, loose && !free ? `(${text})` : text, label)];
  if (layer) {
    const statement = statementOf(layer.file, layer.expr);
    const target = statement?.kind === 'Assign' && statement.targets.length === 1 ? statement.targets[0] : undefined;
    const name = target?.kind === 'Attribute' ? dotted(target) : null;
    // The layer goes as well if nothing else calls it.
    if (
      statement &&
      name !== null &&
      statement.kind === 'Assign' &&
      statement.value === layer.expr &&
      layer.file === file
    ) {
      const others = code.files
        .flatMap((each) => findAll(each.ast.body, 'Attribute'))
        .filter(({ attr }) => attr === name.slice(name.lastIndexOf('.') + 1));
      if (others.length === 2 && hasOwnLines(file, statement)) changes.push(removeLine(file, statement, label));
    }
  }
  return changes;
}

function removeLine(
  file: SourceFile,
  statement: { readonly start: number; readonly end: number },
  label: string,
): Change {
  const start = lineStart(file, statement.start);
  const end = lineEndAfter(file, statement.end);
  const eol = /^(?:\r\n|\n|\r)/.exec(file.text.slice(end))?.[0].length ?? 0;
  return { file, start, end: end + eol, newText: '', label };
}

/** Takes an element out of a call's arguments, with its line if it has one of its own. */
export function removeArgument(file: SourceFile, call: CallExpr, index: number, label: string): Change {
  const item = call.args[index];
  const before = call.args[index - 1];
  const after = call.args[index + 1];
  if (!item) throw new RangeError('no such argument');
  if (before) return { file, start: before.end, end: item.end, newText: '', label };
  return { file, start: item.start, end: after?.start ?? item.end, newText: '', label };
}

/** `torch.sigmoid(p)`, or `p.sigmoid()` where torch isn't imported. */
function asProbability(file: SourceFile, expr: Expr): Change[] {
  const label = 'A probability, as before';
  const torch = spell(file, 'torch.sigmoid');
  const span = (at: number, newText: string): Change => ({ file, start: at, end: at, newText, label });
  return torch === null ? [span(expr.end, '.sigmoid()')] : [span(expr.start, `${torch}(`), span(expr.end, ')')];
}

function overlap(changes: readonly Change[]): boolean {
  const byFile = new Map<SourceFile, Change[]>();
  for (const change of changes) byFile.set(change.file, [...(byFile.get(change.file) ?? []), change]);
  return [...byFile.values()].some((list) => {
    const sorted = [...list].sort((a, b) => a.start - b.start || a.end - b.end);
    return sorted.some((change, index) => {
      const next = sorted[index + 1];
      return next !== undefined && next.start < change.end;
    });
  });
}

/** The program with the scripts that import its files, so that what reads a model's output elsewhere is seen. */
function withImporters({ project, code }: LossSite['context']): Code {
  const files = new Set(code.files);
  for (const file of code.files) for (const importer of importersOf(project, file.path)) files.add(importer);
  return files.size === code.files.length ? code : new Code(project, [...files]);
}
