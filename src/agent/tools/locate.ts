/** From what the model calls a file to a file that it may see. */
import type { ToolContext, ToolOutput } from '../tool.js';

export type Located = { readonly uri: string; readonly path: string } | { readonly failed: ToolOutput };

/** Of the file that is found something goes to the model. @param path as the model writes it */
export async function locate(path: string, { ports: { files }, draft, reads }: ToolContext): Promise<Located> {
  const uri = files.resolve(path);
  if (uri === undefined) return failed(`${path} is outside of the workspace: it can't be read or changed.`);
  const refusal = draft.has(uri) ? undefined : await files.refusal(uri);
  if (refusal !== undefined) return failed(`${path} can't be used: ${refusal}.`);
  reads?.(uri);
  return { uri, path: files.display(uri) };
}

/** The files that there are, for a path that isn't one of them. */
export async function noSuchFile(path: string, { ports: { files }, signal }: ToolContext): Promise<ToolOutput> {
  const all = (await files.pythonFiles(signal)).map((uri) => files.display(uri));
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const near = all.filter((each) => each.toLowerCase().includes(name)).concat(all);
  return {
    text: `There is no file ${path}. Python files here: ${[...new Set(near)].slice(0, 20).join(', ') || 'none'}.`,
    isError: true,
  };
}

function failed(text: string): Located {
  return { failed: { text, isError: true } };
}
