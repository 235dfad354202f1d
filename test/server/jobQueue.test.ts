import assert from 'node:assert/strict';
import { JobQueue, type Job } from '../../src/server/jobQueue.js';

const job = (id: number, uri: string, waitedFor = true): Job => ({
  id,
  method: 'm',
  params: {},
  uri,
  key: `${id}`,
  waitedFor,
});

const order = (queue: JobQueue): number[] => {
  const ids: number[] = [];
  for (let next = queue.next(); next; next = queue.next()) ids.push(next.id);
  return ids;
};

describe('the order of jobs', () => {
  it('is that of arrival', () => {
    const queue = new JobQueue();
    [job(1, 'a'), job(2, 'b'), job(3, 'a')].forEach((each) => queue.add(each));
    assert.deepEqual(order(queue), [1, 2, 3]);
  });

  it('puts the active document first, and what is waited for before what is computed ahead', () => {
    const queue = new JobQueue();
    queue.setActive('b');
    [job(1, 'a', false), job(2, 'a'), job(3, 'b', false), job(4, 'b')].forEach((each) => queue.add(each));
    assert.deepEqual(order(queue), [4, 3, 2, 1]);
  });

  it('leaves out what was removed', () => {
    const queue = new JobQueue();
    [job(1, 'a'), job(2, 'a')].forEach((each) => queue.add(each));
    assert.equal(queue.remove(1), true);
    assert.equal(queue.remove(1), false);
    assert.deepEqual(order(queue), [2]);
  });
});
