// How --help is worded. Knows commander's options as they were declared; decides nothing.

import type { Command, Option } from 'commander';

/** What stands at the end of `send --help`. */
export const EVERYWHERE =
  '\nOptions can also stand in the environment (MAILBLAST_FROM …), in .env or in mailblast.config.json;\n' +
  'mailblast config shows what is in force. Secrets: MAILBLAST_USER with MAILBLAST_PASSWORD or MAILBLAST_PASSWORD_FILE.';

/** An option's line in the help: what it is for, its words, and its default where there is one. */
export function describeOption(option: Option): string {
  const { description, argChoices, defaultValue, defaultValueDescription } = option;
  const words = argChoices ? [argChoices.join(' | ')] : [];
  const empty =
    defaultValue === undefined || defaultValue === '' || defaultValue === false || defaultValue === 0;
  if (defaultValueDescription !== undefined && defaultValueDescription !== 'none') {
    words.push(`default: ${defaultValueDescription}`);
  } else if (!empty && !Array.isArray(defaultValue)) words.push(`default: ${String(defaultValue)}`);
  return words.length === 0 ? description : `${description} (${words.join('; ')})`;
}

/** A command's line in the list of commands. Its options may not be declared yet, so nobody can count them. */
export function describeCommand(command: Command): string {
  return `${command.name()} ${command.usage()}`;
}
