/** What `architect` starts with: as little as possible, then its program. */
import { join } from 'node:path';
import { runCached } from './cachedCode.js';

runCached(join(__dirname, 'cli-main.js'));
