/** The numbers that a user gives: `loss is 0.1 on training but 0.8 on validation`. */

export interface Figures {
  readonly kind: 'loss' | 'accuracy';
  /** Accuracies are fractions. */
  readonly training: number;
  readonly validation: number;
}

const TOKEN =
  /(?<train>\btrain(?:ing)?(?=\b|_))|(?<held>\b(?:val(?:id(?:ation)?)?|test(?:ing)?|dev|held[- ]?out|eval(?:uation)?)(?=\b|_))|(?<number>(?<![\w.])(?:\d+(?:\.\d+)?|\.\d+)(?:e-?\d+)?)\s*(?<percent>%|percent\b)?(?!\s*(?:[x×]\s*\d|epochs?\b|classes\b|samples\b|images\b|steps\b|hours?\b|layers?\b|[kKmM]\b))/gi;

/** Pairs of numbers, in the order in which training and validation are named. */
export function figuresIn(text: string): Figures[] {
  const sets: ('training' | 'validation')[] = [];
  const numbers: { value: number; accuracy: boolean }[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const { train, number, percent } = match.groups ?? {};
    if (number === undefined) {
      const set = train === undefined ? 'validation' : 'training';
      // "training loss on the training set" names it once more.
      if (sets.at(-1) !== set || sets.length <= numbers.length) sets.push(set);
      continue;
    }
    const before = text.slice(Math.max(0, (match.index ?? 0) - 40), match.index);
    if (/\b(?:epochs?|steps?|batch(?: size)?|after|for|lr|rate)\s*(?:of|=|:)?\s*$/i.test(before)) continue;
    const accuracy = percent !== undefined || /acc(?:uracy)?\b(?!.*\bloss\b)/i.test(before);
    const value = Number(number);
    numbers.push({ value: accuracy && value > 1 ? value / 100 : value, accuracy });
  }
  const found: Figures[] = [];
  for (let at = 0; at + 1 < numbers.length; at += 2) {
    const [first, second] = [numbers[at], numbers[at + 1]];
    const [one, other] = [sets[at] ?? sets[0], sets[at + 1] ?? sets[1]];
    if (!first || !second || one === undefined || other === undefined || one === other) continue;
    const [training, validation] = one === 'training' ? [first, second] : [second, first];
    // `loss 0.1 … accuracy 99 %` each on one set is no pair.
    if (first.accuracy !== second.accuracy && !(first.accuracy || second.accuracy)) continue;
    found.push({
      kind: first.accuracy || second.accuracy ? 'accuracy' : 'loss',
      training: training.value,
      validation: validation.value,
    });
  }
  return found;
}

/** The pair of losses, or the pair of accuracies, that the text has. */
export function figureOf(text: string): Figures | null {
  const all = figuresIn(text);
  return all.find(({ kind }) => kind === 'loss') ?? all[0] ?? null;
}
