/** Keeps what the user looks at where it is while lines come in above it. */
import * as vscode from 'vscode';
import type { TextEdit } from '../../edits/index.js';
import { linesAbove } from './linesAbove.js';

/** So long the editor may take to tell what it shows after it was told to scroll. */
const SCROLL_MILLISECONDS = 200;

/**
 * Notes what the editors of a document show, to be called before it is edited.
 *
 * The editor does this itself only where a document has two editors or more, and only in those without the focus; and no stable
 * API scrolls by lines or pixels in an editor of choice (`editorScroll` scrolls what has the focus, which may be the chat's
 * input). So the first whole line is revealed at the top, which is exact to the line and not to the pixel: an editor that was
 * scrolled by part of a line moves by that part, once, and one that was scrolled to the right goes back to the first column. For
 * a frame the pushed text may be seen.
 * @returns has them show the same lines again, to be called after the edits were made
 */
export function holdViews(document: vscode.TextDocument, edits: readonly TextEdit[]): () => Promise<void> {
  const text = document.getText();
  const held = vscode.window.visibleTextEditors.flatMap((editor) => {
    const first = editor.visibleRanges[0]?.start.line ?? 0;
    // At the very top there is nothing above: who looks there sees what comes in.
    if (editor.document !== document || first === 0) return [];
    const last = document.lineAt(Math.min(editor.visibleRanges.at(-1)?.end.line ?? first, document.lineCount - 1));
    const from = document.offsetAt(new vscode.Position(first, 0));
    const shift = linesAbove(text, edits, from, document.offsetAt(last.range.end));
    return shift === 0 ? [] : [{ editor, line: Math.max(0, first + shift) }];
  });
  return async () => {
    await Promise.all(held.map(({ editor, line }) => showAtTop(editor, line)));
  };
}

/** Scrolls until a line is the first one in sight, if it isn't. */
async function showAtTop(editor: vscode.TextEditor, line: number): Promise<void> {
  let target = line + linesAboveRevealed(editor);
  // Code lenses, wrapped and folded lines between the two are seen in where the first try ends.
  for (let attempt = 0; attempt < 2; attempt++) {
    const before = firstLine(editor);
    if (before === line) return;
    const at = Math.min(Math.max(0, target), editor.document.lineCount - 1);
    const scrolled = nextScroll(editor, before);
    editor.revealRange(new vscode.Range(at, 0, at, 0), vscode.TextEditorRevealType.AtTop);
    if (!(await scrolled)) return;
    target += line - firstLine(editor);
  }
}

function firstLine(editor: vscode.TextEditor): number {
  return editor.visibleRanges[0]?.start.line ?? 0;
}

/** How many lines the editor leaves above a line that it reveals at the top. */
function linesAboveRevealed({ document, visibleRanges }: vscode.TextEditor): number {
  const settings = vscode.workspace.getConfiguration('editor', document);
  const sticky = settings.get('stickyScroll.enabled', true) ? settings.get('stickyScroll.maxLineCount', 5) : 0;
  const inSight = visibleRanges.reduce((sum, { start, end }) => sum + end.line - start.line + 1, 0);
  return Math.min(Math.max(settings.get('cursorSurroundingLines', 0), sticky), Math.floor(inSight / 2));
}

/** Waits until another line is the first one in sight: `false` if that doesn't happen. Lenses that come scroll by pixels, too. */
function nextScroll(editor: vscode.TextEditor, before: number): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (scrolled: boolean): void => {
      clearTimeout(timer);
      listener.dispose();
      resolve(scrolled);
    };
    const timer = setTimeout(() => done(false), SCROLL_MILLISECONDS);
    const listener = vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => {
      if (textEditor === editor && firstLine(editor) !== before) done(true);
    });
  });
}
