import type * as vscode from 'vscode';
import type { AnalysisClient } from './analysis/client.js';
import type { PendingService } from './diff/index.js';
import type { ApiKey } from './models/apiKey.js';

/** What the parts of the extension share. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly analysis: AnalysisClient;
  readonly changes: PendingService;
  readonly apiKey: ApiKey;
}
