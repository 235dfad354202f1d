// A notebook is one program: its code cells in order, without what only IPython understands.
import { strict as assert } from 'node:assert';
import { pythonOfNotebook } from '../../../src/engine/project/index.js';

const notebook = (...cells: (string | string[])[]): string =>
  JSON.stringify({
    nbformat: 4,
    cells: cells.map((source) => ({ cell_type: 'code', source })),
  });

describe('pythonOfNotebook', () => {
  it('joins code cells in order and leaves text cells out', () => {
    const text = JSON.stringify({
      cells: [
        { cell_type: 'markdown', source: ['# Title'] },
        { cell_type: 'code', source: ['import torch\n', 'n = 3'] },
        { cell_type: 'code', source: 'print(n)' },
      ],
    });
    assert.equal(pythonOfNotebook(text), '# cell 2\nimport torch\nn = 3\n\n# cell 3\nprint(n)');
  });

  it('turns magics and shell commands into lines that do nothing', () => {
    const cell =
      '%matplotlib inline\n!pip install \\\n  torch\nif x:\n    !ls\nnn.Linear?\nfiles = !ls\ny = 7 \\\n  % 2';
    assert.equal(
      pythonOfNotebook(notebook(cell)),
      '# cell 1\npass\npass\n\nif x:\n    pass\npass\nfiles = get_ipython()\ny = 7 \\\n  % 2',
    );
  });

  it('keeps the Python under %%time and drops other cell magics', () => {
    assert.equal(pythonOfNotebook(notebook('%%time\nx = 1')), '# cell 1\npass\nx = 1');
    assert.equal(pythonOfNotebook(notebook('%%bash\nls -l')), '# cell 1\n\n');
  });

  it('says when a text is no notebook', () => {
    assert.equal(pythonOfNotebook('{'), undefined);
    assert.equal(pythonOfNotebook('[]'), undefined);
  });
});
