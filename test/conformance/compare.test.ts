import { strict as assert } from 'node:assert';
import { compare, type Answer, type Truth } from './compare';

const truth: Truth = {
  file: 'net.py',
  call: 'Net()',
  input: [[1, 8]],
  params: 90,
  trainable: 90,
  buffers: 0,
  modules: 2,
  children: { fc: 90 },
  output: [1, 10],
  macs: 80,
};

const answer: Answer = {
  parameters: { total: 90, trainable: 90 },
  buffers: 0,
  modules: 2,
  tree: { name: '', total: 90, children: [{ name: 'fc', total: 90 }] },
  output: [1, 10],
  macs: 80,
  unknowns: [],
};

describe('comparing an answer with the truth', () => {
  it('is exact if every number agrees', () => {
    assert.equal(compare(truth, answer).verdict, 'exact');
  });

  it('takes the value of an expression', () => {
    const total = { expression: '9·n', symbols: { n: 10 }, value: 90 };
    assert.equal(compare(truth, { ...answer, parameters: { total, trainable: total } }).verdict, 'exact');
  });

  it('says which number is wrong', () => {
    const { verdict, wrong } = compare(truth, { ...answer, macs: 81, buffers: 1 });
    assert.equal(verdict, 'wrong');
    assert.deepEqual(wrong, ['buffers: 1, expected 0', 'macs: 81, expected 80']);
  });

  it('is "counts" if only the forward pass is unknown, with the reason', () => {
    const result = compare(truth, {
      ...answer,
      output: null,
      macs: null,
      unknowns: [{ reason: 'einsum is not described' }],
    });
    assert.equal(result.verdict, 'counts');
    assert.deepEqual(result.missing, ['output', 'macs']);
    assert.deepEqual(result.reasons, ['einsum is not described']);
  });

  it('is unknown if a count is unknown, and asks for a reason', () => {
    const result = compare(truth, { ...answer, parameters: { total: null, trainable: null } });
    assert.equal(result.verdict, 'unknown');
    assert.deepEqual(result.reasons, ['no reason given']);
  });

  it('is unknown if the analyser answers with an error', () => {
    assert.deepEqual(compare(truth, { error: { message: 'no such class' } }).reasons, ['error: no such class']);
  });

  it('finds a child that is not in the model, unless it is a shared one', () => {
    const tree = {
      name: '',
      total: 90,
      children: [
        { name: 'fc', total: 90 },
        { name: 'again', total: 90 },
      ],
    };
    assert.deepEqual(compare(truth, { ...answer, tree }).wrong, ['children.again: not in the model']);
    const shared = {
      ...tree,
      children: [
        { name: 'fc', total: 90 },
        { name: 'again', total: 90, shared: true },
      ],
    };
    assert.equal(compare(truth, { ...answer, tree: shared }).verdict, 'exact');
  });

  it('finds a child that is missing', () => {
    const tree = { name: '', total: 90, children: [] };
    assert.deepEqual(compare(truth, { ...answer, tree }).wrong, ['children.fc: not there, expected 90']);
  });

  it('compares what is known of an output', () => {
    assert.equal(compare(truth, { ...answer, output: [1, 11] }).verdict, 'wrong');
    const nested: Truth = {
      ...truth,
      output: {
        logits: [1, 10],
        hidden: [
          [1, 4],
          [1, 5],
        ],
      },
    };
    const known = {
      hidden: [
        [1, 4],
        [1, 5],
      ],
      logits: [1, 10],
    };
    assert.equal(compare(nested, { ...answer, output: known }).verdict, 'exact');
    assert.equal(compare(nested, { ...answer, output: { ...known, hidden: [[1, 4], null] } }).verdict, 'counts');
    assert.equal(compare(nested, { ...answer, output: { ...known, hidden: [[1, 3], null] } }).verdict, 'wrong');
    assert.equal(compare(nested, { ...answer, output: [1, 10] }).verdict, 'wrong');
  });
});
