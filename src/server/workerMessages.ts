/** Between the server's thread and the engine's. */
import type { HintOptions } from '../engine/report/index.js';
import type { FindingReport, Position, Requests } from '../protocol/index.js';
import type { FixQuestion } from './requests/checkedFixes.js';
import type { PlacedHint, PlacedHover } from './engine.js';
import type { Suggestion } from './directives/complete.js';

/** What the engine's thread can be asked; the own requests and what the server needs for the standard ones. */
export interface Jobs extends Requests {
  problems: { params: { uri: string }; result: { problems: readonly FindingReport[] } };
  completions: { params: { uri: string; position: Position }; result: { suggestions: readonly Suggestion[] } };
  scanFiles: { params: { folders: readonly string[] }; result: { uris: readonly string[] } };
  scanFile: {
    params: { uri: string };
    result: { problems: readonly FindingReport[]; findings: readonly FindingReport[] };
  };
  hints: {
    params: { uri: string; options: HintOptions };
    result: { version: number | null; hints: readonly PlacedHint[] };
  };
  checkedFixes: { params: FixQuestion; result: { findings: readonly FindingReport[] } };
  hover: { params: { uri: string; position: Position }; result: PlacedHover | null };
}

export type JobMethod = keyof Jobs;

export interface WorkerData {
  readonly parser: 'native' | 'wasm';
  readonly roots: readonly string[];
  readonly libraries: readonly string[];
  readonly sizes: Readonly<Record<string, number>>;
  /** `cancel[0]` holds the number of the job that is to end early. */
  readonly cancel: Int32Array;
}

export type ToWorker =
  /** The text of an open document; `null` when it was closed. */
  | { readonly type: 'text'; readonly uri: string; readonly text: string | null; readonly version: number }
  /** Files on disk changed; all of them if left out. */
  | { readonly type: 'changed'; readonly uris?: readonly string[] }
  | { readonly type: 'run'; readonly id: number; readonly method: JobMethod; readonly params: unknown };

export type FromWorker =
  | { readonly type: 'ready'; readonly parser: 'native' | 'wasm' }
  /** It can't start; another try would end the same way. */
  | { readonly type: 'unable'; readonly message: string }
  | { readonly type: 'result'; readonly id: number; readonly result: unknown }
  | { readonly type: 'cancelled'; readonly id: number }
  /** `expected`: the message is for people; otherwise `message` holds the stack of a fault. */
  | { readonly type: 'failed'; readonly id: number; readonly expected: boolean; readonly message: string };
