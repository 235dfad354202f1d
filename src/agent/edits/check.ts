/** Has the analyser look at a draft: all changes together, and each one alone. */
import type { EditSet, ParameterDelta } from '../../edits/index.js';
import type {
  Check,
  CheckedVariant,
  Count,
  FindingReport,
  ModelReport,
  OverlayText,
  Variant,
} from '../../protocol/index.js';
import type { AgentPorts } from '../ports.js';
import { findingText } from '../tools/report.js';
import { countText, differenceText, expressionText, parametersText } from '../../texts.js';
import { changesOf, editSetOf, joined, textsOf, type Change } from './changes.js';
import type { Draft } from './draft.js';

const TOGETHER = 'together';
const MOST_FINDINGS = 12;
const NOT_PYTHON: Check = { outcome: 'notDeterminable', reason: 'there is no Python file among them' };

export interface DraftCheck {
  /** They parse and bring no new shape problem; what can't be determined doesn't stand in the way. */
  readonly passed: boolean;
  /** For the model, and for people where it failed. */
  readonly text: string;
  /** Of all changes together; `undefined` if no file is Python. */
  readonly together: CheckedVariant | undefined;
  /** Only if it passed. */
  readonly sets: readonly EditSet[];
}

/** Checks the draft as it is now and remembers it there. @throws what the analyser throws */
export async function checkDraft(draft: Draft, ports: AgentPorts, signal: AbortSignal): Promise<DraftCheck> {
  const state = draft.state;
  const changes = changesOf(draft);
  const baseline = draft.files.filter(({ uri }) => isPython(uri)).map(({ uri, original }) => ({ uri, text: original }));
  const check = async (variants: readonly Variant[]): Promise<readonly CheckedVariant[]> => {
    if (baseline.length === 0 || variants.length === 0) return [];
    const result = await ports.analyser.request('architect/checkEdits', { baseline, variants }, signal);
    return result.variants;
  };
  const variants = await check([
    { id: TOGETHER, files: draft.overlay.filter(({ uri }) => isPython(uri)) },
    ...(changes.length > 1 ? changes.map(variantOf).filter(({ files }) => files.length > 0) : []),
  ]);
  const together = variants.find(({ id }) => id === TOGETHER);
  const failure = together && failureOf(together);
  const lines: string[] = [];
  if (together)
    lines.push(
      ...outcomeText(together),
      ...(await costs(draft, ports, signal)),
      ...(together.syntax.outcome === 'failed' ? [] : await findingsText(draft, ports, signal)),
    );
  else lines.push('No Python file is among the changes: there is nothing that the analyser could check.');
  let sets: EditSet[] = [];
  if (failure === undefined) {
    const units = await unitsOf(changes, variants, check);
    sets = units.map(({ change, parameters }) => editSetOf(change, parameters, draft.prefix));
    if (units.length > 1)
      lines.push(
        '',
        'Alone:',
        ...units.map(({ change, parameters }) => `- ${change.id} ${change.title}: ${deltaText(parameters)}`),
      );
    lines.unshift('Passed: the changes can go to the user.');
  } else {
    const alone = variants.filter(({ id }) => id !== TOGETHER);
    lines.unshift('Failed: nothing goes to the user like this.');
    for (const { id, ...rest } of alone) {
      const why = failureOf(rest);
      lines.push(`- ${id} alone: ${why === undefined ? 'passes' : `fails: ${why}`}`);
    }
  }
  const result: DraftCheck = { passed: failure === undefined, text: lines.join('\n'), together, sets };
  draft.checked(state, result);
  return result;
}

interface Unit {
  readonly change: Change;
  readonly parameters: ParameterDelta;
}

/** What the user can take alone: changes that need each other become one. */
async function unitsOf(
  changes: readonly Change[],
  variants: readonly CheckedVariant[],
  check: (variants: readonly Variant[]) => Promise<readonly CheckedVariant[]>,
): Promise<Unit[]> {
  const unit = (change: Change, checked: CheckedVariant | undefined): Unit => ({
    change,
    parameters: checked?.parameters ?? { kind: 'notChecked', reason: NOT_PYTHON.reason ?? '' },
  });
  const together = variants.find(({ id }) => id === TOGETHER);
  if (changes.length < 2) return changes.map((change) => unit(change, together));
  const find = (change: Change): CheckedVariant | undefined => variants.find(({ id }) => id === change.id);
  const dependent = changes.filter((change) => {
    const checked = find(change);
    return checked !== undefined && failureOf(checked) !== undefined;
  });
  const independent = changes.filter((change) => !dependent.includes(change));
  const units = independent.map((change) => unit(change, find(change)));
  if (dependent.length === 0) return units;
  const one = joined(dependent);
  const [checked] = dependent.length > 1 ? await check([variantOf(one)]) : [];
  if (checked && failureOf(checked) === undefined) return [...units, unit(one, checked)];
  return [unit(joined(changes), together)];
}

function variantOf(change: Change): Variant {
  return { id: change.id, files: textsOf(change).filter(({ uri }) => isPython(uri)) };
}

