/** How each job of the engine's thread is done. */
import type { JobMethod, Jobs } from '../workerMessages.js';
import { pathOf } from '../paths.js';
import type { Workspace } from '../workspace.js';
import { advise } from './advise.js';
import { alternatives } from './alternatives.js';
import { checkedFixes } from './checkedFixes.js';
import { checkEdits } from './checkEdits.js';
import { completions, directive } from './directive.js';
import { findings } from './findings.js';
import { inspect } from './inspect.js';
import { modules } from './modules.js';
import { offer, offers } from './offers.js';
import { problems } from './problems.js';
import { scanFile, scanFiles } from './scan.js';
import { findUsages, readSource } from './source.js';
import { training } from './training.js';

type Handlers = { readonly [M in JobMethod]: (params: Jobs[M]['params'], workspace: Workspace) => Jobs[M]['result'] };

export const handlers: Handlers = {
  'architect/modules': modules,
  'architect/inspect': inspect,
  'architect/findings': findings,
  'architect/checkEdits': checkEdits,
  'architect/advise': advise,
  'architect/training': training,
  'architect/alternatives': alternatives,
  'architect/readSource': readSource,
  'architect/findUsages': findUsages,
  'architect/offers': offers,
  'architect/offer': offer,
  problems,
  scanFiles,
  scanFile,
  checkedFixes,
  hints: ({ uri, options }, workspace) => ({
    version: workspace.versionOf(uri),
    hints: workspace.current().hintsOf(pathOf(uri), options),
  }),
  hover: ({ uri, position }, workspace) => workspace.current().hoverAt(pathOf(uri), position),
  'architect/directive': directive,
  completions,
};
