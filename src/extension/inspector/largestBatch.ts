/** The largest batch whose training fits into so many bytes. Pure: what a batch takes is asked of the analyser each time. */

/** Nobody trains with more at once. */
const MOST = 1 << 20;
/** So many questions follow a straight line. */
const STRAIGHT = 10;

export type Fit =
  | { readonly kind: 'fits'; readonly batch: number; readonly bytes: number }
  /** Not even one sample fits. */
  | { readonly kind: 'nothing'; readonly bytes: number }
  /** The peak of a batch is not a number. */
  | { readonly kind: 'unknown' }
  /** The memory doesn't grow with the batch, or not so that this could be told. */
  | { readonly kind: 'unbounded'; readonly batch: number; readonly bytes: number };

/**
 * Finds a batch that fits while the next larger one doesn't: both were asked for. Memory is nearly linear in the batch, so a few
 * questions do.
 */
export async function largestBatch(limit: number, peakOf: (batch: number) => Promise<number | null>): Promise<Fit> {
  const first = await peakOf(1);
  if (first === null) return { kind: 'unknown' };
  if (first > limit) return { kind: 'nothing', bytes: first };
  let fits = { batch: 1, bytes: first };
  let guess = 2;
  let tooLarge: { batch: number; bytes: number } | null = null;
  let questions = 2;
  while (!tooLarge || tooLarge.batch - fits.batch > 1) {
    const bytes = await peakOf(guess);
    if (bytes === null) return { kind: 'unknown' };
    if (bytes > limit) tooLarge = { batch: guess, bytes };
    else fits = { batch: guess, bytes };
    if (!tooLarge && fits.batch >= MOST) return { kind: 'unbounded', ...fits };
    // Where memory isn't linear, halving gets there for certain.
    guess = questions++ < STRAIGHT ? next(limit, first, fits, tooLarge) : halfway(fits.batch, tooLarge?.batch ?? null);
  }
  return { kind: 'fits', ...fits };
}

const halfway = (fits: number, tooLarge: number | null): number =>
  tooLarge === null ? Math.min(MOST, fits * 2) : Math.floor((fits + tooLarge) / 2);

interface Known {
  readonly batch: number;
  readonly bytes: number;
}

/** Where a straight line through what is known meets the limit, within what is still open. */
function next(limit: number, first: number, fits: Known, tooLarge: Known | null): number {
  const [a, b] = tooLarge ? [fits, tooLarge] : [{ batch: 1, bytes: first }, fits];
  const slope = (b.bytes - a.bytes) / (b.batch - a.batch);
  const met = Math.floor(a.batch + (limit - a.bytes) / slope);
  if (!tooLarge) return Math.min(MOST, Math.max(fits.batch + 1, Number.isFinite(met) ? met + 1 : fits.batch * 2));
  const inside = Number.isFinite(met) ? met : Math.floor((fits.batch + tooLarge.batch) / 2);
  // The one that should fit, or its neighbour that shouldn't.
  const wanted = inside <= fits.batch ? fits.batch + 1 : inside;
  return Math.min(tooLarge.batch - 1, Math.max(fits.batch + 1, wanted));
}
