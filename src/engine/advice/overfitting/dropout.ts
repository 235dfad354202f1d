/** Prescription: dropout where it belongs, class by class. */
import { hasOwnLines, indentAt, lineEnd, startsLine, type SourceFile, type Stmt } from '../../syntax/index.js';
import { isLibrary, statementsIn, walk, type ModuleClass } from '../../training/index.js';
import { addArgument, linesAfter, nameFor, replace, wrap } from '../editing.js';
import { short } from '../numbers.js';
import { plural } from '../../../texts.js';
import { papers } from '../papers.js';
import type { Change, ChangeGroup, LeftAlone, Outcome, Paper } from '../types.js';
import { headClasses, sitesOf, type Sites } from './dropoutSites.js';
import type { Facts } from './facts.js';
import { Anatomy } from './layers.js';
import { dropoutsOf } from './regularised.js';

const ID = 'dropout';
const TITLE = 'Dropout in the model';
/** Attention weights and states between recurrent layers: the probability of the Transformer's own paper. */
const INNER = 0.1;

/** The probability that the evidence asks for, and why. */
export function probabilityFor({ figures, perExample }: Facts): { readonly p: number; readonly why: string } {
  const reasons: string[] = [];
  let p = 0.1;
  if (perExample !== null && perExample >= 100) {
    p += 0.1;
    reasons.push(`${short(perExample)} parameters per example`);
  }
  const gap =
    figures &&
    (figures.kind === 'loss' ? figures.validation - figures.training : figures.training - figures.validation);
  if (figures && gap !== null && gap >= (figures.kind === 'loss' ? 0.3 : 0.1)) {
    p += 0.1;
    reasons.push(`a gap of ${short(gap)}`);
  }
  return {
    p: Number(p.toFixed(1)),
    why: reasons.length > 0 ? `0.1 is usual, raised for ${reasons.join(' and ')}` : '0.1 is usual',
  };
}

export interface ClassPlan {
  readonly cls: ModuleClass;
  readonly changes: readonly Change[];
  readonly group: ChangeGroup;
}

export function prescribeDropout(facts: Facts): { readonly outcome: Outcome; readonly left: readonly LeftAlone[] } {
  const { context } = facts;
  const { code, model } = context;
  if (!model) return { outcome: { left: { title: TITLE, why: 'no `nn.Module` class was found here' } }, left: [] };
  const { p, why } = probabilityFor(facts);
  const heads = headClasses(code, model);
  const plans: ClassPlan[] = [];
  const left: LeftAlone[] = [];
  const zeros = new Set<unknown>();
  for (const cls of context.classes) {
    if (isLibrary(cls.file)) continue;
    const name = cls.node.name;
    const present = dropoutsOf(code, cls);
    const off = present.filter(({ state }) => state === 'off');
    if (present.length > 0) {
      const active = present.find(({ state }) => state !== 'off');
      if (active) {
        left.push({
          title: `Dropout in \`${name}\``,
          why:
            active.state === 'active'
              ? `it is there: ${active.what}`
              : `it has ${active.what}${facts.dropouts && facts.dropouts.active === 0 ? ', which is 0 in this model: raise it where it is set' : ', whose value is set elsewhere'}`,
        });
      }
      const changes = off
        .flatMap((each) => each.zeros)
        .flatMap((zero) => {
          if (zeros.has(zero.expr) || isLibrary(zero.file)) return [];
          zeros.add(zero.expr);
          return [replace(zero.file, zero.expr, String(p), `Dropout ${p} in place of 0`)];
        });
      if (changes.length > 0)
        plans.push({
          cls,
          changes,
          group: { id: `${ID}:${name}`, reason: `it switches on the dropout that \`${name}\` has` },
        });
      continue;
    }
    const isHead = heads.some(({ node }) => node === cls.node);
    const planned = planClass(new Anatomy(code, cls), isHead, p);
    if (planned.length > 0)
      plans.push({
        cls,
        changes: planned,
        group: {
          id: `${ID}:${name}`,
          reason: `the dropout of \`${name}\` is defined in \`__init__\` and used in \`forward\``,
        },
      });
  }
  if (plans.length === 0) {
    const why =
      left.length > 0
        ? 'the model has it'
        : 'no place was found where it would fit: no embedding, residual branch, or linear layer after an activation without batch normalisation behind it';
    return { outcome: { left: { title: TITLE, why } }, left: [] };
  }
  const changes = uniqueChanges(
    plans.flatMap(({ changes, group }) => changes.map((change) => ({ ...change, group: change.group ?? group.id }))),
  );
  const anatomies = context.classes.map((cls) => new Anatomy(code, cls));
  const sources: Paper[] = [papers.dropout];
  if (anatomies.some((each) => each.has('attention'))) sources.push(papers.transformer);
  if (anatomies.some((each) => each.has('recurrent'))) sources.push(papers.recurrentDropout);
  if (anatomies.some((each) => each.has('batchNorm'))) sources.push(papers.varianceShift);
  const shifted = plans.some(({ changes }) => changes.some(({ label }) => label.startsWith('Dropout in the sequence')));
  return {
    left,
    outcome: {
      advised: {
        id: ID,
        title: TITLE,
        reason:
          `In training each value is dropped with probability $p$ and the others grow by $1/(1-p)$: $\\tilde h_i = \\frac{m_i}{1-p}\\,h_i,\\; m_i \\sim \\mathrm{Bernoulli}(1-p)$. ` +
          `So $\\mathbb{E}[\\tilde h] = h$, while the noise $\\operatorname{Var}[\\tilde h_i] = \\frac{p}{1-p}h_i^2$ makes units useless that only work together with certain others. Here $p = ${p}$ (${why}).`,
        effect: `Memorising single examples gets harder, so the training loss ends higher and the validation loss lower. No parameters are added; ${plural(plans.length, 'class', 'classes')} ${plans.length === 1 ? 'changes' : 'change'}.`,
        risk:
          'Too high a $p$ underfits: if both losses stay high, halve it. The training loss is measured with dropout and looks worse than it is.' +
          (shifted
            ? ' An element put into `nn.Sequential` moves the ones behind it, so checkpoints saved before have other key names there.'
            : ''),
        sources,
        changes,
        groups: plans.map(({ group }) => group),
      },
    },
  };
}

