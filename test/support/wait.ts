import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks again and again until the answer holds, and returns it. What tests use instead of sleeping.
 * @param what completes "waited … ms for": shown with the last answer or error if it never holds
 */
export async function waitFor<T>(
  what: string,
  ask: () => T | Promise<T>,
  holds: (answer: T) => boolean = Boolean,
  timeout = 30_000,
): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    let last: unknown;
    try {
      const answer = await ask();
      if (holds(answer)) return answer;
      last = answer;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      const shown = last instanceof Error ? last.message : JSON.stringify(last);
      throw new Error(`waited ${timeout} ms for ${what}; last: ${shown?.slice(0, 2000)}`);
    }
    await delay(100);
  }
}
