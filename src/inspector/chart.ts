/** The frame of a chart: draws it anew for each width, so that texts keep their size, and gives it away as a picture. */
import type { PictureFormat } from '../protocol/index.js';
import { button } from './controls.js';
import { element, shape } from './dom.js';
import { givePicture, type GivePicture } from './picture.js';

/** Draws a chart for a width. */
export type Draw = (width: number) => { readonly content: SVGElement; readonly height: number };

export class Chart {
  readonly node: HTMLElement;
  private readonly canvas: SVGElement;
  private draw: Draw | undefined;
  private current: { readonly content: SVGElement; readonly height: number; readonly width: number } | undefined;

  constructor(label: string, save: GivePicture) {
    this.canvas = shape('svg', { class: 'chart', role: 'img', 'aria-label': label });
    const saver = (format: PictureFormat) => (): void => {
      const { current } = this;
      if (current) givePicture(format, current.content, current, save);
    };
    const tools = element(
      'div',
      { class: 'chart-tools' },
      button('Save SVG', saver('svg')),
      button('Save PNG', saver('png')),
    );
    this.node = element('div', { class: 'chart-frame' }, this.canvas, tools);
    new ResizeObserver(() => this.redraw()).observe(this.node);
  }

  show(draw: Draw | null): void {
    this.draw = draw ?? undefined;
    this.node.hidden = draw === null;
    this.redraw();
  }

  private redraw(): void {
    const width = this.node.clientWidth;
    if (!this.draw || width < 40) return;
    const { content, height } = this.draw(width);
    this.current = { content, height, width };
    this.canvas.setAttribute('width', String(width));
    this.canvas.setAttribute('height', String(height));
    this.canvas.replaceChildren(content);
  }
}
