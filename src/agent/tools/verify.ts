import { z } from 'zod';
import { defineTool } from './define.js';
import { locate } from './locate.js';

export const verify = defineTool({
  id: 'verify',
  title: 'Verify in the user’s Python',
  description:
    'Runs checks of a model in the user’s own Python with PyTorch: construction, forward, backward, finite gradients, overfitting one batch, counts against the analyser’s. It runs the user’s code as it is on disk, without proposed edits; the user is asked first and may say no.',
  input: z.object({
    path: z.string().describe('The file that defines the model.'),
    qualname: z.string().describe('The model’s class.'),
  }),
  reads: false,
  available: ({ verify: runner, user }) => runner !== undefined && user !== undefined,
  progress: ({ qualname }) => `Verifying ${qualname} in Python`,
  run: async ({ path, qualname }, context) => {
    const { verify: runner, user } = context.ports;
    if (!runner || !user) return { text: 'Verification is not available here.', isError: true };
    const located = await locate(path, context);
    if ('failed' in located) return located.failed;
    const detail = await runner.describe(located.uri, qualname);
    if (detail === undefined) return { text: 'There is no Python with PyTorch to run it in.', isError: true };
    const agreed = await user.confirm({ title: `Run ${qualname} in Python?`, detail, action: 'Run' }, context.signal);
    if (!agreed)
      return {
        text: 'The user declined: nothing was run. Go on without it, and say that it was not verified.',
        isError: true,
      };
    return { text: await runner.run(located.uri, qualname, context.signal) };
  },
});
