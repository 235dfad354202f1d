import { strict as assert } from 'node:assert';
import { figureOf, symptomOf } from '../../../src/engine/advice/index.js';

const loss = (training: number, validation: number) => ({ kind: 'loss', training, validation });
const accuracy = (training: number, validation: number) => ({ kind: 'accuracy', training, validation });

describe("the user's numbers", () => {
  const cases: readonly [string, ReturnType<typeof loss> | null][] = [
    ['fix overfitting', null],
    ['loss is 0.1 on training but 0.8 on validation', loss(0.1, 0.8)],
    ['training loss 0.1, validation loss 0.8', loss(0.1, 0.8)],
    ['val loss: 0.8, train loss: .1', loss(0.1, 0.8)],
    ['train/val loss 0.1/0.8', loss(0.1, 0.8)],
    ['val_loss=1.2 train_loss=0.02 after 16 epochs', loss(0.02, 1.2)],
    ['after 20 epochs the training loss goes down to 0.1 and the val loss up to 2', loss(0.1, 2)],
    ['99% train accuracy but only 71.5% on the test set', accuracy(0.99, 0.715)],
    ['train acc 0.99 val acc 0.7', accuracy(0.99, 0.7)],
    ['train loss 0.1 val loss 0.8 train acc 99% val acc 75%', loss(0.1, 0.8)],
    ['my loss is 0.4', null],
    ['trained for 30 epochs, batch size 32', null],
  ];
  for (const [text, expected] of cases) it(`reads "${text}"`, () => assert.deepEqual(figureOf(text), expected));
});

describe('symptoms', () => {
  for (const text of [
    'fix overfitting',
    'my model overfits',
    'loss is 0.1 on training but 0.8 on validation',
    'the validation loss goes up while the training loss falls',
    'how do I close the generalisation gap?',
    'it memorises the training set',
    'train acc 99%, val acc 70%',
  ])
    it(`recognises overfitting in "${text}"`, () => assert.equal(symptomOf(text)?.id, 'overfitting'));

  for (const text of [
    '',
    'my model underfits',
    'loss is nan',
    'training loss 0.5 and validation loss 0.5',
    'make it faster',
  ])
    it(`has nothing for "${text}"`, () => assert.equal(symptomOf(text), null));
});
