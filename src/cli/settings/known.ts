// Which settings there are: the options that the commands declare, and the login, which has no flag (R10).
// Reads commander's declarations; knows no value.

import type { Command, Option } from 'commander';
import { nearest } from '../../domain/nearest.js';
import { PREFIX } from './environment.js';

export interface KnownSetting {
  /** The flag's long name in camelCase: `retryFor`. */
  readonly key: string;
  /** `MAILBLAST_RETRY_FOR`; undefined for a list of texts, which has no place in a variable. */
  readonly variable: string | undefined;
  /** Its first declaration; undefined for the login. */
  readonly option: Option | undefined;
  /** Whether it may stand in the settings file. */
  readonly inFile: boolean;
}

export type KnownSettings = ReadonlyMap<string, KnownSetting>;

const LOGIN: readonly KnownSetting[] = [
  { key: 'user', variable: 'MAILBLAST_USER', option: undefined, inFile: true },
  ...secret('password', 'MAILBLAST_PASSWORD'),
  { key: 'oauth2ClientId', variable: 'MAILBLAST_OAUTH2_CLIENT_ID', option: undefined, inFile: true },
  ...secret('oauth2ClientSecret', 'MAILBLAST_OAUTH2_CLIENT_SECRET'),
  ...secret('oauth2RefreshToken', 'MAILBLAST_OAUTH2_REFRESH_TOKEN'),
];

/** A secret is given by its variable, or by the name of the file that holds it. */
function secret(key: string, variable: string): readonly KnownSetting[] {
  return [
    { key, variable, option: undefined, inFile: false },
    { key: `${key}File`, variable: `${variable}_FILE`, option: undefined, inFile: true },
  ];
}

/** Why a secret is refused, with the ways to give it. The settings file is shared and committed. */
export const SECRET_REFUSED =
  'A secret does not belong into the settings file, which others get to read. ' +
  'Give the password as MAILBLAST_PASSWORD in the environment or in .env, or let passwordFile name a file that holds it.';

/** Every setting of every command. An option without a variable is none, unless it takes a list. */
export function knownSettings(program: Command): KnownSettings {
  const known = new Map<string, KnownSetting>();
  const visit = (command: Command) => {
    for (const option of command.options) {
      const key = option.attributeName();
      if (known.has(key) || (option.envVar === undefined && !Array.isArray(option.defaultValue))) continue;
      known.set(key, { key, variable: option.envVar, option, inFile: key !== 'config' });
    }
    for (const child of command.commands) visit(child);
  };
  visit(program);
  for (const setting of LOGIN) known.set(setting.key, setting);
  return known;
}

/** The command's options that settings can fill. An option that another command means otherwise is not among them. */
export function settable(command: Command, known: KnownSettings): Option[] {
  return command.options.filter((option) => {
    const setting = known.get(option.attributeName());
    return setting?.option !== undefined && setting.variable === option.envVar;
  });
}

/** True for an option that takes no value. */
export function isFlag(option: Option): boolean {
  return !option.required && !option.optional;
}

/** A sentence on a key of the settings file that is none, with the one that was meant where that can be told. */
export function unknownKey(key: string, known: KnownSettings): string {
  const keys = [...known.values()].filter(({ inFile }) => inFile).map((setting) => setting.key);
  keys.push('relays');
  const plain = key.replace(/^-+/, '').replace(/^MAILBLAST_/i, '');
  const words = /[a-z]/.test(plain) ? plain : plain.toLowerCase();
  const camel = words.replace(/[-_ .]+(.)/g, (_, letter: string) => letter.toUpperCase());
  const same = keys.find((each) => each.toLowerCase() === camel.toLowerCase());
  if (same !== undefined) return `${key} is written ${same} in the settings file.`;
  const close = nearest(camel, keys);
  return close === undefined
    ? `There is no setting ${key}; mailblast config lists what there is.`
    : `There is no setting ${key}; did you mean ${close}?`;
}

/** A sentence on a MAILBLAST_* variable that is none. */
export function unknownVariable(name: string, known: KnownSettings): string {
  const settings = [...known.values()];
  const flat = name.slice(PREFIX.length).replaceAll('_', '').toLowerCase();
  const list = settings.find(({ key, variable }) => variable === undefined && key.toLowerCase() === flat);
  if (list !== undefined) {
    return `${name} is not read: a list has no place in a variable; write "${list.key}": ["…"] into the settings file.`;
  }
  // Without the prefix, which every name shares and which would make all of them near.
  const variables = settings.flatMap(({ variable }) => variable?.slice(PREFIX.length) ?? []);
  const close = nearest(name.slice(PREFIX.length), variables);
  return close === undefined
    ? `${name} is not known; it changes nothing.`
    : `${name} is not known; did you mean ${PREFIX}${close}?`;
}
