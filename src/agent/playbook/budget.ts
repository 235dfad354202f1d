/** A budget of parameters in the user's words: exactly what was said, or none. */

const UNITS: Readonly<Record<string, number>> = {
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  mn: 1e6,
  million: 1e6,
  b: 1e9,
  bn: 1e9,
  billion: 1e9,
};

const NUMBER = String.raw`(?<![\w.,])(?<digits>\d{1,3}(?:[ _]\d{3})+|\d+(?:[.,]\d+)*(?:e\d+)?)(?:\s*(?<unit>[kK]|[mM]n?|[bB]n?|thousand|million|billion))?(?![\w%×]|[.,]\d)`;
const NOUN = String.raw`(?:(?:trainable|learnable|total|model|free)\s+)*(?:param(?:s|eters)?|weights)\b(?!\s*-?(?:model|net|network|cnn|transformer|classifier)\b)`;
/** What makes a number the most that there may be. */
const LIMIT = String.raw`(?:(?<!\b(?:not|no|never)\s)(?:under|below|less than|fewer than|smaller than)|to|at most|within|up to|no more than|not more than|not over|max(?:imum)?(?: of)?|into|budget(?: of| is)?:?|limit(?: of| is)?:?|<=?|≤)`;
const LIMIT_AFTER = String.raw`(?:or (?:less|fewer)|at most|max(?:imum)?|tops|budget|limit)\b`;
/** The parameters of a part are no budget for the model. */
const WHOLE = String.raw`(?!\s+(?:per|each)\b|\s+(?:in|of)\s+(?!total\b|all\b|(?:the\s+)?(?:whole|entire)\b))`;
/** Words that leave no doubt what is to become small: the model. Names are written as code or with a capital. */
const FILLER = String.raw`(?:\x60[^\x60]+\x60|please|can you|could you|shrink|reduce|cut|bring|get|make|squeeze|compress|slim|prune|go|it|its|this|that|the|a|my|whole|entire|model|network|net|down|be|fit|smaller|should|must|stay|kept?|somehow|now|all|total|overall|again|(?!(?:MACs?|G?FLOPs?|V?RAM|[CG]PU|I)\b)[A-Z]\w*)`;
const FILLERS = String.raw`(?:${FILLER}[\s:]+)*`;
const FILLERS_AFTER = String.raw`(?:\s+(?:please|in total|overall|again|now|all in all))*`;

/** `under 5M parameters`. */
const NAMED = new RegExp(String.raw`(?<!\w)${LIMIT}\s*${NUMBER}\s*${NOUN}${WHOLE}`, 'giu');
/** `5M parameters or less`. */
const NAMED_AFTER = new RegExp(String.raw`${NUMBER}\s*${NOUN}\s+${LIMIT_AFTER}`, 'giu');
/** `parameter budget of 5M`, `keep the parameters below 5M`. */
const NAMED_BEFORE = new RegExp(
  String.raw`\bparam(?:eter)?s?(?:\s+(?:count|number|total))?\s*(?:must |should )?(?:be |stay |kept )?${LIMIT}\s*${NUMBER}\s*(?:$|or (?:less|fewer)\b|in total\b)`,
  'giu',
);
/** Nothing else is said that a number could be of: `to 200k`, `5M`. */
const BARE = new RegExp(
  String.raw`^${FILLERS}(?:${LIMIT}\s*)?${NUMBER}(?:\s*${NOUN}${WHOLE})?(?:\s+${LIMIT_AFTER})?${FILLERS_AFTER}$`,
  'u',
);

const COUNT = String.raw`(?:(?:of\s+)?(?:(?:its|the|all|my|current|original|total)\s+)*(?:number\s+of\s+|amount\s+of\s+)?(?:(?:trainable|learnable|total|current|original)\s+)*(?:params?|parameters?|weights|parameter count|(?:its |the )?size)|as many parameters)`;
const VERBS = String.raw`(?:${FILLER}[\s:]+|(?:number of )?param(?:s|eters|eter count)\s+)*`;
const SHARE = String.raw`(?:(?<percent>\d+(?:\.\d+)?)\s*(?:%|percent)|(?:an?\s+)?(?<word>half|third|quarter|tenth))`;
/** `to half its parameters`, `by 30 %`. */
const PART = new RegExp(
  String.raw`^${VERBS}(?<way>by|to|in|into|within|under|at most)\s+${SHARE}(?:\s+${COUNT})?(?:\s+of\s+it)?${FILLERS_AFTER}$`,
  'u',
);
/** `30 % fewer parameters`, `30 % smaller`. */
const LESS = new RegExp(
  String.raw`^${VERBS}${SHARE}\s+(?:smaller|(?:fewer|less)\s+(?:params|parameters|weights))${FILLERS_AFTER}$`,
  'u',
);
/** `half the parameters`, `half of it`: what is left. */
const LEFT = new RegExp(String.raw`^${FILLERS}${SHARE}\s+(?:${COUNT}|of it|the size)${FILLERS_AFTER}$`, 'u');
const HALVED = new RegExp(String.raw`^${FILLERS}halve(?:\s+(?:it|${COUNT}|${FILLER}))*${FILLERS_AFTER}$`, 'u');
/** `4x smaller`, `by a factor of 4`. */
const TIMES = new RegExp(
  String.raw`^${VERBS}(?:by a factor of\s+(?<factor>\d+(?:\.\d+)?)|(?<times>\d+(?:\.\d+)?)\s*(?:x|×|times)\s+(?:smaller|fewer (?:params|parameters|weights)))${FILLERS_AFTER}$`,
  'u',
);

