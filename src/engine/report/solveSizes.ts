/** Sizes of inputs from what layers need: `Linear(64*7*7, 10)` after two poolings takes images of 28×28. */
import { decide, isSym, substituteInt, symbolsOf, type Int } from '../python/symint.js';
import type { Equation } from '../torch/dims.js';
import type { InputGuess } from './inputSources.js';
import { showInputs } from './inferInputs.js';
import type { InputSpec, TensorSpec } from './inputs.js';

/** Axes that are made equal where nothing else is said: images and volumes are taken as square. */
const SPATIAL = new Set(['H', 'W', 'D']);
/** Sizes stay open where the layers don't say them; the batch always does. */
const OPEN = new Set(['B']);
const LARGEST = 1024;
const MOST_EQUATIONS = 12;
const MOST_TRIES = 3;

/** The guess with numbers for its named sizes, the smallest that fit first; empty when nothing asks for numbers. */
export function* solvedSizes(guess: InputGuess, equations: readonly Equation[]): Generator<InputGuess> {
  const tensors = guess.specs.filter((spec): spec is TensorSpec => spec.kind === 'tensor');
  if (tensors.length !== guess.specs.length || equations.length > MOST_EQUATIONS) return;
  const named = new Set(tensors.flatMap(({ dims }) => dims.filter((dim) => typeof dim === 'string')));
  const asked = new Set(
    equations.flatMap(({ left, right }) => [...namesOf(left), ...namesOf(right)]).filter((name) => named.has(name)),
  );
  for (const name of OPEN) asked.delete(name);
  if (asked.size === 0) return;
  const spatial = [...asked].every((name) => SPATIAL.has(name));
  if (asked.size > 1 && !spatial) return;
  // An image is square even if only one of its sides was asked for.
  const free = spatial ? [...SPATIAL].filter((name) => named.has(name)) : [...asked];
  let tries = 0;
  let size = 1;
  while (tries < MOST_TRIES) {
    for (; size <= LARGEST && !fits(equations, free, size); size++);
    if (size > LARGEST) return;
    let last = size;
    while (last < LARGEST && fits(equations, free, last + 1)) last++;
    tries++;
    yield solved(guess, tensors, free, roundest(size, last), [size, last], equations);
    size = last + 1;
  }
}

/** The number of a range that can be halved most often: what people make images of. */
function roundest(first: number, last: number): number {
  let step = 1;
  while (Math.ceil(first / (2 * step)) * 2 * step <= last) step *= 2;
  return Math.ceil(first / step) * step;
}

const namesOf = (value: Int): string[] => (isSym(value) ? symbolsOf(value) : []);

function fits(equations: readonly Equation[], names: readonly string[], size: number): boolean {
  const values = new Map<string, Int>(names.map((name) => [name, size]));
  return equations.every(({ left, right }) => {
    const [a, b] = [substituteInt(left, values), substituteInt(right, values)];
    return a !== null && b !== null && decide('==', a, b) === true;
  });
}

function solved(
  guess: InputGuess,
  tensors: readonly TensorSpec[],
  names: readonly string[],
  size: number,
  [first, last]: readonly [number, number],
  equations: readonly Equation[],
): InputGuess {
  const specs: InputSpec[] = tensors.map((spec) => ({
    ...spec,
    dims: spec.dims.map((dim) => (typeof dim === 'string' && names.includes(dim) ? size : dim)),
  }));
  const place = equations.find(({ place: at }) => at !== null)?.place ?? guess.place;
  const range = last > first && last < LARGEST ? `; ${first} to ${last} do` : '';
  const what = `${names.join(' = ')} = ${size}`;
  return {
    ...guess,
    specs,
    place,
    note: `forward is taken to be called with ${showInputs(specs)}: ${what} fits the layers${range}`,
  };
}
