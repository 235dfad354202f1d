// Makes the screen recording of the README from what the end-to-end tests saw: `npm run record`, after `npm test -- e2e`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encodeGif } from '../support/gif.js';
import { ROOT, TEST_OUTPUT } from '../support/paths.js';

/** Screenshots of `pendingReview.test.ts`, and for how many milliseconds each is shown. */
const STEPS: readonly (readonly [screenshot: string, milliseconds: number])[] = [
  ['review-before', 1600],
  ['review-git', 3200],
  ['review-hover', 3200],
  ['review-peek', 3000],
  ['review-together', 3000],
  ['review-done', 2600],
];

/** The editor without what stands around it. */
const PART = { left: 350, top: 35, width: 950, height: 740 };

const FILE = join(ROOT, 'media', 'recording', 'pending-changes.gif');

const gif = encodeGif(
  STEPS.map(([name, milliseconds]) => ({
    png: readFileSync(join(TEST_OUTPUT, 'screenshots', `${name}.png`)),
    milliseconds,
  })),
  PART,
);
mkdirSync(dirname(FILE), { recursive: true });
writeFileSync(FILE, gif);
console.log(`media/recording/pending-changes.gif: ${Math.round(gif.length / 1024)} KB`);