const WORDS: Readonly<Record<string, number>> = { half: 1 / 2, third: 1 / 3, quarter: 1 / 4, tenth: 1 / 10 };

/**
 * Who shrinks a model: `under 5M parameters`, `to 200k`, `1.5 million`, `to half`, `by 30 %`; `undefined` if there is none, or
 * if it isn't sure that the number is one of parameters, of the whole model, and the most.
 * @param total what a part is a part of
 */
export function budgetIn(text: string, total: number | null = null): number | undefined {
  return readBudget(text, total, false);
}

/** Who designs a model says numbers of other things as well: only one that is said to be of parameters counts. */
export function namedBudgetIn(text: string): number | undefined {
  return readBudget(text, null, true);
}

function readBudget(text: string, total: number | null, named: boolean): number | undefined {
  const found = new Set<number>();
  for (const clause of clausesOf(text)) {
    const part = total === null ? undefined : partIn(clause);
    if (part !== undefined && total !== null && part > 0 && part < 1) found.add(Math.floor(total * part + 1e-6));
    for (const pattern of [NAMED, NAMED_AFTER, NAMED_BEFORE])
      for (const { groups } of clause.matchAll(pattern)) add(found, countOf(groups));
    const bare = BARE.exec(clause)?.groups;
    // A bare small number is one of classes or layers.
    const isLarge = !named && (bare?.['unit'] !== undefined || (countOf(bare) ?? 0) >= 10_000);
    if (bare && (isLarge || /param|weights/i.test(clause))) add(found, countOf(bare));
  }
  // Two limits that differ: only the user knows which one holds.
  const [budget, ...others] = found;
  return others.length === 0 ? budget : undefined;
}

function add(found: Set<number>, count: number | undefined): void {
  if (count !== undefined) found.add(count);
}

/** What can be read for itself; a word that tells what a number is for stays with it. */
function clausesOf(text: string): string[] {
  return (
    text
      .replace(/\b(half|quarter of) a (?=(?:million|billion)\b)/gi, (_all, part: string) =>
        part.toLowerCase() === 'half' ? '0.5 ' : '0.25 ',
      )
      .replace(/\b(?:a|one) (?=(?:million|billion)\b)/gi, '1 ')
      .split(
        /[;!?\n()]+|[.,:](?!\d)(?=\s|$)(?<!\bbudget:|\blimit:)|\s(?=(?:without|while|but|keeping|because|since|for|on|using|with|then|and)\s)|\s[–—-]\s/iu,
      )
      // The first word of a sentence has a capital like a name: as a verb it is known in small letters.
      .map((clause) => clause.trim().replace(/^[A-Z](?=[a-z]+\b)/u, (first) => first.toLowerCase()))
      .filter((clause) => clause !== '')
  );
}

function countOf(groups: Readonly<Record<string, string | undefined>> | undefined): number | undefined {
  const number = numberIn(groups?.['digits'] ?? '', groups?.['unit'] !== undefined);
  const count = number === undefined ? NaN : number * (UNITS[groups?.['unit']?.toLowerCase() ?? ''] ?? 1);
  const whole = Math.round(count);
  // Half a parameter was not meant as one.
  return whole > 0 && Math.abs(count - whole) < 1e-3 ? whole : undefined;
}

/** `undefined` where a separator may mean two things. */
function numberIn(digits: string, hasUnit: boolean): number | undefined {
  if (/^\d{1,3}(?:[ _,]\d{3})+$/.test(digits))
    return hasUnit && digits.includes(',') ? undefined : Number(digits.replace(/[ _,]/g, ''));
  if (/^\d{1,3}(?:\.\d{3}){2,}$/.test(digits)) return Number(digits.replaceAll('.', ''));
  if (/^\d+,\d+$/.test(digits)) return hasUnit ? Number(digits.replace(',', '.')) : undefined;
  const number = Number(digits);
  return Number.isNaN(number) ? undefined : number;
}

/** How much of the model is to stay, from 0 to 1. */
function partIn(clause: string): number | undefined {
  const part = PART.exec(clause)?.groups;
  if (part) return part['way'] === 'by' ? 1 - shareOf(part) : shareOf(part);
  const less = LESS.exec(clause)?.groups;
  if (less) return 1 - shareOf(less);
  const left = LEFT.exec(clause)?.groups;
  if (left) return shareOf(left);
  const times = TIMES.exec(clause)?.groups;
  if (times) return 1 / Number(times['factor'] ?? times['times']);
  return HALVED.test(clause) ? 1 / 2 : undefined;
}

function shareOf({ percent, word }: Readonly<Record<string, string | undefined>>): number {
  return percent === undefined ? (WORDS[word ?? ''] ?? NaN) : Number(percent) / 100;
}
