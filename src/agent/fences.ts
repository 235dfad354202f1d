/** Code blocks of Markdown that an answer leaves open where it is cut. */

/**
 * What closes the code block that a text ends in, as text to follow it; empty if it ends in none.
 * What comes after would be a part of the code otherwise.
 */
export function closingFence(text: string): string {
  let open: { readonly indent: string; readonly mark: string } | undefined;
  for (const line of text.split('\n')) {
    const [, indent = '', mark = '', rest = ''] = /^([ \t]*)(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (mark === '') continue;
    if (!open) {
      // Code in one line may begin with as many marks, and ends there.
      if (mark.startsWith('~') || !rest.includes('`')) open = { indent, mark };
    } else if (mark.startsWith(open.mark) && rest.trim() === '') open = undefined;
  }
  return open ? `${text.endsWith('\n') ? '' : '\n'}${open.indent}${open.mark}\n` : '';
}
