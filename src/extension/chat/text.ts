/** Small pieces of text for answers. */

/** Text that stands as it is inside a Markdown table cell. */
export function cell(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** The lines of a text in pieces of at most `most` characters: broken between words, else after a slash, else anywhere. Empty lines go. */
export function wrapped(text: string, most: number): string[] {
  const fitting = new RegExp(String.raw`(?!\s)(?:.{1,${most}}(?=\s|$)|.{0,${most - 1}}[/\\]|.{1,${most}})`, 'g');
  return text.split('\n').flatMap((line) => [...line.matchAll(fitting)].map(([piece]) => piece.trim()));
}
