import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's top folder. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Downloads and builds that may be deleted at any time; ignored by git. */
export const CACHE = join(ROOT, '.cache');

/** What a test run leaves to look at: results, logs, screenshots; ignored by git. */
export const TEST_OUTPUT = join(ROOT, 'test-output');

/** The package that `npm run package` makes; editor tests install exactly this. */
export const VSIX = join(CACHE, 'model-architect.vsix');

/** The extension's identifier as the editor knows it. */
export const EXTENSION_ID = 'model-architect.model-architect';
