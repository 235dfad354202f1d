/** Counts as people read them. */
import type { ParameterDelta } from '../edits/index.js';
import type { Count } from '../protocol/index.js';

const GROUPED = new Intl.NumberFormat('en-US');

/** `1,234,567`, `512*num_classes + 100`, or `unknown`. */
export function formatCount(count: Count): string {
  if (count === null) return 'unknown';
  return typeof count === 'number' ? GROUPED.format(count) : count.expression;
}

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

/** `+1,024`, `−96` or `±0`. */
export function formatDifference(difference: number): string {
  if (difference === 0) return '±0';
  return `${difference > 0 ? '+' : '−'}${GROUPED.format(Math.abs(difference))}`;
}

/** The number if there is one: the count itself, or that of the defaults. */
export function numberOf(count: Count): number | null {
  return count === null || typeof count === 'number' ? count : count.value;
}

/** `+1,024 parameters`, `±0 parameters`, `parameters not checked`. */
export function formatDelta(delta: ParameterDelta): string {
  switch (delta.kind) {
    case 'known':
      return `${formatDifference(delta.delta)} parameters`;
    case 'symbolic':
      return `${delta.expression} parameters`;
    case 'notChecked':
      return 'parameters not checked';
  }
}
