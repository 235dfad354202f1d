/** Advice for a symptom: what the engine proposes, each change checked alone and all together before it is shown. */
import {
  capabilities,
  type Advice,
  type AdviceReading,
  type Advised,
  type Change,
  type Spot,
} from '../../engine/advice/index.js';
import type { EditSet, ParameterDelta } from '../../edits/index.js';
import type {
  AdviseParams,
  AdviseResult,
  CheckedVariant,
  Evidence,
  OverlayText,
  Prescription,
  Range,
  Reading,
  Variant,
} from '../../protocol/index.js';
import { pathOf, uriOf } from '../paths.js';
import type { Workspace } from '../workspace.js';
import { checkEdits } from './checkEdits.js';
import { fileEditsOf, textsOf } from './editSet.js';
import { moduleAt } from './inspect.js';

/** The playbook's answer; `symptom: null` with what may be asked if it has none. */
export function advise({ text, uri, selection }: AdviseParams, workspace: Workspace): AdviseResult {
  const engine = workspace.current();
  const path = pathOf(uri);
  const qualname = selection && moduleAt(engine.modulesOf(path), selection.start)?.qualname;
  const advice = engine.advise({ text, path, qualname });
  if (!advice)
    return {
      symptom: null,
      readings: [],
      evidence: [],
      diagnosis: [],
      prescriptions: [],
      notApplied: [],
      capabilities,
    };
  const { shown, dropped, together } = checked(advice, workspace);
  return {
    symptom: advice.symptom,
    readings: advice.readings.map(readingOf),
    evidence: advice.evidence.map(({ text: sentence, at }): Evidence => ({
      text: sentence,
      ...(at ? placeOf(at) : {}),
    })),
    diagnosis: advice.diagnosis,
    prescriptions: shown.map(({ advised, check }) => prescriptionOf(advised, check, workspace)),
    ...(together ? { together } : {}),
    notApplied: [...advice.notApplied, ...dropped],
    capabilities,
  };
}

interface Shown {
  readonly advised: Advised;
  readonly check: CheckedVariant | undefined;
}

const TOGETHER = 'together';

/** Drops what doesn't pass: a class's part of a prescription where the rest does, else the whole. */
function checked(
  { prescriptions, files }: Advice,
  workspace: Workspace,
): { shown: Shown[]; dropped: { title: string; why: string }[]; together: CheckedVariant | undefined } {
  const changing = prescriptions.filter(({ changes }) => changes.length > 0);
  const all = new Set([...files, ...changing.flatMap(({ changes }) => changes.map(({ file }) => file))]);
  const baseline: OverlayText[] = [...all].map((file) => ({ uri: uriOf(file.path), text: file.text }));
  const check = (variants: readonly Variant[]): readonly CheckedVariant[] =>
    variants.length > 0 ? checkEdits({ baseline, variants }, workspace).variants : [];
  const dropped: { title: string; why: string }[] = [];
  const kept: Shown[] = [];
  const alone = check(changing.map(({ id, changes }) => ({ id, files: textsOf(changes) })));
  for (const advised of prescriptions) {
    const result = alone.find(({ id }) => id === advised.id);
    if (!result || !failureOf(result)) {
      kept.push({ advised, check: result });
      continue;
    }
    const part = passingPart(advised, check);
    if (part) kept.push(part);
    dropped.push({
      title: advised.title,
      why: `${part ? 'a part of it' : 'its change'} did not pass the check: ${failureOf(result) ?? ''}`,
    });
  }
  const edited = kept.filter(({ advised }) => advised.changes.length > 0);
  const [together] =
    edited.length > 0
      ? check([{ id: TOGETHER, files: textsOf(edited.flatMap(({ advised }) => advised.changes)) }])
      : [];
  const failure = together && failureOf(together);
  if (failure === undefined) return { shown: kept, dropped, together };
  // Alone they pass, together they don't: the first one stays, the others would have to be tried after it.
  const [first] = edited;
  for (const { advised } of edited.slice(1))
    dropped.push({
      title: advised.title,
      why: `together with the other changes it did not pass the check: ${failure}`,
    });
  return {
    shown: kept.filter((each) => each === first || each.advised.changes.length === 0),
    dropped,
    together: first?.check,
  };
}

/** The groups of a prescription that pass by themselves, if they pass together. */
function passingPart(
  advised: Advised,
  check: (variants: readonly Variant[]) => readonly CheckedVariant[],
): Shown | null {
  const groups = advised.groups ?? [];
  if (groups.length < 2) return null;
  const changesOf = (ids: ReadonlySet<string | undefined>): Change[] =>
    advised.changes.filter(({ group }) => ids.has(group));
  const results = check(groups.map(({ id }) => ({ id, files: textsOf(changesOf(new Set([id, undefined]))) })));
  const passing = new Set<string | undefined>(results.filter((result) => !failureOf(result)).map(({ id }) => id));
  if (passing.size === 0 || passing.size === groups.length) return null;
  const part: Advised = {
    ...advised,
    changes: changesOf(new Set([...passing, undefined])),
    groups: groups.filter(({ id }) => passing.has(id)),
  };
  const [result] = check([{ id: advised.id, files: textsOf(part.changes) }]);
  return result && !failureOf(result) ? { advised: part, check: result } : null;
}

function failureOf({ syntax, shapes }: CheckedVariant): string | undefined {
  const failed = [syntax, shapes].find(({ outcome }) => outcome === 'failed');
  return failed && (failed.reason ?? 'unknown reason');
}

function prescriptionOf(advised: Advised, check: CheckedVariant | undefined, workspace: Workspace): Prescription {
  const { changes, groups: _groups, ...rest } = advised;
  return {
    ...rest,
    ...(changes.length > 0 ? { edits: editSetOf(advised, check, workspace) } : {}),
    ...(check ? { checked: check } : {}),
  };
}

function editSetOf(
  { id, title, reason, changes, groups }: Advised,
  check: CheckedVariant | undefined,
  workspace: Workspace,
): EditSet {
  const parameters: ParameterDelta = check?.parameters ?? { kind: 'notChecked', reason: 'it was not checked' };
  const files = fileEditsOf(changes, { prescription: id, parameters }, workspace);
  return { id, title, reason, files, ...(groups ? { groups } : {}) };
}

function readingOf({ file, span, label }: AdviceReading): Reading {
  return { ...placeOf({ file, span }), label };
}

function placeOf({ file, span }: Spot): { uri: string; range: Range } {
  return { uri: uriOf(file.path), range: { start: file.positionAt(span.start), end: file.positionAt(span.end) } };
}
