// What a person does in VS Code, by keyboard and mouse, for end-to-end tests.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame, FrameLocator, Locator, Page } from 'playwright-core';
import { TEST_OUTPUT } from './paths.js';
import { waitFor } from './wait.js';

/** Ctrl here, Cmd on a Mac: what the workbench in the browser goes by. */
const MOD = process.platform === 'darwin' ? 'Meta' : 'Control';

export class Workbench {
  constructor(readonly page: Page) {}

  /** Resolves when the workbench and the extension host are up. */
  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    await this.page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
  }

  /** Presses a key combination; `Mod` is Ctrl, or Cmd on a Mac. */
  async press(keys: string): Promise<void> {
    await this.page.keyboard.press(keys.replace('Mod', MOD));
  }

  /**
   * Opens quick input by a key, types, and accepts the first row that has `row`. What quick input offers is decided when it
   * opens, which may be a moment too early: then it is closed and opened again.
   */
  private async pick(key: string, text: string, row: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget:visible input').first();
    const match = this.page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: row }).first();
    const chosen = this.page.locator('.quick-input-widget:visible .monaco-list-row.focused', { hasText: row });
    for (let attempt = 1; ; attempt++) {
      await this.press(key);
      try {
        await input.fill(text, { timeout: 5000 });
        await match.waitFor({ timeout: 5000 });
        // Rows still coming in may push this one away from under a click; Enter takes the one that is marked.
        if (await chosen.isVisible()) await this.press('Enter');
        else await match.click({ timeout: 5000 });
        return;
      } catch (error) {
        if (attempt === 5) throw error;
        await this.page.keyboard.press('Escape');
        await input.waitFor({ state: 'hidden' });
      }
    }
  }

  /** Runs a command by its title in the command palette. */
  async command(title: string): Promise<void> {
    await this.pick('F1', `>${title}`, title);
  }

  /** Picks a row of the quick pick that is open. */
  async pickRow(text: string): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
    await row.waitFor();
    await row.click();
  }

  /** Answers the input box that is open. */
  async answerInput(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget:visible input').first();
    await input.waitFor();
    await input.fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Opens a file of the workspace by its name and focuses its editor. */
  async openFile(name: string): Promise<void> {
    const tab = this.page.locator('.tabs-container .tab.active', { hasText: name });
    for (let attempt = 1; ; attempt++) {
      await this.pick('Mod+P', name, name);
      try {
        // Results still coming in may take the row away under the click: then nothing was opened.
        await tab.waitFor({ timeout: 5000 });
        break;
      } catch (error) {
        if (attempt === 5) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
    await this.editor(name).locator('.view-line').first().waitFor();
  }

  /** The text editor that shows a file. */
  editor(name: string): Locator {
    return this.page.locator(`.editor-instance .monaco-editor[data-uri$="/${name}"]`).first();
  }

  /** Puts the cursor at the end of the first visible line that has `text`. */
  async clickLine(name: string, text: string): Promise<void> {
    await this.onLine(name, text, 'left');
    await this.page.keyboard.press('End');
  }

  /** Picks an item of the context menu on the first visible line that has `text`. */
  async contextMenu(name: string, text: string, item: string): Promise<void> {
    await this.onLine(name, text, 'right');
    await this.pickMenuItem(item);
  }

  /** Picks an item of the context menu that is open. */
  async pickMenuItem(item: string): Promise<void> {
    const menu = this.page.locator('.context-view .action-label', { hasText: item }).first();
    for (let attempt = 1; ; attempt++) {
      await menu.click();
      try {
        // A menu that has only just opened takes no click: it may have been the one that opened it.
        await menu.waitFor({ state: 'hidden', timeout: 3000 });
        return;
      } catch (error) {
        if (attempt === 5) throw error;
      }
    }
  }

  /**
   * Clicks on the first visible line that has `text` until the cursor is there: code lenses that arrive move lines away from
   * under a click.
   */
  private async onLine(name: string, text: string, button: 'left' | 'right'): Promise<void> {
    const editor = this.editor(name);
    const line = editor.locator('.view-line', { hasText: text }).first();
    const current = editor.locator('.view-overlays .current-line').first();
    await line.waitFor();
    for (let attempt = 1; ; attempt++) {
      // By place: the cursor itself would be in the way of another click on the element.
      const box = await line.locator('span span').first().boundingBox();
      if (box) await this.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2, { button });
      try {
        await waitFor(
          `the cursor on "${text}"`,
          () => Promise.all([line.boundingBox(), current.boundingBox({ timeout: 2000 })]),
          ([clicked, marked]) => clicked !== null && marked !== null && Math.abs(clicked.y - marked.y) < 2,
          3000,
        );
        return;
      } catch (error) {
        if (attempt === 5) throw error;
        await this.page.keyboard.press('Escape');
      }
    }
  }

  /** Opens the light bulb at the cursor and returns what it offers. */
  async codeActions(): Promise<string[]> {
    await this.press('Mod+.');
    const rows = this.page.locator('.action-widget .monaco-list-row.action');
    await rows.first().waitFor();
    return rows.allInnerTexts();
  }

  /** Picks one of the code actions that are offered. */
  async pickCodeAction(text: string | RegExp): Promise<void> {
    await this.page.locator('.action-widget .monaco-list-row.action', { hasText: text }).first().click();
  }

  /** What the hover over the first visible `word` says. */
  async hover(name: string, word: string): Promise<string> {
    await this.editor(name).locator('.view-line span span', { hasText: word }).first().hover();
    const hover = this.page.locator('.monaco-hover:not(.hidden) .hover-contents').first();
    await hover.waitFor();
    return hover.innerText();
  }

  /** Lines of code lenses in the visible part of a file, from top to bottom: `18,048 parameters | Inspect`. */
  async codeLenses(name: string): Promise<string[]> {
    const lines = await this.editor(name).locator('.codelens-decoration').allInnerTexts();
    return lines.map((line) => line.replaceAll(/\s+/g, ' ').trim()).filter(Boolean);
  }

  /** Waits for a code lens and clicks it. */
  async clickCodeLens(name: string, text: string | RegExp): Promise<void> {
    await this.editor(name).locator('.codelens-decoration a', { hasText: text }).first().click();
  }

  /** Opens the chat with its input focused. */
  async openChat(): Promise<Locator> {
    const input = this.page.locator('.interactive-session .chat-input-container .monaco-editor').first();
    if (!(await input.isVisible())) await this.press('Control+Alt+I');
    await input.waitFor();
    await input.click();
    return input;
  }

  /** Types a request into the chat and leaves it there. */
  async writeRequest(request: string): Promise<void> {
    const input = await this.openChat();
    await this.page.keyboard.type(request, { delay: 10 });
    await waitFor('the request in the chat input', async () => {
      const shown = (await input.locator('.view-lines').innerText()).replaceAll('\u00a0', ' ');
      return shown.replaceAll(/\s+/g, ' ').includes(request.slice(0, 30));
    });
    const suggestions = this.page.locator('.suggest-widget.visible');
    if (await suggestions.isVisible()) await this.page.keyboard.press('Escape');
  }

  /** Types a request into the chat and sends it. Does not wait for the answer. */
  async ask(request: string): Promise<void> {
    await this.writeRequest(request);
    await this.page.keyboard.press('Enter');
  }

  /** The last answer in the chat. */
  lastAnswer(): Locator {
    return this.page.locator('.interactive-item-container.interactive-response').last();
  }

  /**
   * Waits until the last answer is complete and returns the text that stays visible: VS Code then folds all parts but the last
   * run of markdown and what follows it.
   */
  async answer(timeout = 60_000): Promise<string> {
    const answer = this.lastAnswer();
    await answer.waitFor({ timeout });
    let before = '';
    let since = Date.now();
    return waitFor(
      'the end of the answer',
      async () => {
        const loading = await answer.evaluate((node) => node.classList.contains('chat-response-loading'));
        const text = loading ? '' : await answer.locator('.value').first().innerText();
        if (text !== before) since = Date.now();
        before = text;
        return text;
      },
      (text) => text.trim().length > 0 && Date.now() - since > 1000,
      timeout,
    );
  }

  /** The content of the webview that is shown. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
  }

  /** The frame of the webview that is shown, to evaluate in. */
  async webviewFrame(): Promise<Frame> {
    return waitFor(
      'a webview',
      () => this.page.frames().find((frame) => frame.url().includes('/pre/fake.html')) as Frame,
      Boolean,
    );
  }

  /** Trusts the workspace, as a person does who opened it in restricted mode. */
  async trustWorkspace(): Promise<void> {
    await this.command('Workspaces: Manage Workspace Trust');
    await this.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
    await this.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor({ state: 'hidden' });
    // The page lies over the workbench.
    await this.page.locator('.modal-editor-part [aria-label^="Close Modal Editor"]').click();
    await this.page.locator('.workspace-trust-editor').waitFor({ state: 'hidden' });
  }

  /** Text of the notifications that are shown. */
  async notifications(): Promise<string[]> {
    return this.page.locator('.notification-toast .notification-list-item-message').allInnerTexts();
  }

  /** Saves what is on the screen as test-output/screenshots/NAME.png. */
  async screenshot(name: string): Promise<string> {
    const folder = join(TEST_OUTPUT, 'screenshots');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }
}
