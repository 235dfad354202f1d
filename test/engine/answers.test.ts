// What the editor's features share: one run for each version of a file, and the same words that a fresh engine would say.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelOf } from '../../bench/models.js';
import { MemorySourceProvider } from '../../src/engine/project/index.js';
import { Answers, createEngine, type Engine } from '../../src/engine/report/index.js';
import type { PythonParser } from '../../src/engine/syntax/index.js';
import { parser } from '../support/interpret.js';
import { ROOT } from '../support/paths.js';
import { generator } from './robust/mutations.js';

const PATH = '/project/model.py';
const HINTS = { shapes: 'on', parameters: true } as const;

/** A project of one file, and how often it was run. */
class Editor {
  runs = 0;
  readonly files: Map<string, string>;
  readonly engine: Engine;
  readonly answers: Answers;

  constructor(ready: PythonParser, text: string) {
    this.files = new Map([[PATH, text]]);
    const provider = new MemorySourceProvider(this.files);
    this.engine = createEngine({ provider, parser: ready, roots: ['/project'], timeLimit: 120_000 });
    this.answers = new Answers(this.engine);
    for (const name of ['observeFile', 'lintFile'] as const) {
      const original = this.engine[name].bind(this.engine) as (path: string) => never;
      this.engine[name] = (path: string) => {
        this.runs++;
        return original(path);
      };
    }
  }

  type(text: string): void {
    this.files.set(PATH, text);
    this.answers.invalidate([PATH]);
    this.engine.invalidate([PATH]);
  }

  all(): unknown[] {
    const { answers } = this;
    return [answers.reports(PATH), answers.hints(PATH, HINTS), answers.findings(PATH)];
  }
}

type Edit = (text: string, random: (below: number) => number) => string;

function onLine(text: string, random: (below: number) => number, change: (line: string) => string): string {
  const lines = text.split('\n');
  const at = random(lines.length);
  lines[at] = change(lines[at] ?? '');
  return lines.join('\n');
}

const indentOf = (line: string): string => /^\s*/.exec(line)?.[0] ?? '';

const EDITS: Readonly<Record<string, Edit>> = {
  'a line': (text, random) => onLine(text, random, (line) => `\n${line}`),
  'a comment above': (text, random) => onLine(text, random, (line) => `${indentOf(line)}# why it is so\n${line}`),
  'a comment behind': (text, random) => onLine(text, random, (line) => `${line}  # see the paper`),
  'a directive': (text, random) => onLine(text, random, (line) => `${line}  # architect: ignore`),
  'a number': (text, random) => {
    const numbers = [...text.matchAll(/\b\d+\b/g)];
    const { index = 0, 0: digits = '' } = numbers[random(Math.max(numbers.length, 1))] ?? {};
    return `${text.slice(0, index)}${Number(digits) + 1 + random(3)}${text.slice(index + digits.length)}`;
  },
  'a name': (text, random) => {
    const names = [...new Set([...text.matchAll(/\bself\.(\w+) = /g)].map(([, name]) => name))];
    const name = names[random(Math.max(names.length, 1))];
    return name ? text.replace(new RegExp(`\\b${name}\\b`, 'g'), `${name}_x`) : text;
  },
  'no line': (text, random) => onLine(text, random, () => ''),
  'an import': (text) => `import math\n${text}`,
  'a class less': (text, random) => {
    const parts = text.split(/^(?=class )/m);
    if (parts.length > 2) parts.splice(1 + random(parts.length - 2), 1);
    return parts.join('');
  },
  'a statement of the module': (text, random) => `${text}\nwidth = ${16 + random(9)}\n`,
  'a decorator': (text) => text.replace(/^class /m, 'def kept(cls):\n    return cls\n\n\n@kept\nclass '),
};

describe('answers about a file', () => {
  const samples = ['text-classifier/model.py', 'dcgan/model.py', 'unet/unet.py', 'lstm-tagger/model.py'];
  const texts = new Map([
    ...samples.map((name) => [name, readFileSync(join(ROOT, 'samples', name), 'utf8')] as const),
    ['made', modelOf(100)] as const,
  ]);
  for (const [name, original] of texts)
    it(`are after any edits what a fresh engine says: ${name}`, async function () {
      this.timeout(60_000);
      const ready = await parser();
      const random = generator(name.length);
      const warm = new Editor(ready, original);
      warm.all();
      let text = original;
      const kinds = Object.keys(EDITS);
      for (let i = 0; i < 14; i++) {
        const kind = kinds[i % kinds.length] ?? '';
        text = EDITS[kind]?.(text, random) ?? text;
        warm.type(text);
        assert.deepEqual(
          JSON.stringify(warm.all()),
          JSON.stringify(new Editor(ready, text).all()),
          `${kind}, edit ${i + 1}:\n${text}`,
        );
      }
    });

  it('come of one run however many ask', async () => {
    const editor = new Editor(await parser(), modelOf(60));
    editor.all();
    editor.answers.hover(PATH, { line: 10, character: 14 });
    editor.all();
    // One for the reports and what is seen at places, one in which the rules watch.
    assert.equal(editor.runs, 2);
  });

  it('take a training pass only for layers that somebody points at, one for each class', async () => {
    const editor = new Editor(await parser(), readFileSync(join(ROOT, 'samples', 'unet/unet.py'), 'utf8'));
    const asked: string[] = [];
    const original = editor.engine.trainingPlaces.bind(editor.engine);
    editor.engine.trainingPlaces = (path, qualname) => {
      asked.push(qualname);
      return original(path, qualname);
    };
    const text = editor.files.get(PATH) ?? '';
    /** At the `‸` in a piece of the file. */
    const hover = (piece: string): string => {
      const offset = text.indexOf(piece.replace('‸', '')) + piece.indexOf('‸');
      const lines = text.slice(0, offset).split('\n');
      const position = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
      return editor.answers.hover(PATH, position)?.markdown ?? '';
    };
    editor.all();
    assert.match(hover('‸x = skips.pop()'), /\[B, 128, H\/\/8, W\/\/8\]/);
    assert.deepEqual(asked, []);
    assert.match(
      hover('self.ou‸tc(x)'),
      /^- Receptive field: 100×100, stride 1×1\n- Kept for backward: 64·B·H·W bytes, which is kept before it already$/m,
    );
    assert.match(hover('self.in‸c(x)'), /Kept for backward/);
    assert.deepEqual(asked, ['UNet']);
  });

  it('move with comments and blank lines, without a run', async () => {
    const original = modelOf(60);
    const editor = new Editor(await parser(), original);
    const before = JSON.stringify(editor.all());
    const { runs } = editor;
    editor.type(`# The whole model\n\n${original.replace('hidden = width', '# as wide\n        hidden = width')}`);
    const after = JSON.stringify(editor.all());
    assert.equal(editor.runs, runs);
    assert.notEqual(after, before);
    editor.type(original.replace('width * ratio', 'width * ratio * 2'));
    editor.all();
    assert.equal(editor.runs, runs + 2);
  });

  it('are not kept of a run that was given up', async () => {
    const editor = new Editor(await parser(), modelOf(60));
    let cancelled = true;
    const answers = new Answers(editor.engine, () => cancelled);
    answers.reports(PATH);
    cancelled = false;
    answers.reports(PATH);
    answers.reports(PATH);
    assert.equal(editor.runs, 2);
  });
});
