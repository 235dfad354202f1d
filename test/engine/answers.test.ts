// What the editor's features share: one run for each version of a file, and the same words that a fresh engine would say.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { modelOf } from '../../bench/models.js';
import { MemorySourceProvider } from '../../src/engine/project/index.js';
import { Answers, createEngine, type Engine } from '../../src/engine/report/index.js';
import type { PythonParser } from '../../src/engine/syntax/index.js';
import { parser } from '../support/interpret.js';
import { ROOT } from '../support/paths.js';
import { EDITS, QUIET } from '../support/pythonEdits.js';
import { generator } from './robust/mutations.js';

const PATH = '/project/model.py';
const HINTS = { shapes: 'on', parameters: true } as const;

/** A project, one of whose files is looked at, and how often that was run. */
class Editor {
  runs = 0;
  readonly engine: Engine;
  readonly answers: Answers;

  constructor(
    ready: PythonParser,
    readonly files: Map<string, string>,
    readonly path = PATH,
  ) {
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

  type(text: string, path = this.path): void {
    this.files.set(path, text);
    this.answers.invalidate([path]);
    this.engine.invalidate([path]);
  }

  all(): unknown[] {
    const { answers, path } = this;
    return [answers.reports(path), answers.hints(path, HINTS), answers.findings(path)];
  }
}

/** Byte for byte; shows only where they part. */
function same(actual: unknown, expected: unknown, message: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a === b) return;
  let at = 0;
  while (a[at] === b[at]) at++;
  const near = (text: string): string => text.slice(Math.max(0, at - 300), at + 200);
  assert.fail(`${message}\n\nsaid: …${near(a)}…\n\ntrue: …${near(b)}…`);
}

/** Each kind of edit is tried in a part of the projects; `ANSWERS_TURNS=1` tries all in all. */
const TURNS = Number(process.env.ANSWERS_TURNS ?? 2);

const one = (text: string): Map<string, string> => new Map([[PATH, text]]);

/** What a model may be made of beside its own class: constants, helpers, bases, another file. */
const PARTS = new Map([
  [
    '/project/model.py',
    `import torch
import torch.nn as nn
from blocks import WIDTH, Base, make

DEPTH = 2
NAMES = ['first', 'second']


def scaled(width, by=2):
    if width > 64:
        return width
    return width * by


class Gate(Base):
    scale = 3

    def __init__(self, width=8):
        super().__init__(width)
        self.fc = nn.Linear(self.scale * width, width)

    def forward(self, x):
        x = torch.cat([x, x, x], dim=-1)
        return self.norm(self.fc(x))


class Net(nn.Module):
    def __init__(self, width=WIDTH, kind='gelu', classes=4):
        super().__init__()
        hidden = scaled(width)
        for name in NAMES:
            self.add_module(name, Gate(hidden))
        self.act = nn.GELU() if kind == 'gelu' else nn.PReLU(hidden)
        self.blocks = nn.ModuleList([make(hidden, i) for i in range(DEPTH)])
        self.head = nn.Linear(hidden, classes)

    def forward(self, x):
        x = self.act(self.second(self.first(x)))
        for block in self.blocks:
            x = x + block(x)
        return self.head(x)


net = Net(classes=5)
out = net(torch.zeros(3, 2 * WIDTH))
`,
  ],
  [
    '/project/blocks.py',
    `import torch.nn as nn

WIDTH = 6


class Base(nn.Module):
    bias = True

    def __init__(self, width):
        super().__init__()
        self.norm = nn.LayerNorm(width, bias=self.bias)


def make(width, i):
    size = width * (i + 1)
    return nn.Sequential(nn.Linear(width, size), nn.ReLU(), nn.Linear(size, width))
`,
  ],
]);

/** Files of a sample; with all of them, the answers about one depend on the others. */
function sample(name: string, names?: readonly string[]): Map<string, string> {
  const folder = join(ROOT, 'samples', name);
  const files = names ?? readdirSync(folder).filter((each) => each.endsWith('.py'));
  return new Map(files.map((each) => [`/project/${each}`, readFileSync(join(folder, each), 'utf8')]));
}

