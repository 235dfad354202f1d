/** Installs the pinned packages that are not there yet (all by default) and returns the folder with their sources. */
export function ensureZoos(only?: string[]): string;
