/** Packed trees of Python files in the user's cache folder: parsing a library takes longer than analysing a model of it. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TreeStore } from '../engine/syntax/index.js';
import { attempt } from '../server/attempt.js';
import { cacheFolder, keepNewest, replaceFile, stampOf } from './cacheFolder.js';

/** Builds of the engine whose trees are kept. */
const BUILDS = 2;
/** Trees kept of one build; a large one takes about a megabyte. */
const TREES = 1500;

export interface TreeCache extends TreeStore {
  /** Writes what was parsed since. */
  flush(): void;
}

/** @param program the bundle that packs and unpacks; `null` when there is no folder for caches */
export function treeCache(program: string): TreeCache | null {
  const base = cacheFolder('trees');
  if (base === null) return null;
  const folder = join(base, stampOf(program));
  const fresh = new Map<string, () => string>();
  return {
    get: (digest) => attempt(() => readFileSync(join(folder, `${digest}.json`), 'utf8')),
    put: (digest, pack) => void (fresh.size < TREES && fresh.set(digest, pack)),
    flush() {
      if (fresh.size === 0) return;
      attempt(() => {
        for (const [digest, pack] of fresh) replaceFile(join(folder, `${digest}.json`), pack());
        keepNewest(folder, '', TREES);
        keepNewest(dirname(folder), '', BUILDS);
      });
      fresh.clear();
    },
  };
}
