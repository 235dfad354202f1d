import { z } from 'zod';
import { fenced } from '../context/fence.js';
import { defineTool } from './define.js';
import { locate } from './locate.js';

export const verify = defineTool({
  id: 'verify',
  title: 'Verify in the user’s Python',
  description:
    'Runs checks of a module in the user’s own Python with PyTorch: construction, forward, backward, finite gradients, the gradient against a difference quotient, gradcheck of own autograd functions, learning one batch by heart, and counts against the analyser’s. ' +
    'It runs the code as the editor has it, unsaved text included, with the edits proposed in this answer once check_edits has passed them. The user is asked first and may say no.',
  input: z.object({
    path: z.string().describe('The file that defines the module.'),
    qualname: z.string().describe('The class.'),
    call: z
      .string()
      .optional()
      .describe('Python that constructs it, if another way than the one in the code is meant.'),
    inputs: z.array(z.string()).optional().describe('One entry per input: sizes, then optionally `:dtype`.'),
  }),
  reads: false,
  available: ({ verify: runner, user }) => runner !== undefined && user !== undefined,
  progress: ({ qualname }) => `Verifying ${qualname} in Python`,
  run: async ({ path, qualname, call, inputs }, context) => {
    const { verify: runner, user } = context.ports;
    if (!runner || !user) return { text: 'Verification is not available here.', isError: true };
    const located = await locate(path, context);
    if ('failed' in located) return located.failed;
    const { draft } = context;
    // Nothing runs that the user has not had before their eyes.
    if (draft.files.length > 0 && !draft.lastCheck?.passed)
      return {
        text: 'Nothing was run: the edits proposed in this answer have not passed check_edits, so the user does not see them. Check them first, or take them back with drop_edits.',
        isError: true,
      };
    const overlay = draft.overlay.filter(({ uri }) => uri.startsWith('file:'));
    const prepared = await runner.prepare(
      { uri: located.uri, qualname, call, inputs, ...(overlay.length > 0 ? { overlay } : {}) },
      context.signal,
    );
    if ('problem' in prepared) return { text: `Nothing was run. ${prepared.problem}`, isError: true };
    const { title, detail } = prepared;
    const agreed = await user.confirm({ title, detail, action: 'Run' }, context.signal);
    if (!agreed)
      return {
        text: 'The user declined: nothing was run. Go on without it, and say that it was not verified.',
        isError: true,
      };
    const { markdown } = await prepared.run(context.signal);
    // What the code printed or raised is in it.
    return { text: fenced('verify', markdown) };
  },
});
