/** What the agent needs of its host: the analysis, the files, the user. The extension and the command line each have their own. */
import type { RequestMethod, Requests } from '../protocol/index.js';
import type { Prepared, VerifyTarget } from '../verify/index.js';

/** The doors to the analysis server. */
export interface AnalyserPort {
  /** @throws Error whose message is for people; CancelledError once the signal is aborted */
  request<M extends RequestMethod>(
    method: M,
    params: Requests[M]['params'],
    signal?: AbortSignal,
  ): Promise<Requests[M]['result']>;
}

export interface FileText {
  readonly text: string;
  /** The editor's version, if the document is open. */
  readonly version?: number;
}

/** The user's files, as the editor has them (unsaved text included). `WorkspaceFiles` is the one for both hosts. */
export interface FilesPort {
  /** `undefined` if there is no such file. */
  read(uri: string): Promise<FileText | undefined>;
  /** Why a file must not be sent to a model (outside of the workspace, ignored, looks like secrets); `undefined` if it may be. */
  refusal(uri: string): Promise<string | undefined>;
  /** The address of a path as a model writes it: relative to a workspace folder, absolute, or an address. `undefined` if it is outside. */
  resolve(path: string): string | undefined;
  /** The path as people read it: relative to its workspace folder. */
  display(uri: string): string;
  /** Python files that may be sent, shallow ones first. */
  pythonFiles(signal?: AbortSignal): Promise<readonly string[]>;
}

export interface Consent {
  readonly title: string;
  /** What will happen, with the very command. */
  readonly detail: string;
  /** The button that says yes. */
  readonly action: string;
}

/** What only the user can decide. */
export interface UserPort {
  /** `false` also if the user closes the question. */
  confirm(consent: Consent, signal: AbortSignal): Promise<boolean>;
}

/** A change of an earlier answer. */
export interface PendingEdit {
  /** The edit set's id. */
  readonly id: string;
  readonly title: string;
  /** `pending` waits for the user, `gone` was kept or undone. */
  readonly state: 'pending' | 'gone';
}

/** Changes that wait for the user's decision. */
export interface PendingPort {
  list(): Promise<readonly PendingEdit[]>;
  /** Takes changes of earlier answers back, as the user's Undo does. @returns ids of those that were taken back */
  undo(ids: readonly string[]): Promise<readonly string[]>;
}

/** Runs the user's code: always behind `UserPort.confirm`. */
export interface VerifyPort {
  /** Works out what would be run, and runs nothing. `problem`: why nothing can be, for people. */
  prepare(target: VerifyTarget, signal?: AbortSignal): Promise<Prepared | { readonly problem: string }>;
}

export interface AgentPorts {
  readonly analyser: AnalyserPort;
  readonly files: FilesPort;
  readonly user?: UserPort;
  readonly pending?: PendingPort;
  readonly verify?: VerifyPort;
}
