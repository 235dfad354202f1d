/** `architect mcp [FOLDER…]`: the agent's tools for other agents, over standard input and output. */
import { existsSync, statSync } from 'node:fs';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { callTool, declarationOf, Draft, toolsFor } from '../agent/index.js';
import { EXIT, UsageError } from './exit.js';
import { openServer } from './serverPort.js';

const INSTRUCTIONS =
  'Exact parameters, shapes and multiply-accumulates of PyTorch nn.Modules, found without running Python. Proposed edits are only checked, never written: ' +
  'apply those that passed check_edits with your own tools, then call drop_edits.';

/** Serves until standard input ends. @returns the exit code */
export async function mcp(folders: readonly string[], version: string): Promise<number> {
  for (const folder of folders)
    if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new UsageError(`there is no folder ${folder}`);
  const server = openServer(folders.length > 0 ? folders : ['.']);
  const { ports } = server;
  const tools = toolsFor(ports);
  let draft = new Draft(ports.files);
  const protocol = new Server(
    { name: 'model-architect', version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS },
  );
  protocol.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: tools.map((tool) => {
      const { name, description, inputSchema } = declarationOf(tool);
      return {
        name,
        title: tool.title,
        description,
        inputSchema: { ...inputSchema, type: 'object' as const },
        annotations: { readOnlyHint: true, openWorldHint: false },
      };
    }),
  }));
  protocol.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
    const tool = tools.find(({ id }) => id === params.name);
    if (!tool) return { content: [{ type: 'text', text: `There is no tool ${params.name}.` }], isError: true };
    // Other programs write the files: without proposals of ours, everything is read anew.
    if (draft.files.length === 0) draft = new Draft(ports.files, draft.usedIds);
    server.refresh();
    const { text, isError = false } = await callTool(tool, params.arguments ?? {}, { ports, draft, signal });
    return { content: [{ type: 'text', text }], isError };
  });
  const ended = new Promise<void>((resolve) => {
    protocol.onclose = resolve;
    process.stdin.once('end', resolve);
  });
  await protocol.connect(new StdioServerTransport());
  await ended;
  server.close();
  return EXIT.done;
}
