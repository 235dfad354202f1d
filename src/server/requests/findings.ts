import type { FindingReport } from '../../protocol/index.js';
import { pathOf } from '../paths.js';
import type { Workspace } from '../workspace.js';

/** What the rules find in a document. */
export function findings({ uri }: { uri: string }, workspace: Workspace): { findings: readonly FindingReport[] } {
  return { findings: workspace.current().findingsOf(pathOf(uri)) };
}
