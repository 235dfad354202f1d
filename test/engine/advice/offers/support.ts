/** Offers at the mark `‸` of a program in memory, and what they do to it. */
import assert from 'node:assert/strict';
import { OfferFinder, type Made, type Offer } from '../../../../src/engine/advice/index.js';
import { applyChanges, asFiles, engineFor, type Files } from '../support.js';

const MARK = '‸';

export interface At {
  readonly files: Files;
  readonly offers: readonly Offer[];
}

/** Offers at the mark that can be carried out. */
export async function offersAt(given: string | Files): Promise<At> {
  const marked = asFiles(given);
  const path = Object.keys(marked).find((each) => marked[each]?.includes(MARK));
  assert.ok(path !== undefined, 'no mark');
  const offset = (marked[path] ?? '').indexOf(MARK);
  const files = Object.fromEntries(Object.entries(marked).map(([name, text]) => [name, text.replace(MARK, '')]));
  const finder = new OfferFinder(await engineFor(files));
  return { files, offers: finder.at(path, offset) };
}

export const idsOf = ({ offers }: At): string[] =>
  offers.filter((offer) => offer.make().kind !== 'refused').map(({ id }) => id);

export async function made(given: string | Files, id: string, numbers?: readonly number[]): Promise<Made> {
  const { offers } = await offersAt(given);
  const offer = offers.find((each) => each.id === id);
  assert.ok(offer, `no ${id} among ${offers.map((each) => each.id).join(', ')}`);
  return offer.make(numbers);
}

/** The files after an offer, which must parse. */
export async function after(
  given: string | Files,
  id: string,
  numbers?: readonly number[],
): Promise<Record<string, string>> {
  const { files, offers } = await offersAt(given);
  const offer = offers.find((each) => each.id === id);
  assert.ok(offer, `no ${id} among ${offers.map((each) => each.id).join(', ')}`);
  const result = offer.make(numbers);
  assert.ok(result.kind === 'change', JSON.stringify(result.kind === 'refused' ? result.why : result));
  const texts = applyChanges(files, result.change.changes);
  for (const { path, text } of result.change.created ?? []) texts[path] = text;
  const engine = await engineFor(texts);
  for (const path of Object.keys(texts)) assert.deepEqual(engine.syntaxProblems(path), [], texts[path]);
  return texts;
}

/** `/train.py` after an offer. */
export async function trainAfter(given: string | Files, id: string, numbers?: readonly number[]): Promise<string> {
  return (await after(given, id, numbers))['/train.py'] ?? '';
}
