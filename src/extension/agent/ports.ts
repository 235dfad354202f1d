/** The doors that the agent's tools go through, as VS Code has them. */
import type { AgentPorts, PendingPort } from '../../agent/index.js';
import type { Services } from '../services.js';
import { analyserPort } from './analyserPort.js';
import { userPort } from './consent.js';
import { filesOf } from './files.js';
import { verifyPort } from '../verify/port.js';
import type { AgentSettings } from './settings.js';

/**
 * The changes of one conversation. The agent numbers them anew in each, so in the editor they bear the conversation's name.
 * @param known changes of earlier answers
 */
function pendingPort(
  { changes }: Services,
  conversation: string,
  known: readonly { readonly id: string; readonly title: string }[],
): PendingPort {
  const isPending = (id: string): boolean => pendingSets(changes.pending).has(setId(conversation, id));
  return {
    list: async () =>
      known.map(({ id, title }) => ({ id, title, state: isPending(id) ? ('pending' as const) : ('gone' as const) })),
    undo: async (ids) => {
      const before = ids.filter(isPending);
      await changes.pending.takeBack(new Set(before.map((id) => setId(conversation, id))));
      return before.filter((id) => !isPending(id));
    },
  };
}

/** What a set of changes is called in the editor. */
export function setId(conversation: string, id: string): string {
  return `${conversation}/${id}`;
}

function pendingSets(pending: Services['changes']['pending']): Set<string> {
  return new Set(
    pending.uris.flatMap((uri) => pending.hunks(uri).flatMap(({ owners }) => owners.map(({ set }) => set))),
  );
}

/** All doors of one question. @param known changes of the conversation’s earlier answers */
export function portsOf(
  services: Services,
  settings: AgentSettings,
  conversation: string,
  known: readonly { readonly id: string; readonly title: string }[],
): AgentPorts {
  return {
    analyser: analyserPort(services),
    files: filesOf(settings),
    user: userPort,
    pending: pendingPort(services, conversation, known),
    verify: verifyPort(services),
  };
}
