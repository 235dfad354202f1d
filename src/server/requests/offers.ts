/** Code actions: which are offered at a place, and the change that one of them stands for. */
import type { Made, Offer, OfferedChange } from '../../engine/advice/index.js';
import { digestOf, type EditSet, type FileEdit, type ParameterDelta } from '../../edits/index.js';
import type {
  CheckedVariant,
  OfferParams,
  OfferResult,
  OffersParams,
  OffersResult,
  OfferSummary,
} from '../../protocol/index.js';
import { pathOf, uriOf } from '../paths.js';
import type { Workspace } from '../workspace.js';
import { checkEdits } from './checkEdits.js';
import { baselineOf, fileEditsOf, textsOf } from './editSet.js';
import { parametersText } from '../../texts.js';

/** What can be carried out here: everything else isn't shown. */
export function offers({ uri, position, patience = PATIENCE }: OffersParams, workspace: Workspace): OffersResult {
  const found = workspace.current().offersAt(pathOf(uri), position);
  const started = performance.now();
  return {
    version: workspace.versionOf(uri),
    offers: found.flatMap(
      (each) => summaryOf(each, each.make(), workspace, performance.now() - started > patience) ?? [],
    ),
  };
}

function summaryOf(
  { id, group, title, changesModel, needsShapes }: Offer,
  made: Made,
  workspace: Workspace,
  isLate: boolean,
): OfferSummary | null {
  if (made.kind === 'refused') return null;
  if (!changesModel || made.kind !== 'change') return { id, group, title };
  const isKnown = isChecked(made.change, workspace);
  // What has to be checked before it may be offered waits for the next time; the rest is counted when it is taken.
  if (isLate && !isKnown) return needsShapes ? null : { id, group, title: `${made.change.title} (not counted yet)` };
  const checked = checkOf(made.change, workspace);
  if (id === 'layer.depthwise' && checked?.parameters.kind === 'known' && checked.parameters.delta >= 0) return null;
  if (needsShapes && checked?.shapes.outcome !== 'passed') return null;
  if (!checked || checked.syntax.outcome === 'failed' || checked.shapes.outcome === 'failed') return null;
  return { id, group, title: `${made.change.title} (${deltaText(checked.parameters)})` };
}

/** `+1,024 parameters`, with a true minus sign. */
function deltaText(delta: ParameterDelta): string {
  if (delta.kind === 'notChecked') return 'parameters not determinable';
  return delta.kind === 'known' && delta.delta === 0 ? 'same parameters' : parametersText(delta);
}

/** Checks of changes that were made before for the same texts: the light bulb asks at every move of the cursor. */
const checks = new WeakMap<Workspace, Map<string, CheckedVariant | undefined>>();
const MOST_CHECKS = 64;
/** Milliseconds after which no further count is begun for one look at the light bulb, where nobody says. */
const PATIENCE = 2500;

function keyOf({ changes }: OfferedChange, workspace: Workspace): string {
  const digests = [baselineOf(changes), textsOf(changes)].map((texts) =>
    texts.map(({ uri, text }) => [uri, digestOf(text)]),
  );
  return JSON.stringify([workspace.revision, digests]);
}

function isChecked(change: OfferedChange, workspace: Workspace): boolean {
  return checks.get(workspace)?.has(keyOf(change, workspace)) ?? false;
}

function checkOf(change: OfferedChange, workspace: Workspace): CheckedVariant | undefined {
  const files = textsOf(change.changes);
  const baseline = baselineOf(change.changes);
  const key = keyOf(change, workspace);
  let known = checks.get(workspace);
  if (!known) checks.set(workspace, (known = new Map<string, CheckedVariant | undefined>()));
  if (!known.has(key)) {
    if (known.size >= MOST_CHECKS) known.clear();
    known.set(key, checkEdits({ baseline, variants: [{ id: 'offer', files }] }, workspace).variants[0]);
  }
  return known.get(key);
}

/** The change of one offer, for the texts as they are now. */
export function offer({ uri, position, id, numbers }: OfferParams, workspace: Workspace): OfferResult {
  const wanted = workspace
    .current()
    .offersAt(pathOf(uri), position)
    .find((each) => each.id === id);
  if (!wanted) return { kind: 'refused', why: 'The code has changed meanwhile: it does not apply here any more.' };
  const made = wanted.make(numbers);
  switch (made.kind) {
    case 'refused':
      return { kind: 'refused', why: sentence(made.why) };
    case 'text':
      return made;
    case 'question':
      return { kind: 'question', title: wanted.title.replace(/…$/, ''), ...made.question };
    case 'change': {
      const checked = wanted.changesModel ? checkOf(made.change, workspace) : undefined;
      return {
        kind: 'edits',
        edits: editSetOf(id, made.change, checked, workspace),
        note: made.change.risk ?? '',
      };
    }
  }
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

function editSetOf(
  id: string,
  { title, reason, sources, changes, groups, created }: OfferedChange,
  checked: CheckedVariant | undefined,
  workspace: Workspace,
): EditSet {
  const parameters = checked && { parameters: checked.parameters };
  const files = fileEditsOf(changes, { prescription: id, ...parameters }, workspace);
  const added = (created ?? []).map(({ path, text }): FileEdit => ({
    uri: uriOf(path),
    create: true,
    edits: [{ start: 0, end: 0, newText: text, label: title, prescription: id }],
  }));
  const cited = sources.map(({ authors, year }) => `${authors}, ${year}`).join('; ');
  return {
    id: `${id}-${Date.now()}`,
    title,
    reason: cited === '' ? reason : `${reason}\n\n*${cited}*`,
    files: [...files, ...added],
    ...(groups ? { groups } : {}),
  };
}
