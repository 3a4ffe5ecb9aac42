// Secrets from a variable, or from the file that another variable names (R10). Shows them nowhere.

import { MailblastError } from '../../domain/errors.js';
import { readText } from './text-file.js';

/**
 * The relay's password, from MAILBLAST_PASSWORD or MAILBLAST_PASSWORD_FILE; `suffix` stands behind the variable's name for
 * one of several relays. Throws as `givenSecret` does.
 */
export function givenPassword(suffix = ''): string {
  return givenSecret(`MAILBLAST_PASSWORD${suffix}`, 'password');
}

/**
 * The variable's text, or what stands in the file that `<variable>_FILE` names; `what` is what people call it. Empty when
 * neither is given. A file holds the secret and at most one line end behind it.
 * @throws MailblastError `no_input` when the file cannot be read, `settings` when it holds no secret or several lines.
 */
export function givenSecret(variable: string, what: string): string {
  const secret = process.env[variable] ?? '';
  const file = process.env[`${variable}_FILE`] ?? '';
  if (secret !== '' || file === '') return secret;
  const called = `The ${what} file ${file} (${variable}_FILE)`;
  const text = readText(file, called).replace(/\r?\n$/, '');
  if (text === '') throw new MailblastError('settings', `${called} is empty.`);
  if (/[\r\n]/.test(text)) {
    throw new MailblastError(
      'settings',
      `${called} has several lines; it must hold the ${what} and nothing else.`,
    );
  }
  return text;
}
