// ESLint rule: who may import whom. The picture is in CONTRIBUTING.md ("Layout").
import { builtinModules } from 'node:module';
import { dirname, relative, resolve } from 'node:path';

/** The engine's rooms: each may import the ones before it. */
const ROOMS = ['syntax', 'project', 'python', 'torch', 'model', 'training', 'lint', 'report', 'advice', 'blueprint'];

const BUILTINS = new Set(builtinModules);

/**
 * What each part of src/ may import. `parts`: other parts; `types`: parts of which only types may be imported.
 * @type {Record<string, { parts: string[], types?: string[], packages?: boolean | string[], node?: boolean, vscode?: boolean }>}
 */
const PARTS = {
  engine: { parts: [], types: ['edits'], packages: true },
  edits: { parts: [], packages: ['diff'] },
  protocol: { parts: [], types: ['engine', 'edits'], packages: true },
  verify: { parts: ['protocol', 'edits'], packages: true, node: true },
  agent: { parts: ['protocol', 'edits', 'verify'], packages: true, node: true },
  server: { parts: ['engine', 'protocol', 'edits'], packages: true, node: true },
  extension: { parts: ['protocol', 'agent', 'edits', 'verify'], packages: true, node: true, vscode: true },
  inspector: { parts: ['protocol', 'edits'], packages: true },
  cli: { parts: ['engine', 'protocol', 'agent', 'edits', 'verify', 'server'], packages: true, node: true },
};

/**
 * Why an import is not allowed, or nothing.
 * @param {string} from the importing file, from the project's root, with forward slashes
 * @param {string} target what is imported, as written; relative paths resolved from the project's root
 * @param {boolean} onlyTypes whether the import vanishes at run time
 */
export function violation(from, target, onlyTypes) {
  const [src, part, room] = from.split('/');
  const rules = src === 'src' && part !== undefined ? PARTS[part] : undefined;
  if (!rules || part === undefined) return undefined;
  if (target === 'vscode') return rules.vscode ? undefined : `src/${part} has no 'vscode'.`;
  if (target.startsWith('node:') || BUILTINS.has(target)) {
    // Finding the parser's packages is no input of the user's.
    if (room === 'syntax' && target === 'node:module') return undefined;
    return rules.node ? undefined : `src/${part} does no input or output: no Node modules.`;
  }
  const [toSrc, toPart, toRoom] = target.split('/');
  if (toSrc !== 'src' || toPart === undefined) {
    if (target.startsWith('test/')) return 'src imports nothing from test.';
    const allowed = rules.packages === true || (Array.isArray(rules.packages) && rules.packages.includes(target));
    return allowed ? undefined : `src/${part} doesn't import packages such as ${target}.`;
  }
  if (toPart.includes('.')) return undefined; // a file of src itself
  if (toPart === part) {
    const [own, other] = [ROOMS.indexOf(room ?? ''), ROOMS.indexOf(toRoom ?? '')];
    if (part !== 'engine' || own < 0) return undefined;
    if (other < 0) return `A room of the engine imports rooms, not src/engine/${toRoom}.`;
    return other <= own ? undefined : `engine/${room} comes before engine/${toRoom}: ${ROOMS.join(' < ')}.`;
  }
  if (part === 'protocol' && !onlyTypes) return `src/protocol imports types only.`;
  if (rules.parts.includes(toPart) || (onlyTypes && rules.types?.includes(toPart))) return undefined;
  return `src/${part} doesn't import src/${toPart}${rules.types?.includes(toPart) ? ' but for types' : ''}.`;
}

/**
 * A node that names a module, as typescript-eslint's parser gives it: the marks of types are not in ESLint's own types.
 * @typedef {{ type: string, value?: unknown }} Source
 * @typedef {{ importKind?: string, exportKind?: string }} Kind
 * @typedef {Kind & { source?: Source | null, argument?: { literal?: Source }, arguments?: Source[], specifiers?: Kind[] }} Node
 */

/** @type {import('eslint').Rule.RuleModule} */
export const borders = {
  meta: { type: 'problem', schema: [], messages: { border: '{{ why }}' } },
  create(context) {
    const root = context.cwd;
    const from = relative(root, context.filename).replaceAll('\\', '/');
    /** @type {(source: Source | null | undefined, onlyTypes: boolean) => void} */
    const check = (source, onlyTypes) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const target = source.value.startsWith('.')
        ? relative(root, resolve(dirname(context.filename), source.value)).replaceAll('\\', '/')
        : source.value;
      const why = violation(from, target, onlyTypes);
      const node = /** @type {import('estree').Node} */ (/** @type {unknown} */ (source));
      if (why) context.report({ node, messageId: 'border', data: { why } });
    };
    /** @param {Kind} kind */
    const isType = (kind) => kind.importKind === 'type' || kind.exportKind === 'type';
    /** @param {object} given an import or export */
    const statement = (given) => {
      const node = /** @type {Node} */ (given);
      const named = node.specifiers ?? [];
      check(node.source, isType(node) || (named.length > 0 && named.every(isType)));
    };
    return {
      ImportDeclaration: statement,
      ExportNamedDeclaration: statement,
      ExportAllDeclaration: statement,
      ImportExpression: (node) => check(node.source, false),
      TSImportType: (/** @type {Node} */ node) => check(node.source ?? node.argument?.literal, true),
      'CallExpression[callee.name="require"]': (/** @type {Node} */ node) => check(node.arguments?.[0], false),
    };
  },
};
