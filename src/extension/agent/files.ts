import type { FilesPort } from '../../agent/index.js';
import type { AgentSettings } from './settings.js';
export function filesOf(_s: AgentSettings): FilesPort {
  throw new Error('not yet');
}
