/** Keeps what the user looks at where it is while lines come in above it. */
import * as vscode from 'vscode';
import type { TextEdit } from '../../edits/index.js';
import { linesAbove } from './linesAbove.js';

/** So long the editor may take to tell what it shows after it was told to scroll. */
const SCROLL_MILLISECONDS = 200;

/** Views on their way to where they were. */
const holds = new Map<vscode.TextEditor, Hold>();

/**
 * Notes what the editors of a document show, to be called before it is edited.
 *
 * The editor does this itself only where a document has two editors or more, and only in those without the focus; and no stable
 * API scrolls by lines or pixels in an editor of choice (`editorScroll` scrolls what has the focus, which may be the chat's
 * input). So the first whole line is revealed at the top, which is exact to the line and not to the pixel: an editor that was
 * scrolled by part of a line moves by that part, once, and one that was scrolled to the right goes back to the first column. For
 * a frame the pushed text may be seen.
 * @returns has them show the same lines again, if the edits were made. Nobody has to wait for it: edits that follow at once go on
 *   from where the view is to be, and a view is left alone as soon as somebody else scrolls it or moves its cursor.
 */
export function holdViews(document: vscode.TextDocument, edits: readonly TextEdit[]): (applied: boolean) => void {
  const text = document.getText();
  const held = vscode.window.visibleTextEditors.flatMap((editor) => {
    const before = holds.get(editor);
    const first = before?.line ?? firstLine(editor);
    // At the very top there is nothing above: who looks there sees what comes in.
    if (editor.document !== document || first === 0) return [];
    const last = document.lineAt(Math.min(first + lastLine(editor) - firstLine(editor), document.lineCount - 1));
    const from = document.offsetAt(new vscode.Position(first, 0));
    const shift = linesAbove(text, edits, from, document.offsetAt(last.range.end));
    if (shift === 0) return [];
    before?.end();
    return [new Hold(editor, Math.max(0, first + shift), before !== undefined)];
  });
  return (applied) => held.forEach((hold) => (applied ? hold.show() : hold.end()));
}

/** Somebody else is about to scroll. */
export function letViewsGo(): void {
  for (const hold of [...holds.values()]) hold.end();
}

class Hold {
  private readonly listeners: vscode.Disposable;
  private readonly first: number;
  private readonly version: number;
  /** The line that was revealed to have `line` at the top. */
  private revealed: number | undefined;
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param line is to be the first in sight
   * @param moving an earlier hold of the editor has told it to scroll
   */
  constructor(
    private readonly editor: vscode.TextEditor,
    readonly line: number,
    private readonly moving: boolean,
  ) {
    this.first = firstLine(editor);
    this.version = editor.document.version;
    holds.set(editor, this);
    this.listeners = vscode.Disposable.from(
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => {
        if (textEditor === editor) this.scrolled();
      }),
      // What the edits themselves do to the selection is of no kind.
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, kind }) => {
        if (textEditor === editor && kind !== undefined) this.end();
      }),
    );
  }

  /** The edits were made: scrolls there, unless somebody has scrolled meanwhile. */
  show(): void {
    if (holds.get(this.editor) !== this) return;
    const now = firstLine(this.editor);
    if (now === this.line || !this.isOurs(now)) return this.end();
    this.timer = setTimeout(() => this.end(), SCROLL_MILLISECONDS);
    this.reveal(this.line + linesAboveRevealed(this.editor));
  }

  end(): void {
    if (holds.get(this.editor) === this) holds.delete(this.editor);
    clearTimeout(this.timer);
    this.listeners.dispose();
  }

  private scrolled(): void {
    const { document } = this.editor;
    const now = firstLine(this.editor);
    // Lenses that come scroll by pixels, too.
    if (now === this.first) return;
    if (this.revealed === undefined) {
      // Nothing was edited yet, so it was not that.
      if ((document.version === this.version && !this.moving) || !this.isOurs(now)) this.end();
      return;
    }
    this.end();
    // Lenses, wrapped and folded lines in between are seen in where the first try ended.
    if (now !== this.line && this.isNear(now, this.line)) this.reveal(this.revealed + this.line - now);
  }

  /** Edits leave a view where it was, or the editor moves it along with its lines. Whoever is farther away went there. */
  private isOurs(now: number): boolean {
    return this.isNear(now, this.first) || this.isNear(now, this.line);
  }

  private isNear(now: number, line: number): boolean {
    return Math.abs(line - now) <= (lastLine(this.editor) - firstLine(this.editor)) / 2;
  }

  private reveal(line: number): void {
    this.revealed = Math.min(Math.max(0, line), this.editor.document.lineCount - 1);
    const at = new vscode.Position(this.revealed, 0);
    this.editor.revealRange(new vscode.Range(at, at), vscode.TextEditorRevealType.AtTop);
  }
}

function firstLine({ visibleRanges }: vscode.TextEditor): number {
  return visibleRanges[0]?.start.line ?? 0;
}

function lastLine({ visibleRanges }: vscode.TextEditor): number {
  return visibleRanges.at(-1)?.end.line ?? 0;
}

/** How many lines the editor leaves above a line that it reveals at the top. */
function linesAboveRevealed({ document, visibleRanges }: vscode.TextEditor): number {
  const settings = vscode.workspace.getConfiguration('editor', document);
  const sticky = settings.get('stickyScroll.enabled', true) ? settings.get('stickyScroll.maxLineCount', 5) : 0;
  const inSight = visibleRanges.reduce((sum, { start, end }) => sum + end.line - start.line + 1, 0);
  return Math.min(Math.max(settings.get('cursorSurroundingLines', 0), sticky), Math.floor(inSight / 2));
}
