/** The agent: asks a model, gives it the analyser's eyes, and lets only checked changes out. No editor in here. */
export * from './backend.js';
export * from './messages.js';
export type * from './ports.js';
export * from './types.js';
export type * from './tool.js';
export { Draft, type DraftFile, type Proposal } from './edits/draft.js';
export * from './backends/anthropic/index.js';
export { costOf } from './prices.js';
export { footerOf, PLAYBOOK_FOOTER, type FooterFacts } from './footer.js';
export { runAgent, DEFAULT_LIMITS } from './run.js';
export { WorkspaceFiles, type CellNames, type WorkspaceFilesOptions } from './files.js';
export { callTool, declarationOf, progressOf, READING_TOOLS, TOOLS, toolsFor } from './tools/index.js';
export { budgetIn } from './playbook/budget.js';
export { unanswered } from './loop/history.js';
export { closingFence } from './fences.js';
export { fenced } from './context/fence.js';
export { isPictureName, pictureIn, PICTURES_TAKEN, type Picture } from './context/pictures.js';
export { isSecretFile, withoutKeys, withoutSecrets } from './context/secrets.js';
