export * from './imports.js';
export * from './notebook.js';
export * from './project.js';
export * from './sourceProvider.js';
