/** Asks the analyser in the editor's terms: about cells where the engine knows programs. */
import type { Analyser } from '../analyser.js';
import type { JobMethod, Jobs } from '../workerMessages.js';
import type { Notebooks } from './notebooks.js';
import { toCells, toPrograms } from './translate.js';

/** What the parts of the server ask. */
export type Analyst = Pick<Analyser, 'request'>;

/** The analyser, for files and for cells. */
export function analystFor(analyser: Analyser, notebooks: Notebooks): Analyst {
  return {
    async request<M extends JobMethod>(
      method: M,
      params: Jobs[M]['params'],
      about: Parameters<Analyser['request']>[2],
    ): Promise<Jobs[M]['result']> {
      if (notebooks.isEmpty) return analyser.request(method, params, about);
      const program = notebooks.ofCell(about.uri);
      const asked = toPrograms(params, notebooks) as Jobs[M]['params'];
      const result: unknown = await analyser.request(method, asked, { ...about, uri: program?.uri ?? about.uri });
      // The cells may have moved meanwhile: the answer is about the program as it was when it was asked for.
      const cell = program?.cells.find(({ uri }) => uri === about.uri);
      const current = notebooks.ofCell(about.uri);
      const translated = toCells(result, program && cell ? { program, cell } : null, notebooks);
      if (!program || typeof translated !== 'object' || translated === null || !('version' in translated))
        return translated as Jobs[M]['result'];
      const version = translated.version === current?.version ? (cell?.version ?? STALE) : STALE;
      return { ...translated, version } as Jobs[M]['result'];
    },
  };
}

/** No document has this version: who asked asks again. */
const STALE = -1;
