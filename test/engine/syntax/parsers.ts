import { createParser, type ParserKind, type PythonParser } from '../../../src/engine/syntax/index.js';

const loading = new Map<ParserKind, Promise<PythonParser>>();

/** One parser of each kind for all tests. */
export function parserOf(kind: ParserKind): Promise<PythonParser> {
  const parser = loading.get(kind) ?? createParser(kind);
  loading.set(kind, parser);
  return parser;
}

/** The reason why the native parser can't be loaded on this machine, or `null` when it can. */
export async function whyNotNative(): Promise<string | null> {
  try {
    await parserOf('native');
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Runs a suite once for each parser. Where the native one has no build that loads (an old C++ library, musl), its run is
 * skipped; `loading.test.ts` shows the reason.
 */
export function onEachParser(title: string, suite: (parser: () => PythonParser) => void): void {
  for (const kind of ['native', 'wasm'] satisfies ParserKind[]) {
    describe(`${title} (${kind})`, () => {
      let parser: PythonParser | undefined;
      before(async function () {
        if (kind === 'native' && (await whyNotNative()) !== null) this.skip();
        parser = await parserOf(kind);
      });
      suite(() => {
        if (!parser) throw new Error('The parser is not loaded yet.');
        return parser;
      });
    });
  }
}
