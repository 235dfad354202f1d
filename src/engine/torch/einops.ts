export const einopsModules: readonly import('../python/define.js').ModelledModule[] = [];
