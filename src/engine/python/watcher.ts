/** Told what values the places of one file get while code runs: what editors show beside the text. */
import type { Expr, FunctionDef, Param, SourceFile, Stmt } from '../syntax/index.js';
import type { Frame } from './frame.js';
import type { Value } from './value.js';

/** What may have a value in the text. */
export type WatchedNode = Expr | Stmt | Param;

export interface Watcher {
  /** Only what runs in this file is told. */
  readonly file: SourceFile;
  seen(node: WatchedNode, value: Value): void;
}

/** Tells what a function was called with. */
export function tellParameters(watcher: Watcher, frame: Frame, node: Pick<FunctionDef, 'params'>): void {
  if (frame.file !== watcher.file) return;
  for (const param of node.params) {
    const value = frame.locals.get(param.name);
    if (value !== undefined) watcher.seen(param, value);
  }
}
