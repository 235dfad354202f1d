export const numpyModules: readonly import('../python/define.js').ModelledModule[] = [];
