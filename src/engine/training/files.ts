/** Which files of a project train a model: they compute gradients and import the file it is in. */
import { dirname, type Project } from '../project/index.js';
import type { SourceFile } from '../syntax/index.js';
import { importedModules, moduleFile, packageOf } from './names.js';

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
  const found: SourceFile[] = TRAINS.test(own.text) ? [own] : [];
  const all = nearFiles(project, path).filter((candidate) => candidate !== path);
  const training = all.filter((candidate) => TRAINS.test(project.text(candidate) ?? ''));
  const ownReach = reachable(project, own);
  const apart: SourceFile[] = [];
  for (const candidate of training) {
    const file = project.file(candidate);
    if (!file) continue;
    if (ownReach.has(candidate) || reachable(project, file).has(path)) found.push(file);
    else apart.push(file);
  }
  if (found.length > 0 || apart.length === 0) return found;
  const programs = importersOf(project, path, all).map((program) => reachable(project, program));
  return apart.filter((file) => programs.some((reach) => reach.has(file.path)));
}

/** Files that import another one, directly or not. */
export function importersOf(project: Project, path: string, among = nearFiles(project, path)): SourceFile[] {
  // Whoever imports it names it or the package that it is in: a look at the text is cheaper than parsing all of them.
  const names = project.moduleNameOf(path).name.split('.').slice(-2);
  const mentions = new RegExp(`^[ \\t]*(?:from|import)\\b.*\\b(?:${names.join('|')})\\b`, 'm');
  return among
    .filter((candidate) => candidate !== path && mentions.test(project.text(candidate) ?? ''))
    .slice(0, MAX_IMPORTERS)
    .flatMap((candidate) => {
      const file = project.file(candidate);
      return file && reachable(project, file).has(path) ? [file] : [];
    });
}

/** Python files of the file's own folder, then of the project's folders that it is in. */
export function nearFiles(project: Project, path: string): string[] {
  const folders = [...new Set([dirname(path), ...project.roots.filter((root) => isInside(path, root))])];
  return [...new Set(folders.flatMap((folder) => pythonFiles(project, folder)))];
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** The project's files that a file imports, directly or through modules in between. */
function reachable(project: Project, from: SourceFile): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (file: SourceFile, depth: number): void => {
    for (const module of importedModules(file, packageOf(project, file))) {
      const target = moduleFile(project, file, module);
      if (target === null || found.has(target) || /\/(?:site|dist)-packages\//.test(target)) continue;
      found.add(target);
      const next = depth < 3 ? project.file(target) : undefined;
      if (next) visit(next, depth + 1);
    }
  };
  visit(from, 0);
  return found;
}
