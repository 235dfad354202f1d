import * as vscode from 'vscode';
import { registerPlaybookModel } from '../models/playbook.js';
import type { Services } from '../services.js';
import { registerAnswerCommands } from './commands.js';
import { registerChatParticipant } from './participant.js';

/** The participant, the offline model behind it, and the same answers as editor commands. */
export function registerChat(services: Services): vscode.Disposable {
  return vscode.Disposable.from(
    registerPlaybookModel(services.log),
    registerChatParticipant(services),
    registerAnswerCommands(services),
  );
}
