// Bundles every program of the extension into dist/: `node scripts/build.mjs [--production]`.
// Without --production the bundles are readable and carry source maps.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

/** @type {{ version: string }} */
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The parser's packages load binaries from beside themselves, so they ship as packages and are not bundled. */
const PARSER_PACKAGES = ['tree-sitter', 'tree-sitter-python', 'web-tree-sitter'];

/** Gives bundles their own place: `import.meta.url` is empty in CommonJS output. */
const BUNDLE_URL = 'const __bundleUrl = require("node:url").pathToFileURL(__filename).href;';

/**
 * Leaves an import out of a bundle: at run time it is another of the bundles.
 * @param {string} specifier as the source writes it
 * @param {string} bundle the file beside the importing bundle
 * @returns {esbuild.Plugin}
 */
function separate(specifier, bundle) {
  return {
    name: `separate ${bundle}`,
    setup({ onResolve }) {
      onResolve({ filter: /^\./ }, ({ path }) => (path === specifier ? { path: bundle, external: true } : undefined));
    },
  };
}

/** @type {esbuild.BuildOptions} */
const node = {
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode', ...PARSER_PACKAGES],
  banner: { js: BUNDLE_URL },
  define: { 'import.meta.url': '__bundleUrl', ARCHITECT_VERSION: JSON.stringify(version) },
};

/** @type {{ entry: string, out: string, options: esbuild.BuildOptions }[]} */
const PROGRAMS = [
  { entry: 'src/extension/main.ts', out: 'extension.js', options: node },
  { entry: 'src/server/main.ts', out: 'server.js', options: node },
  { entry: 'src/server/worker.ts', out: 'worker.js', options: node },
  { entry: 'src/cli/launch.ts', out: 'cli.js', options: { ...node, banner: { js: '#!/usr/bin/env node' } } },
  {
    entry: 'src/cli/main.ts',
    out: 'cli-main.js',
    options: {
      ...node,
      // What runs compiled code of the last time knows no `import()`.
      supported: { 'dynamic-import': false },
      plugins: ['batch', 'lint', 'advise', 'verify', 'mcp'].map((name) => separate(`./${name}.js`, `./cli-${name}.js`)),
    },
  },
  { entry: 'src/cli/batch.ts', out: 'cli-batch.js', options: node },
  { entry: 'src/cli/lint.ts', out: 'cli-lint.js', options: node },
  { entry: 'src/cli/advise.ts', out: 'cli-advise.js', options: node },
  { entry: 'src/cli/verify.ts', out: 'cli-verify.js', options: node },
  { entry: 'src/cli/mcp.ts', out: 'cli-mcp.js', options: node },
  { entry: 'src/cli/thread.ts', out: 'cli-thread.js', options: { ...node, banner: {} } },
  { entry: 'src/cli/answers.ts', out: 'cli-engine.js', options: node },
  {
    entry: 'src/inspector/main.ts',
    out: 'inspector.js',
    options: {
      platform: 'browser',
      format: 'iife',
      target: 'es2022',
      plugins: [separate('./layout.js', './inspector-layout.js')],
    },
  },
  {
    // Loaded when a graph is first looked at.
    entry: 'src/inspector/graph/layout.ts',
    out: 'inspector-layout.js',
    options: { platform: 'browser', format: 'esm', target: 'es2022' },
  },
];

/** What text files are to a bundle. */
const LOADERS = /** @type {const} */ ({ '.py': 'text', '.svg': 'text', '.ttf': 'dataurl' });

/**
 * Parses the Python texts that the engine carries, so that no run has to: the module that has their trees is filled in.
 * @returns {Promise<esbuild.Plugin>}
 */
