import { AnalysisError, type AnalysisEngine, type EngineOptions } from './engine.js';

/**
 * Makes the engine.
 * @throws AnalysisError as long as the engine isn't part of the program
 */
export function createAnalysisEngine(_options: EngineOptions): AnalysisEngine {
  throw new AnalysisError('The analyser is not available in this version of Model Architect.');
}
