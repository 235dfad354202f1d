/** The analysis as the agent and verification ask it. */
import type { AnalyserPort } from '../../agent/index.js';
import { tokenOf } from '../models/editorModel.js';
import type { Services } from '../services.js';

/** The analysis process for the agent, cancelled by its signal. */
export function analyserPort({ analysis }: Services): AnalyserPort {
  return {
    request: async (method, params, signal) => {
      if (!signal) return analysis.request(method, params);
      const token = tokenOf(signal);
      try {
        return await analysis.request(method, params, token.token);
      } finally {
        token.dispose();
      }
    },
  };
}
