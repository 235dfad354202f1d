/** "Undo that", without a model. */
import type { Services } from '../services.js';
import type { Asked } from './answer.js';
import type { AnswerSink } from './question.js';
import { plural } from '../../texts.js';

const UNDO =
  /^\s*(?:please\s+)?(?:undo|revert|take back)\s+(?:that|this|it|them|those|the last (?:one|change|answer))\b/i;

/** Takes the changes of the last answer back if the question asks for that. @returns whether it did */
export async function undoEarlier(
  { changes: { pending } }: Services,
  { prompt, history }: Asked,
  sink: AnswerSink,
): Promise<boolean> {
  const ids = history.findLast(({ proposed }) => proposed.length > 0)?.proposed ?? [];
  if (!UNDO.test(prompt) || ids.length === 0) return false;
  const before = pending.count;
  const left = await pending.takeBack(new Set(ids));
  const gone = before - pending.count;
  sink.markdown(
    gone > 0 || left > 0
      ? `${gone > 0 ? `${plural(gone, 'change')} of that answer ${gone === 1 ? 'is' : 'are'} taken back.` : ''}${left > 0 ? ` ${plural(left, 'change')} ${left === 1 ? 'stays' : 'stay'}, because you worked on ${left === 1 ? 'it' : 'them'}: undo in the editor asks first.` : ''}`
      : 'Nothing of that answer waits for a decision any more. The editor’s own undo takes back what you kept.',
  );
  return true;
}
