/** Places in the source: links, and what isn't known or was assumed there. */
import type { InspectorNote, SourceLink } from '../protocol/index.js';
import { breakable, element } from './dom.js';

const SHOWN_NOTES = 8;

/** List items: the first few, and how many more there are. */
export function noteItems(notes: readonly InspectorNote[], reveal: (source: SourceLink) => void): HTMLElement[] {
  const items = notes.slice(0, SHOWN_NOTES).map((note) => noteItem(note, reveal));
  if (notes.length > SHOWN_NOTES) items.push(element('li', {}, `and ${notes.length - SHOWN_NOTES} more`));
  return items;
}

function noteItem({ text, source }: InspectorNote, reveal: (source: SourceLink) => void): HTMLElement {
  if (!source) return element('li', {}, text);
  return element('li', {}, `${text} `, linkTo(`line ${source.line + 1}`, source, reveal));
}

/** A place in the source as a button that looks like a link. */
export function linkTo(text: string, source: SourceLink, reveal: (source: SourceLink) => void): HTMLElement {
  const link = element('button', { class: 'link', type: 'button', title: 'Go to source' }, ...breakable(text));
  link.addEventListener('click', () => reveal(source));
  return link;
}
