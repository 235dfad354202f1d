/** `architect advise FILE [WORDS…]`: the playbook's answer, offline. */
import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { renderAdvice } from '../agent/playbook/markdown.js';
import { EXIT, UsageError } from './exit.js';
import { openServer } from './serverPort.js';

export interface AdviseFlags {
  readonly path: readonly string[];
  readonly json?: boolean;
}

/** Prints diagnosis and prescriptions; nothing is changed. @returns the exit code */
export async function advise(file: string, words: readonly string[], flags: AdviseFlags): Promise<number> {
  if (!existsSync(file) || !statSync(file).isFile()) throw new UsageError(`there is no file ${file}`);
  const server = openServer([dirname(resolve(file)), ...flags.path]);
  try {
    const text = words.join(' ').trim() || 'fix overfitting';
    const uri = pathToFileURL(resolve(file)).href;
    const advice = await server.ports.analyser.request('architect/advise', { text, uri });
    process.stdout.write(flags.json ? `${JSON.stringify(advice, null, 2)}\n` : renderAdvice(advice));
    return advice.symptom === null ? EXIT.unresolved : EXIT.done;
  } finally {
    server.close();
  }
}
