/** Numbers as people read them. */

import { grouped } from '../../texts.js';

/** In a formula: `363{,}460`. */
export const groupedTex = (value: number): string => grouped(value).replaceAll(',', '{,}');

/** Up to so many significant digits, without trailing zeros; never in exponent form for what a reader meets here. */
export function short(value: number, digits = 3): string {
  if (value === 0) return '0';
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(value))));
  return value
    .toFixed(Math.min(places, 12))
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}
