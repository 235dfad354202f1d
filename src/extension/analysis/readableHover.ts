import * as vscode from 'vscode';
import type { HoverMiddleware } from 'vscode-languageclient';
import { plainMath } from '../plainMath.js';

/** Hovers don't render formulas: what the analysis says in TeX is shown in plain signs. */
export const readableHover: HoverMiddleware['provideHover'] = async (document, position, token, next) => {
  const hover = await next(document, position, token);
  if (!hover) return hover;
  const contents = hover.contents.map((each) =>
    each instanceof vscode.MarkdownString ? new vscode.MarkdownString(plainMath(each.value)) : each,
  );
  return new vscode.Hover(contents, hover.range);
};
