/** Edits as people make them in a Python file, each at a place that `random` picks: small ones that may change what a model is. */

export type Random = (below: number) => number;
export type PythonEdit = (text: string, random: Random) => string;

/** Replaces one of the matches of `pattern`. */
function oneOf(text: string, random: Random, pattern: RegExp, change: (match: RegExpExecArray) => string): string {
  const matches = [...text.matchAll(pattern)];
  const match = matches[random(Math.max(matches.length, 1))];
  if (!match) return text;
  return text.slice(0, match.index) + change(match) + text.slice(match.index + match[0].length);
}

/** Changes the lines from one that holds code on. */
function atLine(text: string, random: Random, change: (lines: string[], at: number) => void): string {
  const lines = text.split('\n');
  const code = lines.flatMap((line, at) => (/^\s*[^\s#]/.test(line) ? [at] : []));
  const at = code[random(Math.max(code.length, 1))];
  if (at !== undefined) change(lines, at);
  return lines.join('\n');
}

const indentOf = (line: string | undefined): string => /^\s*/.exec(line ?? '')?.[0] ?? '';

function insert(text: string, random: Random, made: (line: string) => string): string {
  return atLine(text, random, (lines, at) => void lines.splice(at, 0, made(lines[at] ?? '')));
}

/** What changes no code, mostly: within a string it does. */
export const QUIET: readonly PythonEdit[] = [
  (text, random) => insert(text, random, () => ''),
  (text, random) => insert(text, random, (line) => `${indentOf(line)}# why it is so`),
  (text, random) => atLine(text, random, (lines, at) => void (lines[at] += '  # see the paper')),
];

const [anEmptyLine, aCommentAbove, aCommentBehind] = QUIET as [PythonEdit, PythonEdit, PythonEdit];

export const EDITS: Readonly<Record<string, PythonEdit>> = {
  'an empty line': anEmptyLine,
  'a comment above': aCommentAbove,
  'a comment behind': aCommentBehind,
  'a directive': (text, random) => atLine(text, random, (lines, at) => void (lines[at] += '  # architect: ignore')),
  'a number': (text, random) => oneOf(text, random, /\b\d+\b/g, ([digits]) => String(Number(digits) + 1 + random(3))),
  'a digit more': (text, random) => oneOf(text, random, /\b\d+\b/g, ([digits]) => `${digits}0`),
  'a string': (text, random) =>
    oneOf(text, random, /'[^'\n]+'|"[^"\n]+"/g, ([quoted]) => `${quoted.slice(0, -1)}_x${quoted.at(-1)}`),
  'an operator': (text, random) =>
    oneOf(text, random, / (\+|-|\*|\/\/|==|>|<) /g, () => ` ${['+', '-', '*', '//'][random(4)] ?? '+'} `),
  'a truth': (text, random) =>
    oneOf(text, random, /\b(?:True|False|None)\b/g, ([word]) => (word === 'True' ? 'False' : 'True')),
  'a name of an attribute': (text, random) => oneOf(text, random, /\bself\.\w+/g, ([name]) => `${name}_x`),
  'a name everywhere': (text, random) => {
    const names = [...new Set([...text.matchAll(/\bself\.(\w+) = /g)].map(([, name]) => name))];
    const name = names[random(Math.max(names.length, 1))];
    return name ? text.replace(new RegExp(`\\b${name}\\b`, 'g'), `${name}_x`) : text;
  },
  'the name of a function': (text, random) => oneOf(text, random, /\bdef \w+/g, ([head]) => `${head}_x`),
  'the name of forward': (text) => text.replace('def forward', 'def forwards'),
  'a parameter': (text, random) => oneOf(text, random, /(?<=def \w+\(self, )\w+/g, ([name]) => `${name}_x`),
  'a default': (text, random) => oneOf(text, random, /(?<=\w)=\w+(?=[,)])/g, () => `=${2 + random(5)}`),
  'a keyword': (text, random) => oneOf(text, random, /(?<=[(,] ?)\w+(?==\w)/g, ([name]) => `${name}_x`),
  'another layer': (text, random) =>
    oneOf(text, random, /nn\.(?:ReLU|GELU|Tanh|Dropout|LayerNorm|BatchNorm2d)\(/g, () => 'nn.Identity('),
  'a base class': (text, random) =>
    oneOf(text, random, /\(nn\.Module\)/g, () => (random(2) === 0 ? '' : '(nn.Sequential)')),
  'a constant of the module': (text, random) =>
    oneOf(text, random, /(?<=^ .*)\b\d+\b/gm, () => 'SIZE').replace(
      /^(?=class |def )/m,
      `SIZE = ${2 + random(4)}\n\n\n`,
    ),
  'a helper': (text, random) =>
    oneOf(text, random, /\bnn\.Linear\(/g, () => 'made(').replace(
      /^(?=class |def )/m,
      'def made(a, b):\n    return nn.Linear(a, b, bias=False)\n\n\n',
    ),
  'a name of the module that is written over': (text, random) =>
    `${text}\nnn.${['Linear', 'Conv2d', 'ReLU'][random(3)] ?? 'Linear'} = nn.Identity\n`,
  'a statement of the module': (text, random) => `${text}\nwidth = ${16 + random(9)}\n`,
  'a call at the end': (text, random) => {
    const names = [...text.matchAll(/^class (\w+)/gm)].map(([, name]) => name);
    return `${text}\nmodel = ${names[random(Math.max(names.length, 1))] ?? 'int'}(${random(40)})\n`;
  },
  'an import': (text) => `import math\n${text}`,
  'an import less': (text, random) => oneOf(text, random, /^(?:from|import) .*\n/gm, () => ''),
  'no line': (text, random) => atLine(text, random, (lines, at) => void (lines[at] = '')),
  'a line less': (text, random) => atLine(text, random, (lines, at) => void lines.splice(at, 1)),
  'a line twice': (text, random) => atLine(text, random, (lines, at) => void lines.splice(at, 0, lines[at] ?? '')),
  'two lines swapped': (text, random) =>
    atLine(text, random, (lines, at) => void lines.splice(at, 2, ...lines.slice(at, at + 2).reverse())),
  'a line that is a comment now': (text, random) =>
    atLine(text, random, (lines, at) => void (lines[at] = `${indentOf(lines[at])}# ${(lines[at] ?? '').trim()}`)),
  'a line further in': (text, random) =>
    atLine(text, random, (lines, at) => void (lines[at] = `    ${lines[at] ?? ''}`)),
  'a line further out': (text, random) =>
    atLine(text, random, (lines, at) => void (lines[at] = (lines[at] ?? '').replace(/^ {4}/, ''))),
  'a class less': (text, random) => {
    const parts = text.split(/^(?=class )/m);
    if (parts.length > 2) parts.splice(1 + random(parts.length - 1), 1);
    return parts.join('');
  },
  'a class that comes later': (text) => {
    const [head = '', first = '', ...others] = text.split(/^(?=class )/m);
    return head + others.join('') + (first && `\n\n${first}`);
  },
  'a decorator': (text) => text.replace(/^class /m, 'def kept(cls):\n    return cls\n\n\n@kept\nclass '),
};
