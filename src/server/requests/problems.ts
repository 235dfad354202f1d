import type { FindingReport } from '../../protocol/index.js';
import { pathOf } from '../paths.js';
import type { Workspace } from '../workspace.js';

/** What is wrong in a document: syntax, directives, shapes. */
export function problems({ uri }: { uri: string }, workspace: Workspace): { problems: readonly FindingReport[] } {
  return { problems: workspace.current().problemsOf(pathOf(uri)) };
}
