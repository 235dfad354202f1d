/** Starts the extension: makes what its parts share and registers them. */
import * as vscode from 'vscode';
import { AnalysisClient } from './analysis/client.js';
import { registerCodeLens } from './codeLens.js';
import { registerAnalysisCommands } from './commands/analysis.js';
import type { Services } from './services.js';
import { registerAnalysisStatus } from './statusBar.js';

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Model Architect', { log: true });
  const analysis = new AnalysisClient(context.asAbsolutePath('dist/server.js'), log);
  const services: Services = { context, log, analysis };
  context.subscriptions.push(
    log,
    analysis,
    registerCodeLens(analysis, log),
    registerAnalysisStatus(analysis),
    registerAnalysisCommands(services),
  );
  analysis.start().catch((error: unknown) => log.error('The analysis could not be started.', error));
}

export function deactivate(): void {
  // Everything is in context.subscriptions.
}
