/** A tab whose content is asked for when it is looked at: with progress, cancel, and why it could not be had. */
import { button, progress } from './controls.js';
import { element } from './dom.js';

export class LazyPart {
  readonly node: HTMLElement;
  private readonly status = element('div', { class: 'part-status', role: 'status' });
  /** Beside the status: what is read out must hold no buttons. */
  private readonly actions = element('div', { class: 'part-actions' });
  private state: 'nothing' | 'waiting' | 'shown' | 'failed' = 'nothing';

  /** @param results what of the content goes out of date; the rest are controls */
  constructor(
    content: HTMLElement,
    private readonly results: HTMLElement,
    private readonly name: string,
    private readonly ask: () => void,
    private readonly cancel: () => void,
  ) {
    results.hidden = true;
    this.node = element('div', { class: 'part' }, this.status, this.actions, content);
  }

  /**
   * What is shown is out of date. That of the same module stays, dimmed, until there is something newer; that of another one goes.
   */
  outdated(isOther: boolean): void {
    this.state = 'nothing';
    if (isOther) this.results.hidden = true;
    else this.dim(true);
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
    this.dim(true);
    this.status.replaceChildren(progress(), element('span', {}, this.name));
    this.actions.replaceChildren(button('Cancel', this.cancel));
  }

  shown(): void {
    this.state = 'shown';
    this.status.replaceChildren();
    this.actions.replaceChildren();
    this.dim(false);
    this.results.hidden = false;
  }

  failed(text: string): void {
    this.state = 'failed';
    // What was shown is the answer to another question.
    this.dim(false);
    this.results.hidden = true;
    this.status.replaceChildren(element('span', {}, text));
    this.actions.replaceChildren(button('Try again', () => this.request()));
  }

  private dim(isOutdated: boolean): void {
    this.results.classList.toggle('outdated', isOutdated);
    this.results.setAttribute('aria-busy', String(isOutdated));
  }
}
