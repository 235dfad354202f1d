/** The standard requests of editors: hints between the lines and hovers. */
import {
  InlayHintKind,
  MarkupKind,
  type CancellationToken,
  type Connection,
  type ResponseError,
  type ServerCapabilities,
  type TextDocuments,
} from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { HintOptions } from '../engine/report/index.js';
import type { Analyst } from './notebooks/analyst.js';

export const FEATURES: ServerCapabilities = {
  hoverProvider: true,
  inlayHintProvider: true,
};

const DEFAULTS: HintOptions = { shapes: 'on', parameters: true };

export type Answer = <T>(
  ask: (analyst: Analyst, signal: AbortSignal) => Promise<T>,
  token: CancellationToken,
) => Promise<T | ResponseError<void>>;

export class Features {
  /** Whether the client can be asked for settings, and told that hints are out of date. */
  private canConfigure = false;
  private canRefresh = false;

  constructor(
    private readonly connection: Connection,
    private readonly documents: TextDocuments<TextDocument>,
    private readonly answer: Answer,
  ) {
    this.registerHints();
    this.registerHovers();
    connection.onDidChangeConfiguration(() => this.refresh());
  }

  clientCan(capabilities: { readonly configuration: boolean; readonly refresh: boolean }): void {
    this.canConfigure = capabilities.configuration;
    this.canRefresh = capabilities.refresh;
  }

  /** What hints say may have changed for another reason than typing in their document. */
  refresh(): void {
    if (this.canRefresh) this.connection.languages.inlayHint.refresh().catch(() => undefined);
  }

  private registerHints(): void {
    this.connection.languages.inlayHint.on(async ({ textDocument: { uri }, range }, token) => {
      const document = this.documents.get(uri);
      if (!document?.getText().includes('Module')) return [];
      const options = await this.hintOptions(uri);
      if (options.shapes === 'off' && !options.parameters) return [];
      return this.answer(async (analyst, signal) => {
        const { version, hints } = await analyst.request('hints', { uri, options }, { uri, signal });
        // Hints of an older text would stand in the wrong places; the editor asks again for the new one.
        if (version !== document.version) return null;
        return hints
          .filter(({ position }) => position.line >= range.start.line && position.line <= range.end.line)
          .map(({ position, label, kind, tooltip }) => ({
            position,
            label,
            kind: InlayHintKind.Type,
            paddingLeft: !label.startsWith(':'),
            ...(tooltip === null ? {} : { tooltip }),
            data: kind,
          }));
      }, token);
    });
  }

  private async hintOptions(scopeUri: string): Promise<HintOptions> {
    if (!this.canConfigure) return DEFAULTS;
    const found: unknown = await this.connection.workspace.getConfiguration({
      scopeUri,
      section: 'architect.inlayHints',
    });
    const { shapes, parameters } = (found ?? {}) as Partial<HintOptions>;
    return { shapes: shapes ?? DEFAULTS.shapes, parameters: parameters ?? DEFAULTS.parameters };
  }

  private registerHovers(): void {
    this.connection.onHover(({ textDocument: { uri }, position }, token) =>
      this.answer(async (analyst, signal) => {
        const hover = await analyst.request('hover', { uri, position }, { uri, signal });
        return hover && { contents: { kind: MarkupKind.Markdown, value: hover.markdown }, range: hover.range };
      }, token),
    );
  }
}
