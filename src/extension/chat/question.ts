/** A question to the architect, wherever it was asked, and where its answer goes. */
import type * as vscode from 'vscode';
import { COMMANDS, type AgentCommand } from '../../agent/index.js';

/** What follows the slash in chat; each is an editor command as well. */
export type ChatCommand = AgentCommand;

/** Whether a word is one of the commands. */
export function isChatCommand(text: string | undefined): text is ChatCommand {
  return COMMANDS.some((command) => command === text);
}

export interface Question {
  readonly command: ChatCommand | undefined;
  /** What the user wrote, without the command. */
  readonly prompt: string;
  /** Files, places and texts that the user attached. */
  readonly references: readonly vscode.ChatPromptReference[];
  /** Answered on this machine, whoever else could. */
  readonly local?: boolean;
}

/** Where an answer goes: a chat stream, or a document. */
export interface AnswerSink {
  progress(text: string): void;
  markdown(text: string): void;
  reference(uri: vscode.Uri, range?: vscode.Range): void;
  button(command: string, title: string, args?: readonly unknown[]): void;
}
