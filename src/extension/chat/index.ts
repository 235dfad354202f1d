import * as vscode from 'vscode';
import { registerLanguageModelTools } from '../agent/languageModelTools.js';
import { registerClaudeModels } from '../models/claude.js';
import { registerPlaybookModel } from '../models/playbook.js';
import { registerSetKey } from '../models/setKey.js';
import type { Services } from '../services.js';
import { watchClasses } from './classIndex.js';
import { registerAnswerCommands } from './commands.js';
import { registerChatParticipant } from './participant.js';
import { watchSubject } from './subject.js';

/** The participant, the models behind it, and the same answers as editor commands. */
export function registerChat(services: Services): vscode.Disposable {
  const { apiKey, log } = services;
  return vscode.Disposable.from(
    watchClasses(),
    watchSubject(),
    registerPlaybookModel(apiKey, log),
    registerClaudeModels(apiKey, log),
    registerSetKey(apiKey),
    registerChatParticipant(services),
    registerAnswerCommands(services),
    registerLanguageModelTools(services),
  );
}
