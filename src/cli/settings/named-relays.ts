// `relays` in the settings file: relays by name, each with what is its own. Knows which settings a relay may have; how each
// is read is the same as outside.

import { Option } from 'commander';
import { MailblastError, type Place } from '../../domain/errors.js';
import { nearest } from '../../domain/nearest.js';
import { parseRelayUrl } from '../../relay/relay-url.js';
import { wholeNumber } from '../option-kinds.js';
import type { Entry } from './json-file.js';
import type { KnownSetting, KnownSettings } from './known.js';
import { refuseSecret, settingOf } from './settings-file.js';
import { optionValue } from './value.js';

/** A relay of the settings file. */
export interface NamedRelay {
  readonly name: string;
  readonly place: Place;
  /** By option; those that the relay does not say are not there. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Its part in the login, texts by key: `user`, `passwordFile`. */
  readonly login: ReadonlyMap<string, string>;
  /** Behind the names of the variables of its login: `_SES`. */
  readonly suffix: string;
}

export type NamedRelays = ReadonlyMap<string, NamedRelay>;

/** Options that a relay may have of its own. */
const OWN = [
  ...['relay', 'rate', 'connections', 'depth', 'maxPerHour', 'maxPerDay', 'warmUp', 'from', 'returnPath'],
  ...['dkimDomain', 'dkimSelector', 'dkimKey', 'tlsCa', 'tlsCert', 'tlsKey', 'proxy', 'oauth2'],
] as const;

/** What of a login may be its own, by key, each with its variable's name before the relay's. */
export const LOGIN_VARIABLES: Readonly<Record<string, string>> = {
  user: 'MAILBLAST_USER',
  password: 'MAILBLAST_PASSWORD',
  oauth2ClientId: 'MAILBLAST_OAUTH2_CLIENT_ID',
  oauth2ClientSecret: 'MAILBLAST_OAUTH2_CLIENT_SECRET',
  oauth2RefreshToken: 'MAILBLAST_OAUTH2_REFRESH_TOKEN',
};

const WEIGHT = new Option('--weight <n>').default(1).argParser(wholeNumber);

/** @throws MailblastError `settings` with the place of what is wrong. */
export function readNamedRelays({ value, keyPlace }: Entry, known: KnownSettings): NamedRelays {
  if (value.type !== 'object' || value.entries.length === 0) {
    throw new MailblastError(
      'settings',
      'relays must hold each relay by a name: { "ses": { "relay": "smtp://…", "weight": 3 }, "own": { … } }.',
      { place: value.type === 'object' ? keyPlace : value.place },
    );
  }
  const own = ownSettings(known);
  const relays = new Map<string, NamedRelay>();
  const suffixes = new Map<string, string>();
  for (const entry of value.entries) {
    const relay = readRelay(entry, own);
    const other = suffixes.get(relay.suffix);
    if (other !== undefined) {
      throw new MailblastError(
        'settings',
        `${other} and ${relay.name} would have one MAILBLAST_PASSWORD${relay.suffix}; give one of them another name.`,
        { place: relay.place },
      );
    }
    suffixes.set(relay.suffix, relay.name);
    relays.set(relay.name, relay);
  }
  return relays;
}

/** The variables that a relay's login may come from, besides its settings. */
export function loginVariables({ suffix }: NamedRelay): string[] {
  return Object.entries(LOGIN_VARIABLES).flatMap(([key, variable]) =>
    isSecret(key) ? [variable + suffix, `${variable}${suffix}_FILE`] : [variable + suffix],
  );
}

/** Whether a key of a login is a secret, which the settings file names the file of. */
function isSecret(key: string): boolean {
  return !['user', 'oauth2ClientId'].includes(key);
}

function ownSettings(known: KnownSettings): KnownSettings {
  const own = new Map<string, KnownSetting>();
  for (const key of OWN) {
    const setting = known.get(key);
    if (setting !== undefined) own.set(key, setting);
  }
  own.set('weight', { key: 'weight', variable: undefined, option: WEIGHT, inFile: true });
  for (const key of Object.keys(LOGIN_VARIABLES)) {
    const inFile = isSecret(key) ? `${key}File` : key;
    own.set(inFile, { key: inFile, variable: undefined, option: undefined, inFile: true });
  }
  return own;
}

