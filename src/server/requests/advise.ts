import type { AdviseParams, AdviseResult } from '../../protocol/index.js';
import { AnalysisError } from '../engine.js';
import type { Workspace } from '../workspace.js';

/** Advice for a symptom. */
export function advise(_params: AdviseParams, _workspace: Workspace): AdviseResult {
  throw new AnalysisError('The playbook is not available in this version of Model Architect.');
}
