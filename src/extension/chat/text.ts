/** Small pieces of text for answers. */

/** Text that stands as it is inside a Markdown table cell. */
export function cell(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('\n', ' ');
}
