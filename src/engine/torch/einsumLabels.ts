/** The labels of an einsum's equation: one for each axis of each operand, and of the result. */

export interface EinsumLabels {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/**
 * Letters one by one; the axes of an ellipsis become `.0`, `.1`… counted from its right end.
 * @param ranks how many axes each operand has: must fit the equation
 */
export function einsumLabels(equation: string, ranks: readonly number[]): EinsumLabels {
  const [left = '', right] = equation.replace(/\s/g, '').split('->');
  const hidden = left.split(',').map((term, i) => hiddenAxes(term, ranks[i] ?? 0));
  const inputs = left.split(',').map((term, i) => expand(term, hidden[i] ?? 0));
  const dots = Math.max(0, ...hidden);
  if (right !== undefined) return { inputs, output: expand(right, dots) };
  const letters = inputs.flatMap((labels) => labels.filter((label) => label.length === 1));
  const once = [...new Set(letters)].filter((label) => letters.indexOf(label) === letters.lastIndexOf(label)).sort();
  return { inputs, output: [...(dots ? expand('...', dots) : []), ...once] };
}

/** Axes that an operand's ellipsis stands for. */
export const hiddenAxes = (term: string, rank: number): number =>
  term.includes('...') ? rank - term.replace('...', '').length : 0;

function expand(term: string, hidden: number): string[] {
  const [before = '', after] = term.split('...');
  if (after === undefined) return [...before];
  return [...before, ...Array.from({ length: hidden }, (_, i) => `.${hidden - 1 - i}`), ...after];
}
