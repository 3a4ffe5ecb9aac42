// Finds a file that somebody's text names, in one folder and nowhere else (R8: a cell becomes a path only where an option
// allows it by name). Knows paths and file systems; knows nothing of what the file is for.

import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { isAbsolute, join, win32 } from 'node:path';

/** The file, or why it may not be read: a sentence part. */
export type ConfinedFile =
  | { readonly path: string; readonly octets: number }
  | { readonly reason: string; readonly missing: boolean };

/**
 * The regular file of that name in a folder or one below it. Full paths, `..` and symbolic links are refused: each leads
 * out of the folder, or could tomorrow. The folder itself may be named by a link.
 */
export function confinedFile(folder: string, written: string): ConfinedFile {
  const refused = (reason: string) => ({ reason, missing: false });
  if (written.trim() === '') return refused('has no name');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
  if (/[\0-\x1f\x7f]/.test(written)) return refused('has a name with a control character');
  if (isAbsolute(written) || win32.isAbsolute(written) || /^[a-z]:/i.test(written)) {
    return refused('is a full path; name it from the folder on');
  }
  const parts = written.split(/[/\\]/);
  if (parts.includes('..')) return refused('leads out of the folder (..)');
  let path: string;
  try {
    path = realpathSync(folder);
  } catch {
    return { reason: `is not there: there is no folder ${folder}`, missing: true };
  }
  // On POSIX a backslash may be part of a name; only .. is refused behind one.
  const steps = written
    .split(process.platform === 'win32' ? /[/\\]/ : '/')
    .filter((step) => step !== '' && step !== '.');
  let found: Stats | undefined;
  for (const step of steps) {
    path = join(path, step);
    found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return { reason: 'is not there', missing: true };
    if (found.isSymbolicLink()) return refused('is a symbolic link, or lies behind one');
  }
  if (found?.isFile() !== true) return refused('is no file');
  return { path, octets: found.size };
}
