import assert from 'node:assert/strict';
import { cellAt, layOut, type Program } from '../../src/server/notebooks/program.js';
import { toCells, toPrograms, type Programs } from '../../src/server/notebooks/translate.js';

const NOTEBOOK = 'file:///project/net.ipynb';
const PATH = '/project/net.ipynb';
const cellUri = (i: number): string => `vscode-notebook-cell:/project/net.ipynb#${i}`;

/** Cells 0 to 2; the program has `# cell 1` on line 0, the texts on lines 1, 4 to 5 and 8 to 9. */
const program = layOut(
  { uri: NOTEBOOK, path: PATH, version: 7 },
  ['import torch', '%matplotlib inline\nWIDTH = 8', 'class Net:\n    pass'].map((text, i) => ({
    uri: cellUri(i),
    version: i + 1,
    text,
  })),
);
const programs: Programs = {
  ofCell: (uri) => (program.cells.some((cell) => cell.uri === uri) ? program : undefined),
  ofPath: (path) => (path === PATH ? program : undefined),
};
const home = (i: number): { program: Program; cell: Program['cells'][number] } => {
  const cell = program.cells[i];
  assert(cell);
  return { program, cell };
};
const at = (line: number, character = 0): { line: number; character: number } => ({ line, character });

describe('the program of a notebook', () => {
  it('knows where its cells begin and end', () => {
    assert.equal(program.text, '# cell 1\nimport torch\n\n# cell 2\npass\nWIDTH = 8\n\n# cell 3\nclass Net:\n    pass');
    assert.deepEqual(
      program.cells.map(({ start, end }) => [start, end]),
      [
        [1, 2],
        [4, 6],
        [8, 10],
      ],
    );
    assert.deepEqual(
      [0, 1, 2, 3, 5, 6, 7, 9].map((line) => cellAt(program, line)?.version),
      [1, 1, 1, 2, 2, 2, 3, 3],
    );
  });
});

describe('what is asked about cells', () => {
  it('is asked about the notebook', () => {
    assert.deepEqual(toPrograms({ uri: cellUri(1), position: at(1, 3) }, programs), {
      uri: NOTEBOOK,
      position: at(5, 3),
    });
    const file = { uri: 'file:///project/other.py', position: at(1, 3) };
    assert.deepEqual(toPrograms(file, programs), file);
  });

  it('puts the texts of cells together', () => {
    const overlay = [{ uri: cellUri(0), text: 'import numpy' }];
    assert.deepEqual(toPrograms({ uri: cellUri(2), overlay }, programs), {
      uri: NOTEBOOK,
      overlay: [{ uri: NOTEBOOK, text: program.text.replace('torch', 'numpy') }],
    });
  });

  it('leaves the cells that a variant does not name as they are in the baseline', () => {
    const asked = {
      baseline: [
        { uri: cellUri(0), text: 'import a' },
        { uri: cellUri(2), text: 'class A: pass' },
      ],
      variants: [{ id: 'x', files: [{ uri: cellUri(0), text: 'import b' }] }],
    };
    const { baseline, variants } = toPrograms(asked, programs) as typeof asked;
    assert.match(baseline[0]?.text ?? '', /import a\n[^]*class A: pass/);
    assert.match(variants[0]?.files[0]?.text ?? '', /import b\n[^]*class A: pass/);
  });
});

describe('what is said of a notebook', () => {
  it('is said of its cells', () => {
    const result = {
      findings: [{ rule: 'syntax', span: { file: PATH, start: at(8, 6), end: at(9, 2) } }],
      unknowns: [{ reason: 'why', file: PATH, line: 6 }],
      readings: [{ uri: NOTEBOOK, range: { start: at(1), end: at(1, 4) } }],
      elsewhere: { file: '/project/a.py', start: at(3), end: at(4) },
    };
    assert.deepEqual(toCells(result, null, programs), {
      findings: [{ rule: 'syntax', span: { file: cellUri(2), start: at(0, 6), end: at(1, 2) } }],
      unknowns: [{ reason: 'why', file: cellUri(1), line: 2 }],
      readings: [{ uri: cellUri(0), range: { start: at(0), end: at(0, 4) } }],
      elsewhere: result.elsewhere,
    });
  });

  it('leaves out what is in other cells than the one that was asked about', () => {
    const modules = [{ name: 'Net', nameRange: { start: at(8, 6), end: at(8, 9) } }];
    assert.deepEqual(toCells({ modules }, home(0), programs), { modules: [] });
    assert.deepEqual(toCells({ modules }, home(2), programs), {
      modules: [{ name: 'Net', nameRange: { start: at(0, 6), end: at(0, 9) } }],
    });
  });

  it('splits edits by cell', () => {
    const offset = (text: string): number => program.text.indexOf(text);
    const edits = [
      { start: 0, end: 0, newText: 'import math\n' },
      { start: offset('8'), end: offset('8') + 1, newText: '16' },
      // Below the last line of the second cell.
      { start: offset('\n\n# cell 3') + 1, end: offset('\n\n# cell 3') + 1, newText: 'DEPTH = 2\n' },
    ];
    const [first, second] = toCells([{ uri: NOTEBOOK, version: 7, digest: 'x', edits }], null, programs) as {
      uri: string;
      version: number;
      edits: unknown;
    }[];
    assert.deepEqual([first?.uri, first?.version], [cellUri(0), 1]);
    assert.deepEqual(first?.edits, [{ start: 0, end: 0, newText: 'import math\n' }]);
    assert.deepEqual([second?.uri, second?.version], [cellUri(1), 2]);
    // `%matplotlib inline` is longer than the line that stands for it.
    assert.deepEqual(second?.edits, [
      { start: 27, end: 28, newText: '16' },
      { start: 28, end: 28, newText: '\nDEPTH = 2' },
    ]);
  });

  it('makes no edit that goes over the end of a cell', () => {
    const edits = [{ start: 5, end: program.text.length, newText: '' }];
    assert.deepEqual(toCells([{ uri: NOTEBOOK, edits }], null, programs), []);
  });
});
