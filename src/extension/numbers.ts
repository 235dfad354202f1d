/** Counts as people read them. */
import type { Count } from '../protocol/index.js';

export {
  countText as formatCount,
  differenceText as formatDifference,
  outputText as formatOutput,
  parametersText as formatDelta,
} from '../texts.js';

/** With three digits and a unit: `4.09 G`, `556 M`, `960 `. */
export function formatShort(count: number): string {
  const units = ['', 'k', 'M', 'G', 'T', 'P'];
  let unit = 0;
  let value = count;
  // 999.5 would be written as 1000.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? String(value) : String(Number(value.toPrecision(3)))} ${units[unit] ?? ''}`;
}

/** The number if there is one: the count itself, or that of the defaults. */
export function numberOf(count: Count): number | null {
  return count === null || typeof count === 'number' ? count : count.value;
}
