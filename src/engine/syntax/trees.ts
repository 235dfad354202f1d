/** Packed trees of the engine's own Python texts by the texts' digests: none here, the bundler fills them in. */
export const trees: Readonly<Record<string, string>> = {};
