/** Stacked bars as SVG. */
import type { Draw } from './chart.js';
import { shape } from './dom.js';
import { legendOf } from './legend.js';

export interface Segment {
  readonly label: string;
  readonly value: number;
  readonly text: string;
  readonly className: string;
}

const BAR = 26;

/** Stacked bars under each other on one scale, with a legend. */
export function stackedBars(rows: readonly { readonly title: string; readonly segments: readonly Segment[] }[]): Draw {
  return (width) => {
    const most = Math.max(1, ...rows.map(({ segments }) => sum(segments)));
    const parts: SVGElement[] = [];
    let y = 0;
    for (const { title, segments } of rows) {
      if (rows.length > 1) parts.push(shape('text', { x: 0, y: y + 13, class: 'chart-text' }, title));
      y += rows.length > 1 ? 18 : 0;
      let x = 0;
      for (const { label, value, text, className } of segments) {
        const length = (value / most) * width;
        const name = shape('title', {}, `${label}: ${text}`);
        if (length > 0)
          parts.push(shape('rect', { x, y, width: length, height: BAR, class: `bar ${className}` }, name));
        x += length;
      }
      y += BAR + 8;
    }
    const legend = legendOf(
      (rows.at(-1)?.segments ?? []).map(({ label, className }) => ({
        label,
        sign: shape('rect', { x: 0, y: -10, width: 11, height: 11, class: `bar ${className}` }),
        signWidth: 11,
      })),
      0,
      y + 13,
      width,
    );
    return { content: shape('g', {}, ...parts, legend.content), height: legend.bottom };
  };
}

function sum(segments: readonly Segment[]): number {
  return segments.reduce((all, { value }) => all + value, 0);
}
