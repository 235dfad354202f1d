import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * The engine's name for a document: the absolute path with `/`, or the URI itself for what has none. An unsaved document
 * that has its place already is at that place, so that others can import it.
 */
export function pathOf(uri: string): string {
  const file = uri.replace(/^untitled:(?:\/\/)?(?=\/)/, 'file://');
  return file.startsWith('file:') ? fileURLToPath(file).replaceAll('\\', '/') : uri;
}

/** The way back from `pathOf`. */
export function uriOf(path: string): string {
  return /^[a-z][a-z\d+.-]+:/i.test(path) ? path : pathToFileURL(path).href;
}
