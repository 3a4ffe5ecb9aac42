// What is wrong with the author's material, with the lines around the place. Knows errors and files; knows no page.

import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { MailblastError } from '../../domain/errors.js';

export interface Complaint {
  /** As the author names it; empty when the trouble is in no file. */
  readonly file: string;
  /** Counted from 1; 0 when unknown. */
  readonly line: number;
  readonly column: number;
  readonly sentence: string;
  /** The lines around the place, empty when there is none. */
  readonly excerpt: readonly { readonly line: number; readonly text: string }[];
}

/** Lines shown before and behind the one in question. */
const AROUND = 3;
/** Characters shown of a line: minified sources have lines of megabytes. */
const LONGEST = 400;

/** One complaint for each place that the error tells of. What is no MailblastError is a bug, and is said as it is. */
export function complaints(error: unknown): readonly Complaint[] {
  if (!(error instanceof MailblastError)) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    return [
      { file: '', line: 0, column: 0, sentence: `This is a bug in mailblast: ${message}`, excerpt: [] },
    ];
  }
  // An error that tells of several places has each on a line, as compilers write it.
  return error.message.split('\n').map((line) => {
    const { file } = error.place;
    const placed = /^(.*?):(\d+)(?::(\d+))?: (.*)$/s.exec(line);
    if (!placed)
      return { file: file ?? '', line: 0, column: 0, sentence: withoutFile(line, file), excerpt: [] };
    const [, name, row, column = '0', sentence] = placed;
    const at = Number(row);
    return {
      file: name!,
      line: at,
      column: Number(column),
      sentence: sentence!,
      excerpt: excerpt(name!, at),
    };
  });
}

function withoutFile(line: string, file: string | undefined): string {
  return file !== undefined && line.startsWith(`${file}: `) ? line.slice(file.length + 2) : line;
}

function excerpt(file: string, line: number): Complaint['excerpt'] {
  let lines: readonly string[];
  try {
    lines = readFileSync(file, 'utf8').split(/\r\n|\r|\n/);
  } catch {
    return [];
  }
  const from = Math.max(1, line - AROUND);
  return lines
    .slice(from - 1, line + AROUND)
    .map((text, index) => ({ line: from + index, text: text.slice(0, LONGEST) }));
}

/** The path as the author sees it from the folder of the template: `parts/header.mjml`. */
export function shownPath(path: string, template: string): string {
  const way = relative(dirname(resolve(template)), resolve(path));
  return way.startsWith('..') || isAbsolute(way) ? path : way;
}
