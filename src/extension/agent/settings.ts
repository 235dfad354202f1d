/** What the user has set about the agent. */
import * as vscode from 'vscode';
import { safeBaseUrl } from './baseUrl.js';

export type BackendSetting = 'auto' | 'anthropic' | 'picker' | 'playbook';
export type EffortSetting = 'default' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

export interface AgentSettings {
  readonly backend: BackendSetting;
  readonly model: string;
  readonly effort: EffortSetting;
  readonly thinking: 'adaptive' | 'off';
  readonly maxTokens: number;
  /** `undefined`: the provider's own address. @throws Error for people if it is not one that a key may be sent to */
  readonly baseUrl: string | undefined;
  readonly maxRounds: number;
  /** US dollars for one request; 0: no limit. */
  readonly maxCost: number;
  readonly contextTokens: number;
  /** Glob patterns of files that never go to a model. */
  readonly ignore: readonly string[];
}

const DEFAULT_MODEL = 'claude-sonnet-5-5';

/** Who shall answer, and which model that is if it is Claude. */
export function answering(
  settings = vscode.workspace.getConfiguration('architect'),
): Pick<AgentSettings, 'backend' | 'model'> {
  return {
    backend: settings.get<BackendSetting>('backend', 'auto'),
    model: settings.get('anthropic.model', DEFAULT_MODEL).trim() || DEFAULT_MODEL,
  };
}

/** All of it. Who needs no address isn't stopped by a bad one. */
export function agentSettings(): AgentSettings {
  const settings = vscode.workspace.getConfiguration('architect');
  return {
    ...answering(settings),
    effort: settings.get<EffortSetting>('anthropic.effort', 'default'),
    thinking: settings.get<'adaptive' | 'off'>('anthropic.thinking', 'adaptive'),
    maxTokens: settings.get('anthropic.maxTokens', 16_000),
    get baseUrl() {
      return safeBaseUrl(settings.get('anthropic.baseUrl', ''));
    },
    maxRounds: settings.get('agent.maxRounds', 24),
    maxCost: settings.get('agent.maxCost', 2),
    contextTokens: settings.get('agent.contextTokens', 24_000),
    ignore: ignored(settings),
  };
}

/** Those of the user and those of the workspace: a workspace can add to what is never sent, and take nothing away. */
function ignored(settings: vscode.WorkspaceConfiguration): readonly string[] {
  const set = settings.inspect<string[]>('agent.ignore');
  const { isTrusted } = vscode.workspace;
  return [
    ...(set?.globalValue ?? []),
    ...(isTrusted ? [...(set?.workspaceValue ?? []), ...(set?.workspaceFolderValue ?? [])] : []),
  ];
}
