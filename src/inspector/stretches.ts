/** Values in so many stretches as can be drawn. Pure. */

/** Decimal logarithms of the values of layers side by side. */
export interface Stretch {
  /** Indices of the first and the last of them. */
  readonly from: number;
  readonly to: number;
  readonly least: number;
  readonly most: number;
  /** Of the logarithms: the values' geometric mean. */
  readonly mean: number;
}

/** At most so many stretches of the same length; `null` for one in which no value is known, or all are 0. */
export function stretchesOf(values: readonly (number | null)[], most: number): (Stretch | null)[] {
  const length = Math.max(1, Math.ceil(values.length / most));
  const stretches: (Stretch | null)[] = [];
  for (let from = 0; from < values.length; from += length) {
    const part = values.slice(from, from + length);
    const powers = part.flatMap((value) => (value ? [Math.log10(value)] : []));
    const [first] = powers;
    stretches.push(
      first === undefined
        ? null
        : {
            ...{ from, to: from + part.length - 1 },
            ...{ least: Math.min(...powers), most: Math.max(...powers) },
            mean: powers.reduce((sum, power) => sum + power, 0) / powers.length,
          },
    );
  }
  return stretches;
}
