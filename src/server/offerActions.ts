/** What the light bulb offers on losses and layers. Each is a command: the change is worked out when it is taken. */
import { CodeActionKind, type CodeAction, type Position } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { OfferParams, OfferSummary } from '../protocol/index.js';

export const REWRITE = `${CodeActionKind.RefactorRewrite}.architect`;

/** Whether such actions were asked for, and the document may have any. */
export function wantsOffers(document: TextDocument, only: readonly string[] | undefined): boolean {
  const asked =
    !only || only.some((kind) => kind === '' || `${REWRITE}.`.startsWith(`${kind}.`) || kind.startsWith(`${REWRITE}.`));
  return asked && /\btorch\b/.test(document.getText());
}

export function offerActions(uri: string, position: Position, offers: readonly OfferSummary[]): CodeAction[] {
  return offers.map(({ id, title }) => {
    const argument: OfferParams = { uri, position, id };
    return {
      title,
      kind: `${REWRITE}.${id}`,
      command: { title, command: 'architect.takeOffer', arguments: [argument] },
    };
  });
}
