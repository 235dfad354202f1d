/**
 * The short way to an answer: in the program's own thread, since starting another one takes longer than most analyses. Whatever
 * doesn't fit its time and its stack is asked again of a thread that has more of both, so no answer depends on where it was made.
 */
import { Script } from 'node:vm';
import type { Runner } from './answers.js';
import type { EngineReply, EngineRequest } from './engineRequest.js';
import { loadEngine } from './loadEngine.js';

/** Milliseconds after which a thread is worth its start. */
const SHORT = 2_000;
/** The most of a request's time that may be spent in vain. */
const SHARE = 1 / 4;

/** Names the work for the script below: a time limit is kept for a script, and a script sees what is global. */
const WORK = Symbol.for('architect.work');

/** Ends the work from outside, even where it doesn't look at the clock. */
function runnerWithin(milliseconds: number): Runner {
  const script = new Script(`globalThis[Symbol.for('architect.work')]()`);
  return <T>(action: () => T): T => {
    Reflect.set(globalThis, WORK, action);
    try {
      return script.runInThisContext({ timeout: milliseconds }) as T;
    } finally {
      Reflect.deleteProperty(globalThis, WORK);
    }
  };
}

/** `null` where it takes more time or stack than there is here, and after any failure: the thread will tell what it was. */
export async function answerHere(request: EngineRequest): Promise<EngineReply | null> {
  const engine = loadEngine();
  const limit = Math.ceil(Math.min(SHORT, request.timeLimit * SHARE));
  try {
    const reply = await engine.answerRequest(request, runnerWithin(limit));
    return engine.wantedStack() ? null : reply;
  } catch {
    return null;
  }
}
