import * as vscode from 'vscode';
import type { RuleSettings } from '../../protocol/index.js';

/** What the user set for the rules. */
export function ruleSettings(): RuleSettings {
  const settings = vscode.workspace.getConfiguration('architect.rules');
  return { enabled: settings.get('enabled', true), levels: settings.get<RuleSettings['levels']>('levels', {}) };
}
