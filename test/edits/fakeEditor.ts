/** An editor without a screen: one document with a version, change events, and an undo stack with one stop per edit operation. */
import { applyEdits, invertEdits, type DocumentChange, type TextEdit } from '../../src/edits/index.js';

interface Stop {
  readonly before: string;
  readonly after: string;
  readonly edits: readonly TextEdit[];
}

export class FakeEditor {
  version = 1;
  private done: Stop[] = [];
  private undone: Stop[] = [];

  constructor(public text: string) {}

  get undoStops(): number {
    return this.done.length;
  }

  /** One edit operation: one undo stop, one event. */
  apply(edits: readonly TextEdit[]): DocumentChange {
    const before = this.text;
    this.text = applyEdits(before, edits);
    this.version++;
    this.done.push({ before, after: this.text, edits });
    this.undone = [];
    return { version: this.version, changes: edits, text: this.text };
  }

  undo(): DocumentChange | undefined {
    const stop = this.done.pop();
    if (!stop) return undefined;
    this.undone.push(stop);
    this.text = stop.before;
    this.version++;
    return { version: this.version, changes: invertEdits(stop.before, stop.edits), text: this.text, reason: 'undo' };
  }

  redo(): DocumentChange | undefined {
    const stop = this.undone.pop();
    if (!stop) return undefined;
    this.done.push(stop);
    this.text = stop.after;
    this.version++;
    return { version: this.version, changes: stop.edits, text: this.text, reason: 'redo' };
  }

  /** Another program changed the file and it was loaded again. */
  replace(text: string): DocumentChange {
    return this.apply([{ start: 0, end: this.text.length, newText: text }]);
  }
}
