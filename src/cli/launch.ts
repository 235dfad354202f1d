/** What `architect` and its engine's thread start with: as little as possible, then their program. */
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { runCached } from './cachedCode.js';

process.once('exit', runCached(join(__dirname, isMainThread ? 'cli-main.js' : 'cli-worker.js')));
