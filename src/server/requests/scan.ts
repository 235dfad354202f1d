import type { FindingReport } from '../../protocol/index.js';
import { pathOf, uriOf } from '../paths.js';
import type { Workspace } from '../workspace.js';

/** Files that have to do with PyTorch: of others there is nothing to say. */
const ABOUT_MODELS = /\b(?:torch|nn|Module)\b/;

/** The files of a workspace that are worth a look, nearest to its folders first. */
export function scanFiles(
  { folders }: { readonly folders: readonly string[] },
  workspace: Workspace,
): { readonly uris: readonly string[] } {
  const { project } = workspace.current();
  const paths = project.pythonFiles(folders).filter((path) => ABOUT_MODELS.test(project.text(path) ?? ''));
  return { uris: paths.map(uriOf) };
}

/** Everything that is wrong in a file. */
export function scanFile(
  { uri }: { readonly uri: string },
  workspace: Workspace,
): { readonly problems: readonly FindingReport[]; readonly findings: readonly FindingReport[] } {
  return workspace.current().lookAt(pathOf(uri));
}