function failureOf({ syntax, shapes }: Pick<CheckedVariant, 'syntax' | 'shapes'>): string | undefined {
  const failed = [syntax, shapes].find(({ outcome }) => outcome === 'failed');
  return failed && (failed.reason ?? 'unknown reason');
}

function outcomeText({ syntax, shapes, problems, modules }: CheckedVariant): string[] {
  const say = (name: string, { outcome, reason }: Check): string =>
    `${name}: ${outcome === 'notDeterminable' ? 'not determinable' : outcome}${reason === undefined ? '' : ` (${reason})`}`;
  const changed = modules.filter((each) => JSON.stringify(each.before) !== JSON.stringify(each.after));
  return [
    say('syntax', syntax),
    say('shapes', shapes),
    ...changed.map(({ qualname, before, after }) => `parameters of ${qualname}: ${beforeAfter(before, after)}`),
    ...(changed.length === 0 && modules.length > 0 ? ['parameters: unchanged'] : []),
    ...(problems.length > 0 ? ['new problems:', ...problems.slice(0, 12).map(findingText)] : []),
  ];
}

function beforeAfter(before: Count | undefined, after: Count | undefined): string {
  if (before === undefined) return `new, ${countText(after ?? null)}`;
  if (after === undefined) return `${countText(before)} → removed`;
  const delta = typeof before === 'number' && typeof after === 'number' ? ` (${differenceText(after - before)})` : '';
  return `${countText(before)} → ${countText(after)}${delta}`;
}

/** Multiply-accumulates and memory before and after, where both are known and differ. */
async function costs(draft: Draft, ports: AgentPorts, signal: AbortSignal): Promise<string[]> {
  const look = async (uri: string, overlay: readonly OverlayText[]): Promise<readonly ModelReport[]> =>
    (await ports.analyser.request('architect/inspect', { uri, overlay }, signal)).reports;
  const lines: string[] = [];
  for (const { uri, created, original } of draft.files) {
    if (!isPython(uri)) continue;
    const before = created ? [] : await look(uri, [{ uri, text: original }]);
    for (const after of await look(uri, draft.overlay)) {
      const old = before.find(({ qualname }) => qualname === after.qualname);
      lines.push(...difference(`MACs of ${after.qualname}`, old?.macs, after.macs));
      lines.push(
        ...difference(`activation bytes of ${after.qualname}`, old?.memory.activations, after.memory.activations),
        ...difference(`peak bytes of ${after.qualname} in training`, old?.memory.peak, after.memory.peak),
      );
      if (!old && after.unknowns.length > 0)
        lines.push(
          `not determined in ${after.qualname}: ${after.unknowns
            .slice(0, 3)
            .map(({ reason }) => reason)
            .join('; ')}`,
        );
    }
  }
  return lines;
}

/** What the rules find after the change and not before, and the other way round. It stands in nobody's way. */
async function findingsText(draft: Draft, ports: AgentPorts, signal: AbortSignal): Promise<string[]> {
  const look = async (uri: string, overlay: readonly OverlayText[]): Promise<readonly FindingReport[]> =>
    (await ports.analyser.request('architect/findings', { uri, overlay }, signal)).findings;
  const [come, gone]: [FindingReport[], FindingReport[]] = [[], []];
  for (const { uri, created, original } of draft.files) {
    if (!isPython(uri)) continue;
    const before = created ? [] : await look(uri, [{ uri, text: original }]);
    const after = await look(uri, draft.overlay);
    come.push(...without(after, before));
    gone.push(...without(before, after));
  }
  return [
    ...(come.length > 0 ? ['new findings:', ...come.slice(0, MOST_FINDINGS).map(findingText)] : ['new findings: none']),
    ...(gone.length > 0 ? [`findings repaired: ${gone.map(({ rule }) => rule).join(', ')}`] : []),
  ];
}

/** Those of the first list that the second has not as often. Lines and counts move by the change itself: words are compared. */
function without(list: readonly FindingReport[], others: readonly FindingReport[]): FindingReport[] {
  const left = others.map(sayingOf);
  return list.filter((finding) => {
    const at = left.indexOf(sayingOf(finding));
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function sayingOf({ rule, message }: FindingReport): string {
  return `${rule} ${message.replaceAll(/\d[\d,.]*/g, '#')}`;
}

function difference(name: string, before: Count | undefined, after: Count): string[] {
  if (after === null || JSON.stringify(before) === JSON.stringify(after)) return [];
  return [`${name}: ${beforeAfter(before ?? undefined, after)}`];
}

function deltaText(parameters: ParameterDelta): string {
  switch (parameters.kind) {
    case 'known':
      return parameters.delta === 0 ? 'parameters unchanged' : parametersText(parameters);
    case 'symbolic':
      return `parameters change by ${expressionText(parameters.expression)}`;
    case 'notChecked':
      return `parameters not checked: ${parameters.reason}`;
  }
}

function isPython(uri: string): boolean {
  return /\.(?:pyi?|ipynb)$/.test(uri.split(/[?#]/)[0] ?? uri);
}
