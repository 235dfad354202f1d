/**
 * Takes the pictures of the walkthrough from the real editor, in both themes: `npx tsx --import ./test/support/text-modules.mjs
 * scripts/pictures.ts` after `npm run package`. Look at them before they are committed.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { ROOT } from '../test/support/paths.js';
import { Session } from '../test/support/session.js';
import { waitFor } from '../test/support/wait.js';

const FOLDER = join(ROOT, 'media', 'walkthrough');
const WIDTH = 760;
const HEIGHT = 440;
const TALL = 700;
/** The machine may be busy. */
const PATIENCE = 120_000;

/** A picture of the upper left of an area. */
async function take(session: Session, area: Locator, name: string): Promise<void> {
  const box = await area.boundingBox();
  if (!box) throw new Error(`There is nothing to see for ${name}.`);
  await session.page.mouse.move(0, 0);
  await session.page.screenshot({
    path: join(FOLDER, `${name}.png`),
    clip: { x: box.x, y: box.y, width: Math.min(WIDTH, box.width), height: Math.min(HEIGHT, box.height) },
  });
}

/** A picture of the lower right corner of an area, with what is on its left. */
async function takeCorner(session: Session, area: Locator, name: string): Promise<void> {
  const box = await area.boundingBox();
  if (!box) throw new Error(`There is nothing to see for ${name}.`);
  await session.page.screenshot({
    path: join(FOLDER, `${name}.png`),
    clip: { x: box.x + box.width - WIDTH, y: box.y + box.height - TALL, width: WIDTH, height: TALL },
  });
}

/** Shows or hides the chat's side. */
async function showSideBar({ bench, page }: Session, visible: boolean): Promise<void> {
  const bar = page.locator('.part.auxiliarybar');
  if ((await bar.isVisible()) !== visible) await bench.press('Mod+Alt+B');
  await bar.waitFor({ state: visible ? 'visible' : 'hidden' });
}

async function pictures(theme: 'dark' | 'light'): Promise<void> {
  const session = await Session.open({
    name: `pictures-${theme}`,
    colorScheme: theme,
    settings: {
      'files.autoSave': 'off',
      'editor.minimap.enabled': false,
      'editor.fontSize': 13,
      'editor.lightbulb.enabled': 'off',
      'editor.folding': false,
    },
  });
  try {
    const { bench, page } = session;
    await bench.openFile('model.py');
    await waitFor(
      'counts',
      () => bench.codeLenses('model.py'),
      (lenses) => lenses.some((text) => /\d parameters/.test(text)),
      PATIENCE,
    );
    const editor = bench.editor('model.py');
    await showSideBar(session, false);
    await take(session, editor, `counts-${theme}`);
    await showSideBar(session, true);
    await bench.ask('@architect fix overfitting, loss is 0.1 on training but 0.8 on validation');
    await bench.answer(PATIENCE);
    await takeCorner(session, page.locator('.interactive-session').first(), `ask-${theme}`);
    await showSideBar(session, false);
    await bench.openFile('model.py');
    await bench.command('Architect: Next Pending Change');
    await page
      .locator('.codelens-decoration', { hasText: /Keep.*parameters/ })
      .first()
      .waitFor();
    await take(session, editor, `decide-${theme}`);
  } finally {
    await session.close();
  }
}

async function main(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  for (const theme of ['dark', 'light'] as const) await pictures(theme);
}

void main();
