import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './paths.js';

const MINUTE = 60_000;

/** What has to be made before tests can run. */
export type Need = 'build' | 'package' | 'browser' | 'editor' | 'extension' | 'python' | 'packages';

export interface Layer {
  name: string;
  /** `lint` runs checks, `node` mocha under Node, `host` mocha inside the extension host. */
  kind: 'lint' | 'node' | 'host';
  /** Milliseconds for the whole layer. */
  timeout: number;
  /** Milliseconds for one test that doesn't say otherwise. */
  testTimeout?: number;
  /**
   * Runs each file in which a test failed once more, in an editor of its own, and tells what was tried anew. For what a browser and an
   * editor do at their own pace: tests of one file build on each other, so that a single one can't be repeated.
   */
  startsAnew?: boolean;
  /** Runs once with each Python parser that loads on this machine. */
  onEachParser?: boolean;
  needs: Need[];
}

/** In the order they run: what is fast and says most comes first. */
export const LAYERS: Layer[] = [
  { name: 'lint', kind: 'lint', timeout: 5 * MINUTE, needs: [] },
  { name: 'engine', kind: 'node', timeout: 8 * MINUTE, testTimeout: 20_000, onEachParser: true, needs: ['build'] },
  { name: 'server', kind: 'node', timeout: 5 * MINUTE, testTimeout: 30_000, needs: ['build'] },
  {
    name: 'host',
    kind: 'host',
    timeout: 6 * MINUTE,
    startsAnew: true,
    needs: ['package', 'browser', 'editor', 'extension'],
  },
  {
    name: 'e2e',
    kind: 'node',
    timeout: 14 * MINUTE,
    testTimeout: 120_000,
    startsAnew: true,
    needs: ['package', 'browser', 'editor', 'extension'],
  },
  {
    name: 'conformance',
    kind: 'node',
    timeout: 10 * MINUTE,
    testTimeout: 5 * MINUTE,
    needs: ['build', 'python', 'packages'],
  },
];

/** Folders of test/ with a layer of their own; tests in any other folder belong to `engine`, so none is ever left out. */
const OWN_FOLDER = new Set(['server', 'host', 'e2e', 'conformance']);

/** The test files of a layer, absolute, sorted. */
export function testFiles(layer: string): string[] {
  const folder = join(ROOT, 'test');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts') && !/(^|[\\/])(fixtures|node_modules)[\\/]/.test(path))
    .filter((path) => {
      const [first = ''] = path.split(/[\\/]/);
      return layer === 'engine' ? !OWN_FOLDER.has(first) : first === layer;
    })
    .map((path) => join(folder, path))
    .sort();
}

/** Whether tests of the layer run the Python that has PyTorch, directly or by a helper in their folder. */
export function needsPython(layer: string): boolean {
  const folders = new Set(testFiles(layer).map((file) => dirname(file)));
  return [...folders].some((folder) =>
    readdirSync(folder)
      .filter((name) => /\.(ts|mjs)$/.test(name))
      .some((name) => /torch-python|python-env|zoos\.mjs|\bvenv\b/.test(readFileSync(join(folder, name), 'utf8'))),
  );
}
