// `npm test [-- LAYER…]`: sets up everything on a fresh clone, then runs the layers of tests in order.
import { ensureDependencies } from './lib/dependencies.mjs';
import { runTypeScript } from './lib/typescript.mjs';

ensureDependencies();
runTypeScript(new URL('../test/support/run-layers.ts', import.meta.url), process.argv.slice(2));
