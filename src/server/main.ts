/** The analysis process: speaks the language server protocol and keeps its own thread free while the engine works. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { startServer } from './server.js';

const folder = typeof __dirname === 'string' ? __dirname : dirname(fileURLToPath(import.meta.url));
const parser = process.argv.includes('--parser=wasm') ? 'wasm' : 'native';

startServer(createConnection(ProposedFeatures.all), { workerFile: join(folder, 'worker.js'), parser });
