/** For an edit whose text isn't in the file: what comes nearest to it, so that the next try can be right. */

const MOST_LINES = 4000;

/** A sentence with the nearest lines and their numbers. */
export function nearestText(text: string, wanted: string): string {
  const lines = text.split(/\r\n|\n|\r/).slice(0, MOST_LINES);
  const search = trimmedLines(wanted);
  if (search.length === 0) return '';
  const size = Math.min(search.length, lines.length);
  let best = { score: 0, at: -1 };
  for (let at = 0; at + size <= lines.length; at++) {
    let score = 0;
    for (let i = 0; i < size; i++) score += alike(lines[at + i] ?? '', search[i] ?? '');
    if (score > best.score) best = { score, at };
  }
  if (best.at < 0 || best.score / size < 0.3) return 'Nothing in the file is like it: read the source first.';
  const first = Math.max(0, best.at - 1);
  const shown = lines.slice(first, Math.min(lines.length, best.at + size + 1, first + 40));
  return `The nearest text is at line ${best.at + 1}:\n${shown.map((line, i) => `${first + i + 1}  ${line}`).join('\n')}\n`;
}

function trimmedLines(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/);
  while (lines.length > 0 && lines[0]?.trim() === '') lines.shift();
  while (lines.length > 0 && lines.at(-1)?.trim() === '') lines.pop();
  return lines;
}

/** 0 to 1: how many of the words of two lines are the same. */
function alike(a: string, b: string): number {
  if (a.trim() === b.trim()) return 1;
  const [one, other] = [wordsOf(a), wordsOf(b)];
  if (one.size === 0 || other.size === 0) return 0;
  let common = 0;
  for (const word of one) if (other.has(word)) common++;
  return (2 * common) / (one.size + other.size);
}

function wordsOf(line: string): Set<string> {
  return new Set(line.match(/\w+/g) ?? []);
}
