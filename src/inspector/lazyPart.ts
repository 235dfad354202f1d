/** A tab whose content is asked for when it is looked at: with progress, cancel, and why it could not be had. */
import { button, progress } from './controls.js';
import { element } from './dom.js';

export class LazyPart {
  readonly node: HTMLElement;
  private readonly status = element('div', { class: 'part-status', role: 'status' });
  private state: 'nothing' | 'waiting' | 'shown' | 'failed' = 'nothing';

  constructor(
    readonly content: HTMLElement,
    private readonly name: string,
    private readonly ask: () => void,
    private readonly cancel: () => void,
  ) {
    content.hidden = true;
    this.node = element('div', { class: 'part' }, this.status, content);
  }

  /** What is shown is out of date; it stays until there is something newer. */
  outdated(): void {
    this.state = 'nothing';
  }

  /** The tab is looked at. */
  wanted(): void {
    if (this.state === 'nothing') this.request();
  }

  /** Asks, even if something is shown or under way. */
  request(): void {
    this.waiting();
    this.ask();
  }

  /** What it shows is under way. */
  waiting(): void {
    this.state = 'waiting';
    this.status.replaceChildren(progress(), element('span', {}, this.name), button('Cancel', this.cancel));
  }

  shown(): void {
    this.state = 'shown';
    this.status.replaceChildren();
    this.content.hidden = false;
  }

  failed(text: string): void {
    this.state = 'failed';
    this.status.replaceChildren(
      element('span', {}, text),
      button('Try again', () => this.request()),
    );
  }
}
