/** A question to the agent, what it tells while it works, and what it gives back. */
import type { EditSet } from '../edits/index.js';
import type { Position, Range } from '../protocol/index.js';
import type { BackendErrorKind, Effort, ModelBackend } from './backend.js';
import type { ImageBlock, Message, Usage } from './messages.js';
import type { AgentPorts, FileText } from './ports.js';

export const COMMANDS = ['analyze', 'fix', 'design', 'loss', 'explain', 'train', 'verify', 'shrink'] as const;
export type AgentCommand = (typeof COMMANDS)[number];

/** A piece of a file that the user attached or that belongs to the question. */
export interface Attachment {
  readonly uri: string;
  /** The whole file if omitted. */
  readonly range?: Range;
  /** E.g. `selection`, `model.py`. */
  readonly label: string;
  /** A folder, into which tools can look. */
  readonly isFolder?: boolean;
}

/** A text that the user attached and that is in no file: pasted, or output of a terminal. */
export interface AttachedText {
  readonly label: string;
  readonly text: string;
}

/** A picture that the user attached. */
export interface AttachedImage extends ImageBlock {
  readonly label: string;
  /** The file that it is, if it is one. */
  readonly uri?: string;
}

/** A problem that the editor shows. */
export interface EditorDiagnostic {
  readonly uri: string;
  readonly line: number;
  readonly severity: 'error' | 'warning' | 'info' | 'hint';
  readonly message: string;
}

/** What the question is about. The agent reads the texts itself, trims them to its budget and tells what it sent. */
export interface AgentContext {
  /** The file that the user looks at, and where. */
  readonly focus?: { readonly uri: string; readonly position?: Position; readonly qualname?: string };
  readonly selection?: Attachment;
  readonly attachments?: readonly Attachment[];
  readonly texts?: readonly AttachedText[];
  readonly images?: readonly AttachedImage[];
  readonly diagnostics?: readonly EditorDiagnostic[];
  /** Names of the workspace folders, for orientation. */
  readonly folders?: readonly string[];
}

export interface AgentLimits {
  /** Requests to the model for one question. */
  readonly maxRounds: number;
  /** Tokens of one answer of the model. */
  readonly maxTokens: number;
  /** Tokens of context that are sent at first. */
  readonly contextTokens: number;
  /** US dollars for one question; `null` for no limit. Only models with a known price can be held to it. */
  readonly spending: number | null;
  /** Characters of one tool's result. */
  readonly toolResult: number;
}

/** One question and its answer, stored with the answer (JSON) and handed back as history. */
export interface TurnRecord {
  readonly version: 1;
  readonly command: AgentCommand | null;
  readonly prompt: string;
  /** Whose thoughts are in the messages; another model doesn't get them. */
  readonly model: string;
  /** From the question to the last answer, tool rounds included. */
  readonly messages: readonly Message[];
  /** The changes that left with the answer. */
  readonly edits: readonly { readonly id: string; readonly title: string; readonly files: readonly string[] }[];
  /** How many proposals were numbered until then. */
  readonly proposals: number;
}

/** Something that went to the model. */
export interface SentReference {
  readonly uri: string;
  readonly range?: Range;
  readonly label: string;
}

export type AgentEvent =
  /** What is being done, in plain words. */
  | { readonly type: 'progress'; readonly text: string }
  /** A piece of the answer (Markdown). */
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reference'; readonly reference: SentReference }
  | { readonly type: 'tool'; readonly name: string; readonly id: string; readonly state: 'started' | 'done' | 'failed' }
  /** These changes passed the check together, in place of those before; none if all were dropped. The result has the last of them. */
  | {
      readonly type: 'passed';
      readonly titles: readonly string[];
      readonly sets: readonly EditSet[];
      /** The texts that the edits are for; new files are not among them. */
      readonly originals: readonly (FileText & { readonly uri: string })[];
    };

export type AgentStop =
  /** The model finished. */
  | 'done'
  | 'cancelled'
  /** The provider failed; `problem` says how. */
  | 'error'
  | 'refusal'
  | 'maxTokens'
  | 'maxRounds'
  | 'spending'
  /** The model went round in circles. */
  | 'loop'
  | 'empty';

export interface AgentOptions {
  readonly prompt: string;
  readonly command: AgentCommand | null;
  readonly context: AgentContext;
  /** Earlier turns of the conversation, oldest first. */
  readonly history: readonly TurnRecord[];
  readonly backend: ModelBackend;
  /** The provider's own name of the model. */
  readonly model: string;
  /** As people call it, for the footer; known for Claude's models. */
  readonly modelName?: string;
  readonly thinking?: 'auto' | 'off';
  readonly effort?: Effort;
  readonly ports: AgentPorts;
  readonly limits?: Partial<AgentLimits>;
  readonly signal: AbortSignal;
  readonly observer?: (event: AgentEvent) => void;
}

export interface AgentResult {
  /** The whole answer (Markdown), as the observer got it in pieces. */
  readonly text: string;
  /** Changes that the analyser checked together; empty after a cancel. */
  readonly edits: readonly EditSet[];
  readonly stop: AgentStop;
  /** For people: why the answer is not complete and what to do. */
  readonly problem?: {
    readonly kind: BackendErrorKind | AgentStop;
    /** For people. */
    readonly message: string;
    /** Of the response that failed, and what its provider calls it: for the log. */
    readonly status?: number;
    readonly requestId?: string;
  };
  readonly model: string;
  readonly usage: Usage;
  /** US dollars; `null` if the price of the model isn't known. */
  readonly cost: number | null;
  readonly milliseconds: number;
  /** Milliseconds from the question until all that goes with it was gathered; `undefined` if it never was. */
  readonly gathered?: number;
  readonly rounds: number;
  readonly references: readonly SentReference[];
  /** One line of Markdown: who answered, tokens, cost, time. */
  readonly footer: string;
  /** To be stored with the answer. */
  readonly turn: TurnRecord;
}
