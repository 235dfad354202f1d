import { z } from 'zod';
import { defineTool } from './define.js';
import { locate } from './locate.js';
import { reportText } from './report.js';

export const inspectModel = defineTool({
  id: 'inspect_model',
  title: 'Inspect an nn.Module',
  description:
    'The analyser’s report of an nn.Module, without running Python: exact parameters, shapes and multiply-accumulates of every submodule, memory, findings, what is unknown and why. With `details` also memory of training, gradient flow at initialisation, receptive field, rank bottlenecks and parameters per training sample. It sees the edits proposed so far. ' +
    'Give `call` (e.g. `Net(num_classes=10)`) and `inputs` (e.g. `1,3,224,224` or `tokens=4,128:int64`) for other sizes than the ones found in the code.',
  input: z.object({
    path: z.string().describe('The file, relative to the workspace folder.'),
    qualname: z.string().optional().describe('The class. Leave it out for every module of the file.'),
    call: z.string().optional().describe('Python that constructs the module in the file’s own namespace.'),
    inputs: z.array(z.string()).optional().describe('One entry per input: sizes, then optionally `:dtype`.'),
    details: z.boolean().optional().describe('With what takes a pass in training mode.'),
  }),
  reads: true,
  progress: ({ qualname, path }) => `Counting ${qualname ?? path}`,
  run: async ({ path, qualname, call, inputs, details }, context) => {
    const located = await locate(path, context);
    if ('failed' in located) return located.failed;
    const { reports } = await context.ports.analyser.request(
      'architect/inspect',
      { uri: located.uri, qualname, call, inputs, details, overlay: context.draft.overlay },
      context.signal,
    );
    if (reports.length === 0)
      return { text: `There is no nn.Module ${qualname ?? 'class'} in ${located.path}.`, isError: true };
    return { text: reports.map(reportText).join('\n\n') };
  },
});
