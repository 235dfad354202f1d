import type { ModulesParams, ModulesResult } from '../../protocol/index.js';
import { pathOf } from '../paths.js';
import type { Workspace } from '../workspace.js';

/** The modules of a document with their counts. */
export function modules({ uri }: ModulesParams, workspace: Workspace): ModulesResult {
  return { version: workspace.versionOf(uri), modules: workspace.current().modulesOf(pathOf(uri)) };
}