describe('answers about a file', () => {
  const projects: readonly (readonly [name: string, path: string, files: ReadonlyMap<string, string>])[] = [
    ['made', PATH, one(modelOf(100))],
    ['parts', PATH, PARTS],
    ['text-classifier', PATH, sample('text-classifier', ['model.py'])],
    ['dcgan', PATH, sample('dcgan')],
    ['lstm-tagger', PATH, sample('lstm-tagger', ['model.py'])],
    ['unet', '/project/unet.py', sample('unet', ['unet.py'])],
  ];
  for (const [turn, [name, path, original]] of projects.entries())
    it(`are after any edit what a fresh engine says: ${name}`, async function () {
      this.timeout(120_000);
      const ready = await parser();
      const random = generator(name.length);
      const others = [...original.keys()].filter((each) => each !== path);
      const warm = new Editor(ready, new Map(original), path);
      const before = warm.all();
      for (const [i, [kind, edit]] of Object.entries(EDITS).entries()) {
        if ((i + turn) % TURNS !== 0) continue;
        // Mostly in the file that is looked at; each edit of the whole text, so that no edit spoils what the next could show.
        const other = others[random(others.length * 4 || 1)];
        const where = others.length > 0 && other !== undefined ? other : path;
        const text = edit(original.get(where) ?? '', random);
        warm.type(text, where);
        const fresh = new Editor(ready, new Map(warm.files), path);
        same(warm.all(), fresh.all(), `${kind} in ${where}:\n${text}`);
        if (random(2) === 0) {
          // A comment or a blank line on top of it.
          const quiet = QUIET[random(QUIET.length)]?.(text, random) ?? text;
          warm.type(quiet, where);
          const again = new Editor(ready, new Map(warm.files), path);
          same(warm.all(), again.all(), `quietly after ${kind}:\n${quiet}`);
        }
        warm.type(original.get(where) ?? '', where);
        same(warm.all(), before, `${kind} in ${where}, taken back`);
      }
    });

  it('forget what a file wrote into PyTorch once it no longer does', async () => {
    const text = (ends: string): string => `import sys
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(8, 4), nn.ReLU())


${ends}
net = Net()
`;
    const editor = new Editor(await parser(), one(text('')));
    const before = editor.all();
    const [{ parameters } = {}] = editor.answers.reports(PATH);
    assert.equal(parameters?.total, 36);
    for (const ends of [
      'nn.Linear = nn.Identity',
      'nn.Linear.bias = None\nsys.path.append("elsewhere")',
      'setattr(nn, "Linear", lambda a, b: nn.Identity())',
      'if __name__ == "__main__":\n    nn.Linear = nn.Identity\n    made = Net()',
    ]) {
      editor.type(text(ends));
      same(editor.all(), new Editor(await parser(), one(text(ends))).all(), ends);
      editor.type(text(''));
      same(editor.all(), before, `without ${ends}`);
    }
  });

  it('come of one run however many ask', async () => {
    const editor = new Editor(await parser(), one(modelOf(60)));
    editor.all();
    editor.answers.hover(PATH, { line: 10, character: 14 });
    editor.all();
    // One for the reports and what is seen at places, one in which the rules watch.
    assert.equal(editor.runs, 2);
  });

  it('take a training pass only for layers that somebody points at, one for each class', async () => {
    const editor = new Editor(await parser(), one(readFileSync(join(ROOT, 'samples', 'unet/unet.py'), 'utf8')));
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
    const editor = new Editor(await parser(), one(original));
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
    const editor = new Editor(await parser(), one(modelOf(60)));
    let cancelled = true;
    const answers = new Answers(editor.engine, () => cancelled);
    answers.reports(PATH);
    cancelled = false;
    answers.reports(PATH);
    answers.reports(PATH);
    assert.equal(editor.runs, 2);
  });
});
