/** Packed trees of the engine's own Python texts by the texts' digests: none here, the bundler puts a module that has them in its place. */
export function ownTree(_digest: string): string | undefined {
  return undefined;
}
