import type { z } from 'zod';
import type { Tool } from '../tool.js';

/** Keeps the input's type while the tool is written, and forgets it for the registry. */
export function defineTool<Schema extends z.ZodObject>(
  tool: Omit<Tool<Schema>, 'available'> & Partial<Pick<Tool<Schema>, 'available'>>,
): Tool {
  const whole: Tool<Schema> = { available: () => true, ...tool };

  return whole;
}
