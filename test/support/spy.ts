import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type * as vscode from 'vscode';

const SOURCE = fileURLToPath(new URL('./spy', import.meta.url));

/** What JSON can carry to the extension host and back. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain | undefined };

/** Adds the spy to a folder of installed extensions. */
export async function installSpy(extensions: string): Promise<void> {
  const folder = 'test.spy-1.0.0';
  await cp(SOURCE, join(extensions, folder), { recursive: true });
  const list = join(extensions, 'extensions.json');
  const entries = JSON.parse(await readFile(list, 'utf8')) as unknown[];
  const location = { $mid: 1, path: join(extensions, folder), scheme: 'file' };
  entries.push({ identifier: { id: 'test.spy' }, version: '1.0.0', location, relativeLocation: folder });
  await writeFile(list, JSON.stringify(entries));
}

/** Looks into the extension host of one editor. */
export class Spy {
  constructor(private readonly temporary: string) {}

  /** Forgets the extension host there is; to be called before it is reloaded, so that the next call meets the new one. */
  async forget(): Promise<void> {
    await rm(join(this.temporary, 'spy.json'), { force: true });
  }

  /**
   * Runs a function in the extension host. It is sent as text: it sees nothing but its arguments, and only JSON comes back.
   * @throws Error with the stack from the extension host
   */
  async evaluate<A extends readonly Plain[], R>(
    run: (api: typeof vscode, ...args: A) => R | Thenable<R>,
    ...args: A
  ): Promise<R> {
    const body = JSON.stringify({ code: run.toString(), args });
    const response = await fetch(await this.address(), { method: 'POST', body, signal: AbortSignal.timeout(60_000) });
    const { value, error } = (await response.json()) as { value: R; error?: string };
    if (error) throw new Error(error);
    return value;
  }

  /** The text of a document as the editor has it in memory, exact to the byte; undefined if it isn't open. */
  async text(file: string): Promise<string | undefined> {
    const text = await this.evaluate((api, path) => {
      return (
        api.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.path === path)?.getText() ?? null
      );
    }, file);
    return text ?? undefined;
  }

  /** Whether a document has unsaved changes; false if it isn't open. */
  async isDirty(file: string): Promise<boolean> {
    return this.evaluate((api, path) => {
      return api.workspace.textDocuments.some(
        ({ uri, isDirty }) => uri.scheme === 'file' && uri.path === path && isDirty,
      );
    }, file);
  }

  private async address(): Promise<string> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      try {
        const { port } = JSON.parse(await readFile(join(this.temporary, 'spy.json'), 'utf8')) as { port: number };
        return `http://127.0.0.1:${port}/`;
      } catch (error) {
        if (Date.now() > deadline) throw new Error('The extension host did not start.', { cause: error });
        await delay(100);
      }
    }
  }
}
