/** The agent's reading tools for VS Code's agent mode, under the names that package.json declares. */
import * as vscode from 'vscode';
import { callTool, Draft, progressOf, READING_TOOLS, type Tool } from '../../agent/index.js';
import { signalOf } from '../models/editorModel.js';
import type { Services } from '../services.js';
import { portsOf } from './ports.js';
import { agentSettings } from './settings.js';

/** What a tool is called among those of all extensions. */
export function languageModelToolName({ id }: Pick<Tool, 'id'>): string {
  return `architect_${id}`;
}

/** Offers the tools that only look. What goes wrong reaches the asking model as an error with its reason. */
export function registerLanguageModelTools(services: Services): vscode.Disposable {
  return vscode.Disposable.from(
    ...READING_TOOLS.map((tool) =>
      vscode.lm.registerTool<object>(languageModelToolName(tool), {
        prepareInvocation: ({ input }) => ({ invocationMessage: progressOf(tool, input) }),
        invoke: async ({ input }, token) => {
          const ports = portsOf(services, agentSettings(), '', []);
          const { text, isError } = await callTool(tool, input, {
            ports,
            draft: new Draft(ports.files),
            signal: signalOf(token),
          });
          if (isError) throw new Error(text);
          return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
        },
      }),
    ),
  );
}
