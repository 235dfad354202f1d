export { AnthropicBackend, keyProblem, listModels, verifyKey, type AnthropicOptions } from './backend.js';
export { BUILT_IN_MODELS, defaultModel, findModel, type ModelEntry } from './models.js';