/** The same import added for two classes is one change. */
function uniqueChanges(changes: readonly Change[]): Change[] {
  const seen = new Set<string>();
  return changes.filter(({ file, start, end, newText }) => {
    const key = JSON.stringify([file.path, start, end, newText]);
    return end > start || !newText.startsWith(', ') || !/^, [A-Z]\w*$/.test(newText)
      ? true
      : !seen.has(key) && seen.add(key);
  });
}

function planClass(anatomy: Anatomy, isHead: boolean, p: number): Change[] {
  const { file } = anatomy;
  const sites = sitesOf(anatomy, { isHead });
  const changes: Change[] = [];
  for (const { call, what } of sites.arguments) {
    const added = addArgument(file, call, `dropout=${INNER}`, `Dropout of ${what}`);
    if (added) changes.push(...added);
  }
  if (sites.values.length + sites.elements.length + sites.listed.length === 0) return changes;
  const spelled = nameFor(file, 'torch.nn.Dropout', 'Import of `Dropout`');
  if (!spelled) return changes;
  const made = `${spelled.text}(${p})`;
  const elements = [
    ...sites.elements.map(({ expr, where }) => elementChange(file, expr, made, where)),
    ...sites.listed.flatMap((site) => listedChange(file, site, made)),
  ];
  const definition = sites.values.length > 0 ? definitionOf(anatomy, made) : null;
  const uses = definition
    ? sites.values.flatMap(({ expr, where }) => wrap(file, expr, `self.${definition.attr}(`, ')', `Dropout ${where}`))
    : [];
  if (elements.length + uses.length === 0) return changes;
  return [...changes, ...spelled.changes, ...elements, ...(definition ? [definition.change] : []), ...uses];
}

function elementChange(file: SourceFile, element: { start: number; end: number }, made: string, where: string): Change {
  const label = `Dropout in the sequence, ${where}`;
  const newText = startsLine(file, element.start)
    ? `${made},${lineEnd(file)}${indentAt(file, element.start)}`
    : `${made}, `;
  return { file, start: element.start, end: element.start, newText, label };
}

function listedChange(file: SourceFile, { element, append }: Sites['listed'][number], made: string): Change[] {
  const label = 'Dropout in the sequence, after the activation';
  if (!append) return [{ file, start: element.end, end: element.end, newText: `, ${made}`, label }];
  return hasOwnLines(file, append.statement)
    ? [linesAfter(file, append.statement, [`${append.list}.append(${made})`], label)]
    : [];
}

/** `self.dropout = nn.Dropout(p)` after the last layer that `__init__` makes. */
function definitionOf(anatomy: Anatomy, made: string): { readonly attr: string; readonly change: Change } | null {
  const { file, init } = anatomy;
  if (!init) return null;
  const own = [...anatomy.layers.values()].map(({ statement }) => statement);
  const after: Stmt | undefined = init.body
    .filter((statement) => statementsIn([statement]).some((each) => own.includes(each)))
    .at(-1);
  if (!after || !hasOwnLines(file, after)) return null;
  const attr = freeAttribute(anatomy);
  return { attr, change: linesAfter(file, after, [`self.${attr} = ${made}`], 'Definition of the dropout') };
}

/** A name that no code of the program uses as an attribute of this class. */
function freeAttribute(anatomy: Anatomy): string {
  const used = new Set<string>();
  walk(anatomy.node, (node) => {
    if (node.kind === 'Attribute') used.add(node.attr);
    else if (node.kind === 'FunctionDef' || node.kind === 'Name') used.add(node.kind === 'Name' ? '' : node.name);
  });
  for (const name of ['dropout', 'drop']) if (!used.has(name)) return name;
  for (let n = 1; ; n++) if (!used.has(`dropout${n}`)) return `dropout${n}`;
}
