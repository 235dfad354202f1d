import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Editor } from './editor-install.js';
import { isolatedEnvironment } from './isolation.js';
import { CACHE, VSIX } from './paths.js';
import { mustRun } from './processes.js';

/**
 * Installs the packaged extension as a user would and returns the extensions folder that holds it.
 * The installation is kept by the package's content, so a test run pays for it once.
 */
export async function installVsix(editor: Editor, vsix = VSIX): Promise<string> {
  if (!existsSync(vsix)) throw new Error('There is no package yet: npm run package');
  const hash = createHash('sha256')
    .update(await readFile(vsix))
    .digest('hex')
    .slice(0, 16);
  const kept = join(CACHE, 'extensions');
  const installed = join(kept, hash);
  if (!existsSync(installed)) {
    await mkdir(kept, { recursive: true });
    for (const old of await readdir(kept)) await rm(join(kept, old), { recursive: true, force: true });
    const draft = `${installed}.${process.pid}`;
    const data = await mkdtemp(join(tmpdir(), 'model-architect-install-'));
    try {
      const folders = ['--server-data-dir', data, '--user-data-dir', join(data, 'user'), '--extensions-dir', draft];
      const install = ['--install-extension', vsix, '--force', '--accept-server-license-terms'];
      const output = await mustRun(editor.node, [editor.server, ...install, ...folders], {
        env: isolatedEnvironment(data),
        timeout: 120_000,
      });
      if (!/was successfully installed/.test(output)) throw new Error(`The package was not installed:\n${output}`);
      await rename(draft, installed);
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  }
  return installed;
}
