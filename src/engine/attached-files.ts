// Files that go along with every message: read once, told apart by their names, made into MIME entities.
// Knows files and their types by extension; knows nothing of campaigns.

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import mimeTypes from 'mime-types';
import { MailblastError } from '../domain/errors.js';
import { encodeAttachment } from '../message/attachment.js';

/** The file as a complete MIME entity. @throws MailblastError `no_input` when it cannot be read. */
export async function attachmentEntity(path: string): Promise<string> {
  const name = basename(path);
  try {
    const octets = await readFile(path);
    return encodeAttachment({ name, type: mimeTypes.lookup(name) || 'application/octet-stream', octets });
  } catch (error) {
    throw unreadable('attachment', path, error);
  }
}

/** The error for a named file that cannot be read: `what` is "template", "attachment" … */
export function unreadable(what: string, path: string, error: unknown): MailblastError {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  const why = missing ? 'there is no such file' : (error as Error).message;
  return new MailblastError('no_input', `The ${what} ${path} cannot be read: ${why}. Check the path.`, {
    cause: error,
  });
}
