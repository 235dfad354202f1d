/** Marks around text that is not the user's word, so that it can't pass for an order. */

/** @param what where it comes from, e.g. `file model.py` */
export function fenced(what: string, text: string): string {
  // A text can't close its own fence.
  const inner = text.replace(/<(\/?)untrusted/gi, '‹$1untrusted');
  return `<untrusted source="${what.replaceAll('"', "'")}">\n${inner}\n</untrusted>`;
}
