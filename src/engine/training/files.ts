/** Which files of a project train a model: they compute gradients and import the file it is in. */
import { dirname, type Project } from '../project/index.js';
import type { SourceFile } from '../syntax/index.js';
import { importedModules, moduleFile, packageOf } from './names.js';

/** Folders in which nobody keeps their own source. */
const SKIPPED = /^(?:\..*|node_modules|__pycache__|site-packages|dist-packages|venv|env|build|dist)$/;
/** More files than this are not looked through. */
const MAX_FILES = 2000;
const MAX_DEPTH = 6;

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
 * Files that train what `path` defines, best first: the file itself, then those that import it or that it imports, the nearest first.
 */
export function trainingFiles(project: Project, path: string): SourceFile[] {
  const own = project.file(path);
  if (!own) return [];
  const found: SourceFile[] = TRAINS.test(own.text) ? [own] : [];
  const folders = [...new Set([dirname(path), ...project.roots.filter((root) => isInside(path, root))])];
  const seen = new Set([path]);
  const near: SourceFile[] = [];
  for (const folder of folders) {
    for (const candidate of pythonFiles(project, folder)) {
      if (seen.has(candidate)) continue;
      seen.add(candidate);
      const text = project.text(candidate);
      if (text === undefined || !TRAINS.test(text)) continue;
      const file = project.file(candidate);
      if (file && (reaches(project, file, path) || reaches(project, own, candidate))) near.push(file);
    }
  }
  return [...found, ...near];
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

/** Whether a file imports another, directly or through modules in between. */
function reaches(project: Project, from: SourceFile, path: string): boolean {
  const seen = new Set<string>();
  const visit = (file: SourceFile, depth: number): boolean => {
    if (file.path === path) return true;
    if (seen.has(file.path) || depth > 3) return false;
    seen.add(file.path);
    for (const module of importedModules(file, packageOf(project, file))) {
      const target = moduleFile(project, file, module);
      if (target === path) return true;
      const next = target === null || /\/(?:site|dist)-packages\//.test(target) ? undefined : project.file(target);
      if (next && visit(next, depth + 1)) return true;
    }
    return false;
  };
  return visit(from, 0);
}
