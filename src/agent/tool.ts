/** A tool: what the model may ask for. One file each in `tools/`; the same ones serve agent mode and MCP. */
import type { z } from 'zod';
import type { AgentPorts } from './ports.js';
import type { Draft } from './edits/draft.js';

export interface ToolContext {
  readonly ports: AgentPorts;
  /** The changes that were proposed so far in this conversation, and the texts with them. */
  readonly draft: Draft;
  readonly signal: AbortSignal;
  /** Told of each file of which something goes to the model. */
  readonly reads?: (uri: string) => void;
}

export interface ToolOutput {
  readonly text: string;
  /** The model should know that it didn't work. */
  readonly isError?: boolean;
}

export interface Tool<Schema extends z.ZodObject = z.ZodObject> {
  /** E.g. `inspect_model`. */
  readonly id: string;
  /** For the model: what it does, when to use it, what comes back. */
  readonly description: string;
  /** For the list of tools in the editor. */
  readonly title: string;
  readonly input: Schema;
  /** Whether it only reads. Those run side by side; the others one after another in the order of the calls. */
  readonly reads: boolean;
  /** What it is doing, in plain words: `Reading Net.forward`. */
  progress(input: z.infer<Schema>): string;
  /** Whether the host has what it needs. */
  available(ports: AgentPorts): boolean;
  /** @throws CancelledError once the signal is aborted; other errors are told the model by their message */
  run(input: z.infer<Schema>, context: ToolContext): Promise<ToolOutput>;
}
