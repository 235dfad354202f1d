import type { FindingsParams, FindingsResult } from '../../protocol/index.js';
import { pathOf } from '../paths.js';
import type { Workspace } from '../workspace.js';

/** What the rules find in a file, and on demand what doesn't parse or fit. */
export function findings({ uri, problems, overlay }: FindingsParams, workspace: Workspace): FindingsResult {
  const path = pathOf(uri);
  const engine = workspace.with(overlay);
  return { findings: [...(problems ? engine.problemsOf(path) : []), ...engine.findingsOf(path)] };
}
