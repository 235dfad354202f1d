// Runs mocha inside the real extension host, beside the installed VSIX.
import * as esbuild from 'esbuild';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { launchChromium } from './chromium.js';
import { installEditor } from './editor-install.js';
import { startEditorServer } from './editor-server.js';
import { CACHE, ROOT } from './paths.js';
import { installVsix } from './vsix.js';

export interface HostRun {
  /** Test files under test/host, absolute. */
  files: string[];
  /** The folder to open; the editor gets a copy. */
  workspace: string;
  /** Where the reporter writes its result; no file means that the run can't be believed. */
  result: string;
  grep?: string;
  /** Milliseconds for everything. */
  timeout: number;
}

/** Runs the tests and returns what they printed. */
export async function runHostTests(options: HostRun): Promise<string> {
  const editor = await installEditor();
  const extension = await bundleTests(options.files);
  const folder = await mkdtemp(join(tmpdir(), 'model-architect-host-'));
  const workspace = join(folder, basename(options.workspace));
  await cp(options.workspace, workspace, { recursive: true });
  const transcript = join(folder, 'transcript.txt');
  await rm(options.result, { force: true });
  // Some extension must be under development to carry tests; the one under test is installed.
  const server = await startEditorServer(editor, {
    name: 'host',
    extensions: await installVsix(editor),
    smokeTestDriver: true,
  });
  try {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
      const ended = new Promise<void>((resolve) => {
        void page.exposeFunction('codeAutomationExit', () => resolve());
        void page.exposeFunction('codeAutomationLog', () => undefined);
      });
      const remote = (path: string): string => `vscode-remote://127.0.0.1:${server.port}${path}`;
      const environment = { TEST_RESULT: options.result, TEST_TRANSCRIPT: transcript, TEST_GREP: options.grep };
      const payload = [
        ['extensionDevelopmentPath', remote(extension)],
        ['extensionTestsPath', remote(join(extension, 'run.js'))],
        ['extensionEnvironment', JSON.stringify(environment)],
      ];
      const query = new URLSearchParams({ folder: workspace, payload: JSON.stringify(payload) });
      await page.goto(`http://127.0.0.1:${server.port}/?${query.toString()}`, { waitUntil: 'load' });
      const inTime = await Promise.race([ended.then(() => true), delay(options.timeout, false, { ref: false })]);
      const text = await readFile(transcript, 'utf8').catch(() => 'The extension host never started the tests.\n');
      return inTime ? text : `${text}\nThe extension host did not end within ${options.timeout} ms.\n${server.log()}\n`;
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Makes the extension that carries the tests and returns its folder. */
async function bundleTests(files: string[]): Promise<string> {
  const folder = join(CACHE, 'host-tests');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const manifest = {
    name: 'host-tests',
    publisher: 'test',
    version: '1.0.0',
    engines: { vscode: '*' },
    // What tests register as another extension's language model.
    contributes: { languageModelChatProviders: [{ vendor: 'test-models', displayName: 'Test Models' }] },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  const mocha = createRequire(import.meta.url).resolve('mocha');
  await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: [
      { in: join(ROOT, 'test/support/host-entry.ts'), out: 'run' },
      ...files.map((file) => ({ in: file, out: basename(file).replace(/\.ts$/, '') })),
    ],
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    sourcemap: 'inline',
    external: ['vscode', 'tree-sitter', 'tree-sitter-python', 'esbuild', 'playwright-core'],
    loader: { '.py': 'text', '.svg': 'text' },
    define: {
      __testFolder: JSON.stringify(folder),
      __reporter: JSON.stringify(join(ROOT, 'test/support/reporter.cjs')),
    },
    plugins: [
      {
        name: 'project',
        setup(build) {
          build.onResolve({ filter: /^mocha$/ }, () => ({ path: mocha, external: true }));
          // Tests find fixtures relative to their sources.
          build.onLoad({ filter: /\/(test|src)\/.*\.ts$/ }, async ({ path }) => ({
            contents: (await readFile(path, 'utf8')).replaceAll(
              'import.meta.url',
              JSON.stringify(pathToFileURL(path).href),
            ),
            loader: 'ts',
          }));
        },
      },
    ],
    logLevel: 'warning',
  });
  return folder;
}
