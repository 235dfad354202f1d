/** Which files of a project train a model: they compute gradients and import the file it is in. */
import { dirname, type Project } from '../project/index.js';
import type { SourceFile } from '../syntax/index.js';
import { isLibrary } from './classes.js';

/** Folders in which nobody keeps their own source. */
const SKIPPED = /^(?:\..*|node_modules|__pycache__|site-packages|dist-packages|venv|env|build|dist)$/;
/** More files than this are not looked through. */
const MAX_FILES = 2000;
const MAX_DEPTH = 6;
/** More files than this are not asked what they import. */
const MAX_IMPORTERS = 200;

/** Python files of the folder and below, in a stable order. */
export function pythonFiles(project: Project, folder: string): string[] {
  const found: string[] = [];
  const visit = (path: string, depth: number): void => {
    const names = [...project.provider.list(path)].sort();
    for (const name of names) {
      if (found.length >= MAX_FILES) return;
      const full = path.endsWith('/') ? path + name : `${path}/${name}`;
      if (name.endsWith('.py')) {
        if (project.provider.isFile(full)) found.push(full);
      } else if (depth < MAX_DEPTH && !SKIPPED.test(name) && project.provider.isDirectory(full)) visit(full, depth + 1);
    }
  };
  visit(folder, 0);
  return found;
}

/** The text computes gradients: cheap, before anything is parsed. */
const TRAINS = /\.backward\s*\(/;

/**
 * Files that train what `path` defines, best first: the file itself, then those that import it or that it imports, then those that a
 * program imports together with it; the nearest first.
 */
export function trainingFiles(project: Project, path: string): SourceFile[] {
  const own = project.file(path);
  if (!own) return [];
  const found = TRAINS.test(own.text) ? [path] : [];
  const all = nearFiles(project, path).filter((candidate) => candidate !== path);
  const training = all.filter((candidate) => TRAINS.test(project.text(candidate) ?? ''));
  const ownReach = reachable(project, path);
  const apart: string[] = [];
  for (const candidate of training)
    (ownReach.has(candidate) || reachable(project, candidate).has(path) ? found : apart).push(candidate);
  if (found.length === 0 && apart.length > 0) {
    const programs = importerPaths(project, path, all).map((program) => reachable(project, program));
    found.push(...apart.filter((candidate) => programs.some((reach) => reach.has(candidate))));
  }
  return parsed(project, found);
}

/** Files that import another one, directly or not. */
export function importersOf(project: Project, path: string, among = nearFiles(project, path)): SourceFile[] {
  return parsed(project, importerPaths(project, path, among));
}

function importerPaths(project: Project, path: string, among: readonly string[]): string[] {
  // Whoever imports it names it or the package that it is in.
  const names = project.moduleNameOf(path).name.split('.').slice(-2);
  const mentions = new RegExp(`^[ \\t]*(?:from|import)\\b.*\\b(?:${names.join('|')})\\b`, 'm');
  return among
    .filter((candidate) => candidate !== path && mentions.test(project.text(candidate) ?? ''))
    .slice(0, MAX_IMPORTERS)
    .filter((candidate) => reachable(project, candidate).has(path));
}

function parsed(project: Project, paths: readonly string[]): SourceFile[] {
  return paths.flatMap((path) => project.file(path) ?? []);
}

/** Python files of the file's own folder, then of the folders of programs that it is in. */
export function nearFiles(project: Project, path: string): string[] {
  const folders = [...new Set([dirname(path), ...project.programFolders.filter((folder) => isInside(path, folder))])];
  return [...new Set(folders.flatMap((folder) => pythonFiles(project, folder)))];
}

/**
 * Whether the file or one near it says a word at all: who makes an optimizer or a loader names its class, most libraries of models
 * don't, and need no closer look.
 */
export function isNamedNear(project: Project, path: string, word: string): boolean {
  return [path, ...nearFiles(project, path)].some((each) => project.text(each)?.includes(word));
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** The project's files that a file imports, directly or through modules in between. */
function reachable(project: Project, from: string): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (path: string, depth: number): void => {
    for (const target of project.importedFiles(path)) {
      if (found.has(target) || isLibrary({ path: target })) continue;
      found.add(target);
      if (depth < 3) visit(target, depth + 1);
    }
  };
  visit(from, 0);
  return found;
}
