/** Pictures that stand alone: colours and fonts of the theme are written into them. */
import type { PictureFormat } from '../protocol/index.js';
import { shape } from './dom.js';

/** Takes the text of an SVG, or a PNG as base64; the promise fails where the browser can't draw it. */
export type GivePicture = (format: PictureFormat, data: Promise<string>) => void;

/** What the style sheet decides. */
const STYLES = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'fill-opacity',
  'stroke-opacity',
  'opacity',
  'paint-order',
  'stroke-linejoin',
  'font-family',
  'font-size',
  'font-weight',
  'font-style',
];
/** A canvas has no room for more. */
const MOST_PIXELS = 16_000_000;
const LONGEST_SIDE = 12_000;
const SHARPNESS = 2;

/** Gives away a drawing that is on the page as it looks now. */
export function givePicture(
  format: PictureFormat,
  content: SVGElement,
  { width, height }: { readonly width: number; readonly height: number },
  give: GivePicture,
): void {
  const svg = svgOf(content, width, height);
  give(format, format === 'svg' ? Promise.resolve(svg) : pngOf(svg, width, height));
}

/** The text of an SVG file of a drawing that is on the page; `content` without its own `transform`. */
function svgOf(content: SVGElement, width: number, height: number): string {
  const copy = content.cloneNode(true) as SVGElement;
  copy.removeAttribute('transform');
  writeStyles(content, copy);
  const background = getComputedStyle(document.body).backgroundColor;
  const svg = shape(
    'svg',
    { width: Math.ceil(width), height: Math.ceil(height), viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}` },
    shape('rect', { width: '100%', height: '100%', fill: background }),
    copy,
  );
  return new XMLSerializer().serializeToString(svg);
}

function writeStyles(from: Element, to: Element): void {
  const computed = getComputedStyle(from);
  if (from.tagName !== 'g' && from.tagName !== 'title') {
    for (const name of STYLES) {
      const value = computed.getPropertyValue(name);
      if (value !== '' && !(name === 'stroke-dasharray' && value === 'none')) to.setAttribute(name, value);
    }
  }
  for (const name of ['class', 'role', 'tabindex', 'style', 'data-index']) to.removeAttribute(name);
  for (const { name } of [...to.attributes]) if (name.startsWith('aria-')) to.removeAttribute(name);
  [...from.children].forEach((child, i) => {
    const copy = to.children[i];
    if (copy) writeStyles(child, copy);
  });
}

/** A PNG of an SVG, as base64. */
async function pngOf(svg: string, width: number, height: number): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const scale = Math.min(
    SHARPNESS,
    Math.sqrt(MOST_PIXELS / (width * height)),
    LONGEST_SIDE / width,
    LONGEST_SIDE / height,
  );
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.floor(width * scale));
  canvas.height = Math.max(1, Math.floor(height * scale));
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const url = canvas.toDataURL('image/png');
  return url.slice(url.indexOf(',') + 1);
}
