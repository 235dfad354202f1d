/** A number that weighs one loss against another becomes a parameter of the function around it, or a constant. */
import { hasOwnLines, type Expr, type SourceFile } from '../../syntax/index.js';
import {
  ancestorsOf,
  dotted,
  findAll,
  functionAround,
  lossCallOf,
  parentOf,
  statementOf,
  type TrainingContext,
} from '../../training/index.js';
import { freshName, linesBefore, replace } from '../editing.js';
import { changed, refused, type Made } from '../offers.js';
import { nodeAtOffset } from './site.js';

/** On the number of `0.3 * aux_loss`; `null` elsewhere. */
export function magicWeight(
  context: TrainingContext,
  file: SourceFile,
  offset: number,
): { readonly title: string; readonly make: () => Made } | null {
  const node = nodeAtOffset(file, offset);
  const product = node && [node, ...ancestorsOf(file, node)].find(({ kind }) => kind === 'Binary');
  if (product?.kind !== 'Binary' || product.op !== '*') return null;
  const [number, loss] = product.left.kind === 'Number' ? [product.left, product.right] : [product.right, product.left];
  if (number.kind !== 'Number' || !isLoss(context, file, loss)) return null;
  const above = parentOf(file, product);
  if (above?.kind !== 'Binary' || (above.op !== '+' && above.op !== '-')) return null;
  const name = dotted(loss)?.split('.').at(-1);
  const wanted =
    name && /loss/i.test(name) && !/^loss\d*$/i.test(name)
      ? name.replace(/_?loss/i, '_weight').replace(/^_/, '')
      : 'loss_weight';
  const text = file.slice(number);
  return {
    title: `Make the weight ${text} a parameter`,
    make: () => extract(file, number, wanted.toLowerCase(), text),
  };
}

function isLoss({ code }: TrainingContext, file: SourceFile, expr: Expr): boolean {
  if (findAll(expr, 'Call').some((call) => lossCallOf(code, file, call) !== null)) return true;
  return /loss/i.test(dotted(expr) ?? '');
}

function extract(file: SourceFile, number: Expr, wanted: string, text: string): Made {
  const title = `Make the weight ${text} a parameter`;
  const func = functionAround(file, number);
  const about = {
    title,
    reason:
      'The balance of two losses is a hyper-parameter: with a name it can be searched, logged and set by the caller. Its value stays the same.',
    sources: [],
  };
  if (!func) {
    const statement = statementOf(file, number);
    if (!statement || !hasOwnLines(file, statement)) return refused('its line holds more than one statement');
    const name = freshName(file, wanted.toUpperCase());
    return changed({
      ...about,
      changes: [linesBefore(file, statement, [`${name} = ${text}`], title), replace(file, number, name, title)],
    });
  }
  const last = func.params.at(-1);
  if (!last || func.params.some(({ form }) => form !== 'normal' && form !== 'keywordOnly'))
    return refused('the function takes any number of arguments, or none');
  const name = freshName(file, wanted);
  return changed({
    ...about,
    changes: [
      { file, start: last.end, end: last.end, newText: `, ${name}=${text}`, label: title, group: 'weight' },
      { ...replace(file, number, name, title), group: 'weight' },
    ],
    groups: [{ id: 'weight', reason: 'The parameter and its use' }],
  });
}
