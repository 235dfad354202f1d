// `npm start [-- --port 8421] [--fresh]`: opens a real VS Code with the packaged extension and a sample workspace.
import { ensureDependencies } from './lib/dependencies.mjs';
import { runTypeScript } from './lib/typescript.mjs';

ensureDependencies();
runTypeScript(new URL('./open-editor.ts', import.meta.url), process.argv.slice(2));
