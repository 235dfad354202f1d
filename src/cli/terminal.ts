/** What the person at the terminal sees. */
import { relative } from 'node:path';

/** A path as one would type it here. */
export function shownPath(file: string): string {
  const path = relative(process.cwd(), file).replaceAll('\\', '/');
  return path === '' || path.startsWith('../') ? file : path;
}

/** Whether a stream is a terminal whose user wants colours (`NO_COLOR`, `TERM=dumb`, `FORCE_COLOR`). */
export function showsColours(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && stream.hasColors();
}
