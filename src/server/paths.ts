import { fileURLToPath, pathToFileURL } from 'node:url';

/** The engine's name for a document: the absolute path with `/`, or the URI itself for what is not on disk. */
export function pathOf(uri: string): string {
  return uri.startsWith('file:') ? fileURLToPath(uri).replaceAll('\\', '/') : uri;
}

/** The way back from `pathOf`. */
export function uriOf(path: string): string {
  return /^[a-z][a-z\d+.-]+:/i.test(path) ? path : pathToFileURL(path).href;
}
