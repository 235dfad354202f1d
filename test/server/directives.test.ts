import assert from 'node:assert/strict';
import type { Parameter } from '../../src/engine/model/index.js';
import { completeDirective, isDirectiveLine } from '../../src/server/directives/complete.js';
import { directiveSnippet } from '../../src/server/directives/snippet.js';

const parameter = (name: string, value: string | null = null, annotation: string | null = null): Parameter => ({
  name,
  form: 'normal',
  required: value === null,
  default: value,
  annotation,
});
const at = { line: 0, character: 0 };
const NET = {
  name: 'Net',
  span: { file: '/net.py', start: at, end: at },
  init: [parameter('width', null, 'int'), parameter('classes', '10'), parameter('bias', 'True')],
  forward: [parameter('ids'), parameter('mask', 'None')],
};
const HELP = { classes: [NET], sizes: ['L'] };

/** Labels offered where `|` stands. */
const offered = (line: string): string[] =>
  completeDirective(line.slice(0, line.indexOf('|')), HELP).map(({ label }) => label);
const snippets = (line: string): string[] =>
  completeDirective(line.slice(0, line.indexOf('|')), HELP).map(({ snippet }) => snippet);

describe('completion in a directive', () => {
  it('begins one', () => {
    assert.deepEqual(snippets('#|'), [' architect: ']);
    assert.deepEqual(snippets('    # arch|'), ['architect: ']);
    assert.deepEqual(offered('# a comment |'), []);
    assert.equal(isDirectiveLine('x = 1  '), false);
    assert.equal(isDirectiveLine('# about '), false);
  });

  it('offers the classes of the file with what they need', () => {
    assert.deepEqual(offered('# architect: |'), ['Net', 'ignore', 'share']);
    assert.equal(snippets('# architect: N|')[0], 'Net(width=${1:width})(ids: ${2:f32}[${3:B}])');
  });

  it('offers arguments that are not given yet, with their defaults', () => {
    assert.deepEqual(offered('# architect: Net(|'), ['width=', 'classes=', 'bias=']);
    assert.deepEqual(offered('# architect: Net(8, |'), ['classes=', 'bias=']);
    assert.deepEqual(snippets('# architect: Net(classes=f(1, 2), b|'), ['width=', 'bias=${1:True}']);
    assert.deepEqual(offered('# architect: Net(bias=|'), ['True', 'False']);
    assert.deepEqual(offered('# architect: Other(|'), []);
  });

  it('offers inputs, their element types and sizes', () => {
    assert.deepEqual(offered('# architect: Net(8)(|').slice(0, 3), ['ids', 'mask', 'f16']);
    assert.deepEqual(offered('# architect: Net(8)(ids: i64[B, T], |')[0], 'mask');
    assert(offered('# architect: Net(8)(ids: |').includes('i64'));
    assert.deepEqual(offered('# architect: Net(8)(ids: i64[|').slice(0, 2), ['L', 'B']);
    assert.deepEqual(offered('# architect: Net(8)(ids: i64[B, |')[0], 'L');
    assert.deepEqual(offered('# architect: Net(8)(ids: i64[B]|'), []);
    assert.deepEqual(offered('# architect: Net(8)(ids: i64[B])|'), []);
  });
});

describe('a directive for a class', () => {
  it('has the sizes that are known', () => {
    const size = { expression: 'B', symbols: ['B'], value: null };
    const twice = { expression: '2*width', symbols: ['width'], value: null };
    const inputs = [{ name: 'input 1', dtype: 'int64', shape: [size, 12, twice], source: 'given' as const }];
    assert.equal(directiveSnippet(NET, inputs), 'Net(width=${1:width})(ids: i64[${2:B}, 12, 2*$1])');
  });

  it('leaves the inputs out where forward is not known', () => {
    assert.equal(directiveSnippet({ ...NET, forward: null }, []), 'Net(width=${1:width})');
  });
});
