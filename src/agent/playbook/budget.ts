/** A number of parameters in the user's words. */

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  million: 1e6,
  b: 1e9,
  billion: 1e9,
};

/**
 * `under 5M parameters`, `to 200k`, `1.5 million`, `to half`, `by 30 %`: the number; `undefined` if there is none.
 * @param total what a part is a part of
 */
export function budgetIn(text: string, total: number | null = null): number | undefined {
  const part = partIn(text);
  if (part !== undefined && total !== null) return Math.floor(total * part);
  const pattern = /(\d+(?:[.,]\d+)*)\s*(k|m|b|thousand|million|billion)?(?![\w%×.])\s*(param\w*|weights)?/gi;
  for (const [, digits = '', unit = '', noun] of text.matchAll(pattern)) {
    const number = Number(digits.replace(/,(?=\d{3}\b)/g, '').replace(',', '.'));
    // A bare small number is a number of classes or layers.
    if (unit === '' && noun === undefined && number < 1000) continue;
    const budget = Math.floor(number * (UNITS[unit.toLowerCase()] ?? 1));
    if (budget > 0) return budget;
  }
  return undefined;
}

/** How much of the model is to stay, from 0 to 1. */
function partIn(text: string): number | undefined {
  const [, by, percent] = /\b(by|to)\s+(\d+(?:\.\d+)?)\s*%/i.exec(text) ?? [];
  if (percent !== undefined) {
    const part = Number(percent) / 100;
    return by?.toLowerCase() === 'by' ? 1 - part : part;
  }
  if (/\bhal(?:f|ve)\b/i.test(text)) return 1 / 2;
  return /\bquarter\b/i.test(text) ? 1 / 4 : undefined;
}
