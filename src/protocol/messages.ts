/** Own methods of the language server, beside those of the standard protocol. */
import type { AdviseParams, AdviseResult } from './advice.js';
import type {
  ActiveDocument,
  AnalysisChanged,
  AnalysisState,
  CheckEditsParams,
  CheckEditsResult,
  DirectiveParams,
  DirectiveResult,
  FindingsParams,
  FindingsResult,
  InspectParams,
  InspectResult,
  ModulesParams,
  ModulesResult,
} from './analysis.js';
import type { ScanProgress, ScanResult } from './scan.js';
import type { FindUsagesParams, FindUsagesResult, ReadSourceParams, ReadSourceResult } from './source.js';
import type { OfferParams, OfferResult, OffersParams, OffersResult } from './offers.js';
import type { AlternativesParams, AlternativesResult, TrainingParams, TrainingResult } from './training.js';

/** Asked by the extension, by method name. */
export interface Requests {
  'architect/modules': { params: ModulesParams; result: ModulesResult };
  'architect/inspect': { params: InspectParams; result: InspectResult };
  'architect/directive': { params: DirectiveParams; result: DirectiveResult };
  'architect/findings': { params: FindingsParams; result: FindingsResult };
  'architect/checkEdits': { params: CheckEditsParams; result: CheckEditsResult };
  'architect/advise': { params: AdviseParams; result: AdviseResult };
  'architect/training': { params: TrainingParams; result: TrainingResult };
  'architect/offers': { params: OffersParams; result: OffersResult };
  'architect/offer': { params: OfferParams; result: OfferResult };
  'architect/alternatives': { params: AlternativesParams; result: AlternativesResult };
  'architect/readSource': { params: ReadSourceParams; result: ReadSourceResult };
  'architect/findUsages': { params: FindUsagesParams; result: FindUsagesResult };
}

/** Asked by the extension, of the workspace as a whole. */
export interface WorkspaceRequests {
  'architect/scan': { params: Record<string, never>; result: ScanResult };
}

/** Told by the extension. */
export interface ClientNotifications {
  'architect/active': ActiveDocument;
  'architect/rules': RuleSettings;
}

/** Told by the server. */
export interface ServerNotifications {
  'architect/state': AnalysisState;
  'architect/changed': AnalysisChanged;
  'architect/scanned': ScanProgress;
}

export type RequestMethod = keyof Requests;

/** What the extension hands the server when it starts. */
export interface InitializationOptions {
  /** Folders in which the user's own packages are looked for, beside the workspace folders. */
  readonly paths?: readonly string[];
  /** Folders of the packages that are installed for the user's Python: searched last, and only for what is imported. */
  readonly libraries?: readonly string[];
  /** Numbers for sizes of inputs that nobody says: `{ B: 8 }`. */
  readonly sizes?: Readonly<Record<string, number>>;
  readonly rules?: RuleSettings;
}

/** How loudly a rule speaks; `default`: as the rule has it. */
export type RuleLevel = 'default' | 'off' | 'hint' | 'info' | 'warning' | 'error';

export interface RuleSettings {
  readonly enabled: boolean;
  /** By rule id; those left out are as the rule has it. */
  readonly levels: Readonly<Record<string, RuleLevel>>;
}
