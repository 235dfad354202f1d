/** Lines over layers on a logarithmic scale, as SVG. */
import { magnitudeText } from '../texts.js';
import type { Draw } from './chart.js';
import { shape } from './dom.js';
import { legendOf } from './legend.js';
import { stretchesOf, type Stretch } from './stretches.js';

export interface Series {
  readonly label: string;
  readonly className: string;
  readonly values: readonly (number | null)[];
}

interface Options {
  readonly names: readonly string[];
  /** Values at which a line is drawn across. */
  readonly limits: readonly { readonly value: number; readonly label: string }[];
  /** Index of the layer that is pointed out. */
  readonly mark: number | null;
  readonly choose: (index: number) => void;
}

const TOP = 8;
const LEFT = 46;
const PLOT = 190;
/** Pixels that a layer needs to be seen for itself. */
const LAYER = 5;

/**
 * Draws a line for each series. Where a value is not known (or 0, which this scale doesn't have), the line has a gap. More
 * layers than there is room for are drawn in stretches: a band from the least to the largest, the line at their geometric mean.
 */
export function logLines(series: readonly Series[], options: Options): Draw {
  return (width) => {
    const powers = series.flatMap(({ values }) => values.flatMap((value) => (value ? [Math.log10(value)] : [])));
    const low = Math.floor(powers.reduce((least, power) => Math.min(least, power), -1));
    const high = Math.ceil(powers.reduce((most, power) => Math.max(most, power), 1));
    const count = options.names.length;
    const right = width - 8;
    const x = (index: number): number =>
      count < 2 ? (LEFT + right) / 2 : LEFT + 8 + (index / (count - 1)) * (right - LEFT - 16);
    const y = (power: number): number => TOP + ((high - power) / (high - low)) * PLOT;
    const across = (at: number, className: string): SVGElement =>
      shape('line', { x1: LEFT, x2: right, y1: at, y2: at, class: className });
    const parts: SVGElement[] = [];
    const step = Math.max(1, Math.ceil((high - low) / 7));
    for (let power = Math.ceil(low / step) * step; power <= high; power += step) {
      const label = shape('text', { x: LEFT - 6, y: y(power) + 4, class: 'chart-text', 'text-anchor': 'end' });
      label.textContent = tenTo(power);
      parts.push(across(y(power), 'grid-line'), label);
    }
    if (options.mark !== null) {
      const at = x(options.mark);
      parts.push(shape('line', { x1: at, x2: at, y1: TOP, y2: TOP + PLOT, class: 'mark-line' }));
    }
    const most = Math.max(2, Math.floor((right - LEFT) / LAYER));
    for (const each of series) {
      const { className, values } = each;
      const stretches = stretchesOf(values, most);
      const middle = ({ from, to }: Stretch): number => (x(from) + x(to)) / 2;
      if (count > most) parts.push(shape('path', { d: bandOf(stretches, middle, y), class: `range ${className}` }));
      parts.push(shape('path', { d: lineOf(stretches, middle, y), class: `series ${className}`, fill: 'none' }));
      if (count <= most) parts.push(...dotsOf(each, options, x, y));
    }
    // Above the lines, so that they can be read.
    for (const { value, label } of options.limits) {
      const at = Math.log10(value);
      if (at < low || at > high) continue;
      const text = shape('text', { x: right, y: y(at) - 4, class: 'chart-text', 'text-anchor': 'end' }, label);
      parts.push(across(y(at), 'limit-line'), text);
    }
    const below = TOP + PLOT + 18;
    parts.push(
      shape('text', { x: LEFT, y: below, class: 'chart-text' }, 'input'),
      shape('text', { x: right, y: below, class: 'chart-text', 'text-anchor': 'end' }, 'output'),
    );
    const entries = series.map(({ label, className }) => ({
      label: count > most ? `${label}, mean and range` : label,
      sign: shape('path', { d: 'M0,-4 h22', class: `series ${className}`, fill: 'none' }),
      signWidth: 22,
    }));
    const legend = legendOf(entries, LEFT, below + 20, width);
    return { content: shape('g', {}, ...parts, legend.content), height: legend.bottom };
  };
}

type Place = (value: number) => number;

function dotsOf({ label, className, values }: Series, { names, choose }: Options, x: Place, y: Place): SVGElement[] {
  return values.flatMap((value, i) => {
    if (!value) return [];
    const name = shape('title', {}, `${names[i] ?? ''}\n${label}: ${magnitudeText(value)}`);
    const dot = shape('circle', { cx: x(i), cy: y(Math.log10(value)), r: 3, class: `dot ${className}` }, name);
    dot.addEventListener('click', () => choose(i));
    return [dot];
  });
}

const point = (x: number, y: number): string => `${x.toFixed(1)},${y.toFixed(1)}`;

function lineOf(stretches: readonly (Stretch | null)[], middle: (stretch: Stretch) => number, y: Place): string {
  let pen = 'M';
  return stretches
    .flatMap((stretch) => {
      const from = stretch ? pen : '';
      pen = stretch ? 'L' : 'M';
      return stretch ? [`${from}${point(middle(stretch), y(stretch.mean))}`] : [];
    })
    .join(' ');
}

/** One closed outline for each run of stretches without a gap. */
function bandOf(stretches: readonly (Stretch | null)[], middle: (stretch: Stretch) => number, y: Place): string {
  const runs: Stretch[][] = [[]];
  for (const stretch of stretches) {
    if (stretch) runs.at(-1)?.push(stretch);
    else runs.push([]);
  }
  return runs
    .filter((run) => run.length > 0)
    .map((run) => {
      const upper = run.map((stretch) => point(middle(stretch), y(stretch.most)));
      const lower = run.map((stretch) => point(middle(stretch), y(stretch.least))).reverse();
      return `M${[...upper, ...lower].join(' L')} z`;
    })
    .join(' ');
}

/** `1`, `10`, `10⁻³`. */
function tenTo(power: number): string {
  if (power === 0 || power === 1) return String(10 ** power);
  const digits = [...String(Math.abs(power))].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? '');
  return `10${power < 0 ? '⁻' : ''}${digits.join('')}`;
}
