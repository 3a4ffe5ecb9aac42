// The relay's password, from MAILBLAST_PASSWORD or the file that MAILBLAST_PASSWORD_FILE names (R10). Shows it nowhere.

import { MailblastError } from '../../domain/errors.js';
import { readText } from './text-file.js';

/**
 * Empty when none is given. A file holds the password and at most one line end behind it.
 * @throws MailblastError `no_input` when the file cannot be read, `settings` when it holds no password or several lines.
 */
export function givenPassword(): string {
  const { MAILBLAST_PASSWORD: password = '', MAILBLAST_PASSWORD_FILE: file = '' } = process.env;
  if (password !== '' || file === '') return password;
  const called = `The password file ${file} (MAILBLAST_PASSWORD_FILE)`;
  const text = readText(file, called).replace(/\r?\n$/, '');
  if (text === '') throw new MailblastError('settings', `${called} is empty.`);
  if (/[\r\n]/.test(text)) {
    throw new MailblastError(
      'settings',
      `${called} has several lines; it must hold the password and nothing else.`,
    );
  }
  return text;
}