async function plantTrees() {
  const outfile = join(root, '.cache', `trees-${process.pid}.cjs`);
  const contents = `
    import { stdlib } from './src/engine/python/stdlib/index.js';
    import { createAvailableParser, digestOf, packAst } from './src/engine/syntax/index.js';
    import { torchModules } from './src/engine/torch/index.js';
    export async function trees() {
      const parser = await createAvailableParser();
      const texts = [...stdlib, ...torchModules].flatMap(({ source }) => source ?? []);
      return Object.fromEntries(texts.map((text) => [digestOf(text), packAst(parser.parse('<text>', text).ast)]));
    }`;
  try {
    await esbuild.build({
      ...node,
      absWorkingDir: root,
      stdin: { contents, resolveDir: root },
      outfile,
      bundle: true,
      loader: LOADERS,
      logLevel: 'warning',
    });
    /** @type {{ trees(): Promise<Record<string, string>> }} */
    const { trees } = createRequire(import.meta.url)(outfile);
    // Beside the bundles and not in them: V8 would read it as a program each time. A line says where each tree begins and ends, in bytes.
    /** @type {Record<string, [number, number]>} */
    const places = {};
    let at = 0;
    const packed = await trees();
    for (const [digest, tree] of Object.entries(packed)) {
      const end = at + Buffer.byteLength(tree);
      places[digest] = [at, end];
      at = end;
    }
    writeFileSync(join(dist, 'trees.txt'), `${JSON.stringify(places)}\n${Object.values(packed).join('')}`);
    const filled = `
      import { readFileSync } from 'node:fs';
      import { join } from 'node:path';
      let bytes, places, from;
      export function ownTree(digest) {
        if (!bytes) {
          bytes = readFileSync(join(__dirname, 'trees.txt'));
          from = bytes.indexOf(10) + 1;
          places = JSON.parse(bytes.toString('utf8', 0, from));
        }
        const place = places[digest];
        return place && bytes.toString('utf8', from + place[0], from + place[1]);
      }`;
    return {
      name: 'trees',
      setup({ onLoad }) {
        onLoad({ filter: /[\\/]syntax[\\/]trees\.ts$/ }, () => ({ contents: filled, loader: 'js' }));
      },
    };
  } finally {
    rmSync(outfile, { force: true });
  }
}

/**
 * Builds dist/. Files are replaced rather than removed first, so that a running extension never finds them missing.
 * @param {{ production?: boolean }} [options] production: minified and without source maps
 */
export async function build({ production = false } = {}) {
  mkdirSync(dist, { recursive: true });
  const inputs = new Set();
  const trees = await plantTrees();
  await Promise.all(
    PROGRAMS.map(async ({ entry, out, options }) => {
      const outfile = join(dist, out);
      rmSync(`${outfile}.map`, { force: true });
      if (!existsSync(join(root, entry))) {
        rmSync(outfile, { force: true });
        console.log(`build: ${entry} does not exist yet, so ${out} is left out`);
        return;
      }
      const { metafile } = await esbuild.build({
        ...options,
        absWorkingDir: root,
        entryPoints: [entry],
        outfile,
        bundle: true,
        metafile: true,
        minify: production,
        // Class and function names reach error messages and the log.
        keepNames: production,
        sourcemap: production ? false : 'linked',
        // Notices are collected into one file below.
        legalComments: 'none',
        loader: LOADERS,
        plugins: [trees, ...(options.plugins ?? [])],
        logLevel: 'warning',
      });
      for (const input of Object.keys(metafile.inputs)) inputs.add(input);
    }),
  );
  // Read by the user's own Python, so it stays a file.
  copyFileSync(join(root, 'src', 'verify', 'verify.py'), join(dist, 'verify.py'));
  if (existsSync(join(dist, 'cli.js'))) chmodSync(join(dist, 'cli.js'), 0o755);
  writeFileSync(join(dist, 'THIRD-PARTY-NOTICES.txt'), notices(inputs));
  console.log(`build: dist is ready${production ? ' (production)' : ''}`);
}

/**
 * The licence texts of the packages that were bundled.
 * @param {Set<string>} inputs paths of bundled files, from the project's root
 */
function notices(inputs) {
  const packages = new Set(PARSER_PACKAGES);
  for (const input of inputs) {
    const inPackage = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (inPackage?.[0] && inPackage[1]) packages.add(inPackage[0].slice('node_modules/'.length, -1));
  }
  const parts = [...packages].sort().map((name) => {
    const folder = join(root, 'node_modules', name);
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : `Licence: ${license}`;
    return `${name} ${version}\n\n${text}\n`;
  });
  return ['This extension contains the following packages.\n', ...parts].join(`\n${'-'.repeat(80)}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await build({ production: process.argv.includes('--production') });
  } catch (error) {
    // esbuild has shown what is wrong, and where.
    if (!(error instanceof Error && 'errors' in error)) throw error;
    process.exitCode = 1;
  }
}
