/** Starts the extension: makes what its parts share and registers them. */
import * as vscode from 'vscode';
import type { Hunk } from '../edits/index.js';
import { AnalysisClient } from './analysis/client.js';
import { registerChat } from './chat/index.js';
import { registerCodeLens } from './codeLens.js';
import { registerAnalysisCommands } from './commands/analysis.js';
import { registerOfferCommands } from './commands/offers.js';
import { registerScanCommand } from './commands/scan.js';
import { registerRuleCommands } from './commands/rules.js';
import { registerPendingChanges, type PendingService } from './diff/index.js';
import { registerCommandLineTool } from './commandLineTool/index.js';
import { registerDirectives } from './directives.js';
import { registerInspector } from './inspector/index.js';
import { ApiKey } from './models/apiKey.js';
import type { Services } from './services.js';
import { registerAnalysisStatus } from './statusBar.js';

let changes: PendingService | undefined;

/** What other extensions and tests get from `activate`. */
export interface ArchitectApi {
  /** Checks edit sets and shows them as pending changes; see `PendingService.propose`. */
  readonly propose: PendingService['propose'];
  /** Starts a proposal that grows; see `PendingService.begin`. */
  readonly begin: PendingService['begin'];
  /** The pending changes of a document, in its order. */
  readonly hunks: (uri: string) => readonly Hunk[];
}

export function activate(context: vscode.ExtensionContext): ArchitectApi {
  const log = vscode.window.createOutputChannel('Model Architect', { log: true });
  const analysis = new AnalysisClient(context.asAbsolutePath('dist/server.js'), log);
  const apiKey = new ApiKey(context.secrets);
  context.subscriptions.push(log, analysis, apiKey);
  changes = registerPendingChanges(context, analysis, log);
  const services: Services = { context, log, analysis, changes, apiKey };
  context.subscriptions.push(
    registerCodeLens(analysis, log),
    registerAnalysisStatus(analysis),
    registerAnalysisCommands(services),
    registerRuleCommands(services),
    registerScanCommand(services),
    registerDirectives(services),
    registerCommandLineTool(services),
    registerOfferCommands(services),
    registerInspector(services),
    registerChat(services),
  );
  analysis.start().catch((error: unknown) => log.error('The analysis could not be started.', error));
  const { pending, propose, begin } = services.changes;
  return { propose, begin, hunks: (uri) => pending.hunks(uri) };
}

/** Everything disposable is in context.subscriptions; only what is not on the disk yet needs the last moment. */
export function deactivate(): Promise<void> | undefined {
  return changes?.flush();
}
