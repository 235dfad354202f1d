/** One 53-bit multiply-xor hash (the cyrb53 construction) over UTF-16 code units. */
function hash53(text: string, seed: number): number {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}

/**
 * A digest of a text for caches: equal text, equal digest; different text, different digest but for one case in about
 * 2^100. Not meant to resist somebody who looks for collisions.
 */
export function digestOf(text: string): string {
  const first = hash53(text, 0).toString(16).padStart(14, '0');
  const second = hash53(text, 0x9e3779b9).toString(16).padStart(14, '0');
  return `${first}${second}-${text.length.toString(16)}`;
}
