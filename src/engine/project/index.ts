export * from './project.js';
export * from './sourceProvider.js';
