// A real editor with the packaged extension and a copy of a workspace: what an end-to-end test opens.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from './chromium.js';
import { installEditor } from './editor-install.js';
import { startEditorServer, type EditorServer } from './editor-server.js';
import { EXTENSION_ID, ROOT } from './paths.js';
import { Spy } from './spy.js';
import { installVsix } from './vsix.js';
import { waitFor } from './wait.js';
import { Workbench } from './workbench.js';

export interface SessionOptions {
  /** Names screenshots and logs. */
  name: string;
  /** Folder to copy and open. Default: the sample text classifier. */
  workspace?: string;
  settings?: Record<string, unknown>;
  /** Asks whether the workspace is trusted, as for real users. Off by default. */
  workspaceTrust?: boolean;
  colorScheme?: 'dark' | 'light';
}

export class Session {
  readonly bench: Workbench;
  readonly spy: Spy;

  private constructor(
    readonly options: SessionOptions,
    readonly server: EditorServer,
    readonly browser: Browser,
    readonly context: BrowserContext,
    readonly page: Page,
    /** The copy of the workspace that is open. */
    readonly folder: string,
    private readonly temporary: string,
  ) {
    this.bench = new Workbench(page);
    this.spy = new Spy(server.temporary);
  }

  /** Opens the editor; `close` must follow, even after a failed test. */
  static async open(options: SessionOptions): Promise<Session> {
    const temporary = await mkdtemp(join(tmpdir(), 'model-architect-workspace-'));
    const source = options.workspace ?? join(ROOT, 'samples', 'text-classifier');
    const folder = join(temporary, basename(source));
    await cp(source, folder, { recursive: true });
    const editor = await installEditor();
    const theme = options.colorScheme === 'light' ? 'Default Light Modern' : 'Default Dark Modern';
    const server = await startEditorServer(editor, {
      name: options.name,
      extensions: await installVsix(editor),
      settings: { 'workbench.colorTheme': theme, ...options.settings },
      workspaceTrust: options.workspaceTrust,
      spy: true,
    });
    let browser: Browser | undefined;
    try {
      browser = await launchChromium();
      const context = await browser.newContext({
        viewport: { width: 1600, height: 1000 },
        colorScheme: options.colorScheme ?? 'dark',
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      // Tests wait for what is slow; nothing may hang longer than this.
      context.setDefaultTimeout(45_000);
      const page = await context.newPage();
      const session = new Session(options, server, browser, context, page, folder, temporary);
      await session.load();
      return session;
    } catch (error) {
      await browser?.close();
      await server.stop();
      throw error;
    }
  }

  get address(): string {
    return `http://127.0.0.1:${this.server.port}/?folder=${encodeURI(this.folder)}`;
  }

  /** A file of the workspace, absolute. */
  file(name: string): string {
    return join(this.folder, name);
  }

  /** Loads the window anew, as after a restart: a new extension host, the same user data. */
  async reload(): Promise<void> {
    await this.spy.forget();
    await this.load();
  }

  private async load(): Promise<void> {
    await this.page.goto(this.address, { waitUntil: 'load' });
    await this.bench.ready();
    await waitFor('the extension to be active', () =>
      this.spy.evaluate((api, id) => api.extensions.getExtension(id)?.isActive ?? false, EXTENSION_ID),
    );
  }

  /** Saves a screenshot under the session's name. */
  async screenshot(step: string): Promise<string> {
    return this.bench.screenshot(`${this.options.name}-${step}`);
  }

  /** Ends everything and removes the workspace's copy. Logs stay in test-output/logs. */
  async close(): Promise<void> {
    try {
      await this.browser.close();
    } finally {
      await this.server.stop();
      await rm(this.temporary, { recursive: true, force: true });
    }
  }
}

/**
 * Opens one editor for all tests of the `describe` block it is called in, with a screenshot of every failure.
 * @returns a function that gives the session inside tests and hooks
 */
export function useSession(options: SessionOptions): () => Session {
  let session: Session | undefined;
  before(async function () {
    this.timeout(120_000);
    session = await Session.open(options);
  });
  afterEach(async function () {
    if (!this.currentTest || this.currentTest.isPassed()) return;
    await session?.screenshot(`failed ${this.currentTest.title}`.replaceAll(/[^\w.-]+/g, '-').slice(0, 80));
  });
  after(async function () {
    this.timeout(60_000);
    await session?.close();
  });
  return () => {
    if (!session) throw new Error('The editor did not open.');
    return session;
  };
}