function readRelay({ key: name, keyPlace, value }: Entry, own: KnownSettings): NamedRelay {
  if (!/^[a-z][\w-]{0,30}$/i.test(name) || /(?:^|[-_])file$/i.test(name) || /^sandbox$/i.test(name)) {
    throw new MailblastError(
      'settings',
      `${JSON.stringify(name)} cannot be a relay's name: letters, digits, - and _, not sandbox, and not file at its end.`,
      { place: keyPlace },
    );
  }
  if (value.type !== 'object') {
    throw new MailblastError('settings', `${name} must hold the relay's settings: { "relay": "smtp://…" }.`, {
      place: value.place,
    });
  }
  const values: Record<string, unknown> = {};
  const login = new Map<string, string>();
  for (const entry of value.entries) {
    const setting = own.get(entry.key);
    if (setting === undefined) throw unknown(entry, own);
    const given = settingOf(entry, own);
    if (setting.option === undefined) login.set(entry.key, given.texts[0] ?? '');
    else values[entry.key] = optionValue(setting.option, given);
  }
  const url = typeof values.relay === 'string' ? values.relay : '';
  if (url === '' || parseRelayUrl(url, 'environment').kind !== 'smtp') {
    throw new MailblastError(
      'settings',
      `${name} needs "relay": "smtp://…" or "smtps://…"; rehearsals are given by --relay sandbox alone.`,
      { place: keyPlace },
    );
  }
  const suffix = `_${name.toUpperCase().replaceAll('-', '_')}`;
  return { name, place: keyPlace, values, login, suffix };
}

function unknown({ key, keyPlace }: Entry, own: KnownSettings): MailblastError {
  refuseSecret(key, keyPlace);
  const close = nearest(key, [...own.keys()]);
  const guess =
    close === undefined ? `It may have: ${[...own.keys()].join(', ')}.` : `Did you mean ${close}?`;
  return new MailblastError('settings', `A relay has no setting ${key}. ${guess}`, { place: keyPlace });
}

/**
 * Puts what the stronger sources do not say of the relays' logins into this process's environment, where it is looked for:
 * `.env` before the settings file. A secret and its file answer one question.
 */
export function completeLogins(relays: NamedRelays, dotenv: ReadonlyMap<string, string>): void {
  for (const { suffix, login } of relays.values()) {
    for (const [key, variable] of Object.entries(LOGIN_VARIABLES)) {
      const names = isSecret(key) ? [variable + suffix, `${variable}${suffix}_FILE`] : [variable + suffix];
      if (names.some((name) => (process.env[name] ?? '') !== '')) continue;
      const given = names.filter((name) => dotenv.has(name));
      for (const name of given) process.env[name] = dotenv.get(name)!;
      const inFile = login.get(isSecret(key) ? `${key}File` : key);
      if (given.length === 0 && inFile !== undefined) process.env[names.at(-1)!] = inFile;
    }
  }
}

/** Whether a variable belongs to the login of a relay that there is. */
export function isLoginVariable(variable: string, relays: NamedRelays): boolean {
  return [...relays.values()].some((relay) => loginVariables(relay).includes(variable));
}

/** A sentence on a variable that names a relay which is not there; undefined when it names none. */
export function strangeLogin(variable: string, relays: NamedRelays): string | undefined {
  if (relays.size === 0) return undefined;
  const base = Object.values(LOGIN_VARIABLES).find((each) => variable.startsWith(`${each}_`));
  if (base === undefined) return undefined;
  const close = nearest(
    variable,
    [...relays.values()].flatMap((relay) => loginVariables(relay)),
  );
  const guess = close === undefined ? '' : `; did you mean ${close}?`;
  return `${variable} names no relay of the settings file${guess === '' ? '.' : guess}`;
}
