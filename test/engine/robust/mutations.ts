/** Damage as it happens to files while people edit them, and worse: for tests that nothing makes the engine fall over. */

/** A small generator of pseudo-random numbers (mulberry32): the same seed gives the same damage on every machine. */
export function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Random = ReturnType<typeof generator>;

const TOKEN = /\w+|[^\w\s]/g;
/** What a slip of the hand, a paste or another program may put anywhere. */
const INSERTS = [
  '(',
  ')',
  '[',
  ':',
  '"""',
  "'",
  '\\',
  '\t',
  '\0',
  '\r',
  '\ud800',
  '*',
  '**',
  '=',
  'lambda',
  'while True:',
  'yield ',
  'self',
  '10**10**6',
  '\n    ',
];

const MUTATIONS: readonly ((text: string, random: Random) => string)[] = [
  function deleteTokens(text, random) {
    const kept = 3 + random(40);
    return text.replace(TOKEN, (token) => (random(kept * 10) === 0 ? '' : token));
  },
  function swapTokens(text, random) {
    const tokens = text.match(TOKEN) ?? [''];
    return text.replace(TOKEN, (token) => (random(60) === 0 ? (tokens[random(tokens.length)] ?? '') : token));
  },
  function swapLines(text, random) {
    const lines = text.split('\n');
    for (let i = 1 + random(6); i > 0; i--) {
      const [a, b] = [random(lines.length), random(lines.length)];
      [lines[a], lines[b]] = [lines[b] ?? '', lines[a] ?? ''];
    }
    return lines.join('\n');
  },
  function deleteLines(text, random) {
    const lines = text.split('\n');
    lines.splice(random(lines.length), 1 + random(8));
    return lines.join('\n');
  },
  (text, random) => text.slice(0, random(text.length)),
  (text, random) => text.slice(random(text.length)),
  function insert(text, random) {
    let changed = text;
    for (let i = 1 + random(4); i > 0; i--) {
      const at = random(changed.length + 1);
      changed = changed.slice(0, at) + (INSERTS[random(INSERTS.length)] ?? '') + changed.slice(at);
    }
    return changed;
  },
  function bytes(text, random) {
    return text.replace(/[^]/g, (unit) =>
      random(300) === 0 ? String.fromCharCode(random(random(2) ? 128 : 65536)) : unit,
    );
  },
  function numbers(text, random) {
    return text.replace(/\b\d+\b/g, (number) =>
      random(4) ? number : (['0', '-1', '1.5', 'None', '10**9', '99999999999999999999', '"x"'][random(7)] ?? number),
    );
  },
  function indent(text, random) {
    return text.replace(/^ +/gm, (blanks) => (random(12) ? blanks : blanks.slice(random(blanks.length))));
  },
  function repeatBlock(text, random) {
    const lines = text.split('\n');
    const at = random(lines.length);
    const block = lines.slice(at, at + 1 + random(30));
    lines.splice(random(lines.length), 0, ...block);
    return lines.join('\n');
  },
  function recursion(text, random) {
    const names = text.match(/\b[A-Za-z_]\w*(?=\()/g) ?? ['print'];
    return text.replace(/\b[A-Za-z_]\w*(?=\()/g, (name) => (random(20) ? name : (names[random(names.length)] ?? name)));
  },
];

/** One to three kinds of damage, told by the seed. */
export function mutate(text: string, seed: number): string {
  const random = generator(seed);
  let result = text;
  for (let i = 1 + random(3); i > 0; i--) result = MUTATIONS[random(MUTATIONS.length)]?.(result, random) ?? result;
  return result;
}
