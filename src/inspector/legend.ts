/** The legend below a chart. */
import { shape } from './dom.js';

const LINE = 20;
/** A rough width of a letter: the font is the theme's. */
const CHARACTER = 7;

export interface LegendEntry {
  readonly label: string;
  /** Drawn with its left end at the beginning of the text's line. */
  readonly sign: SVGElement;
  readonly signWidth: number;
}

/** Entries side by side, in as many lines as they need. */
export function legendOf(
  entries: readonly LegendEntry[],
  left: number,
  top: number,
  width: number,
): { readonly content: SVGElement; readonly bottom: number } {
  let [x, y] = [left, top];
  const parts = entries.map(({ label, sign, signWidth }) => {
    const length = signWidth + 6 + label.length * CHARACTER;
    if (x > left && x + length > width) [x, y] = [left, y + LINE];
    const text = shape('text', { x: signWidth + 6, y: 0, class: 'chart-text' }, label);
    const entry = shape('g', { transform: `translate(${x} ${y})` }, sign, text);
    x += length + 20;
    return entry;
  });
  return { content: shape('g', {}, ...parts), bottom: y + 8 };
}
