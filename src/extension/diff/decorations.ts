/** Draws the pending changes into the editors that show their files. */
import * as vscode from 'vscode';
import type { Hunk } from '../../edits/index.js';
import { baselineUri } from './baselineFiles.js';
import type { PendingChanges } from './pendingChanges.js';
import { removedNotesOf } from './removedText.js';

interface Styles extends vscode.Disposable {
  readonly added: vscode.TextEditorDecorationType;
  readonly addedText: vscode.TextEditorDecorationType;
  readonly removed: vscode.TextEditorDecorationType;
  readonly conflict: vscode.TextEditorDecorationType;
}

/** Keeps decorations in step with the pending changes. */
export function registerDecorations(pending: PendingChanges): vscode.Disposable {
  let styles = createStyles();
  const draw = (editor: vscode.TextEditor): void =>
    drawHunks(editor, isInDiff(editor) ? [] : pending.hunks(editor.document.uri.toString()), styles);
  const drawAll = (): void => vscode.window.visibleTextEditors.forEach(draw);
  drawAll();
  return vscode.Disposable.from(
    {
      dispose: () => {
        styles.dispose();
      },
    },
    pending.onDidChange((uri) => {
      for (const editor of vscode.window.visibleTextEditors) if (editor.document.uri.toString() === uri) draw(editor);
    }),
    vscode.window.onDidChangeVisibleTextEditors(drawAll),
    vscode.window.onDidChangeActiveColorTheme(() => {
      styles.dispose();
      styles = createStyles();
      drawAll();
    }),
  );
}

/** A diff editor with the baseline on its other side has its own colours. */
function isInDiff({ document, viewColumn }: vscode.TextEditor): boolean {
  const baseline = baselineUri(document.uri).toString();
  return vscode.window.visibleTextEditors.some(
    (other) => other.document.uri.toString() === baseline && other.viewColumn === viewColumn,
  );
}

function drawHunks(editor: vscode.TextEditor, hunks: readonly Hunk[], styles: Styles): void {
  const { document } = editor;
  const lines = (hunk: Hunk): vscode.Range[] =>
    hunk.document.endLine > hunk.document.startLine
      ? [new vscode.Range(hunk.document.startLine, 0, Math.min(hunk.document.endLine, document.lineCount) - 1, 0)]
      : [];
  editor.setDecorations(styles.added, hunks.filter(({ conflict }) => !conflict).flatMap(lines));
  editor.setDecorations(styles.conflict, hunks.filter(({ conflict }) => conflict).flatMap(lines));
  editor.setDecorations(
    styles.addedText,
    // What another program wrote was not proposed.
    hunks
      .filter(({ conflict }) => !conflict)
      .flatMap(({ marks }) => marks.added)
      .map(({ start, end }) => new vscode.Range(document.positionAt(start), document.positionAt(end))),
  );
  editor.setDecorations(
    styles.removed,
    removedNotesOf(hunks, document.lineCount).map(({ line, text }) => {
      const end = document.lineAt(line).range.end;
      return { range: new vscode.Range(end, end), renderOptions: { after: { contentText: text } } };
    }),
  );
}

function createStyles(): Styles {
  const color = (id: string): vscode.ThemeColor => new vscode.ThemeColor(id);
  const { kind } = vscode.window.activeColorTheme;
  const contrast = kind === vscode.ColorThemeKind.HighContrast || kind === vscode.ColorThemeKind.HighContrastLight;
  // High contrast themes have borders in place of backgrounds; other themes don't define these colours at all.
  const border = (id: string, borderStyle: 'dashed' | 'solid' = 'dashed'): vscode.ThemableDecorationRenderOptions =>
    contrast ? { borderWidth: '1px', borderStyle, borderColor: color(id) } : {};
  const added = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: color('diffEditor.insertedLineBackground'),
    overviewRulerColor: color('diffEditorOverview.insertedForeground'),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
    ...border('diffEditor.insertedTextBorder'),
  });
  const addedText = vscode.window.createTextEditorDecorationType({
    backgroundColor: color('diffEditor.insertedTextBackground'),
    ...border('diffEditor.insertedTextBorder', 'solid'),
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  const removed = vscode.window.createTextEditorDecorationType({
    after: {
      color: color('descriptionForeground'),
      backgroundColor: color('diffEditor.removedLineBackground'),
      margin: '0 0 0 2.5em',
      fontStyle: 'normal',
      ...(contrast ? { border: '1px dashed', borderColor: color('diffEditor.removedTextBorder') } : {}),
    },
    overviewRulerColor: color('diffEditorOverview.removedForeground'),
    overviewRulerLane: vscode.OverviewRulerLane.Left,
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  const conflict = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: color('merge.currentContentBackground'),
    overviewRulerColor: color('editorOverviewRuler.warningForeground'),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
    ...border('merge.border'),
  });
  return {
    added,
    addedText,
    removed,
    conflict,
    dispose: () => [added, addedText, removed, conflict].forEach((style) => style.dispose()),
  };
}
