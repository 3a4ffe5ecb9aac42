// `mailblast config`: what is in force for `send`, and from where. Shows no secret, opens nothing, changes nothing.

import { parseRelayUrl, type RelayTarget } from '../../relay/relay-url.js';
import { EXIT } from '../exit-codes.js';
import { ledgerPath } from '../ledger-file.js';
import type { SendOptions } from '../options.js';
import { makeOutput } from '../output.js';
import { chooseRelay, withoutLogin } from '../relay-choice.js';
import type { InForce } from '../settings/in-force.js';
import { LOGIN_VARIABLES, type NamedRelay } from '../settings/named-relays.js';
import { givenPassword } from '../settings/password.js';
import { formatOrigin, type Origin } from '../settings/setting.js';

interface Row {
  readonly setting: string;
  readonly value: string | number | boolean | readonly string[];
  readonly origin: Origin;
}

/** `list` is empty when none was named; then the ledger's place is a rule, not a path. */
export async function runConfig(list: string, options: SendOptions, inForce: InForce): Promise<number> {
  const output = makeOutput({ json: options.json, quiet: false });
  const rows = rowsOf(options, inForce);
  const ledger = ledgerOf(list, options, inForce);
  output.json({
    settings_file: inForce.settingsFile ?? null,
    dotenv: inForce.dotenv ?? null,
    ledger: ledger ?? null,
    settings: rows.map(({ setting, value, origin }) => ({
      setting,
      value,
      from: origin.from,
      name: origin.name,
      file: origin.place.file ?? null,
      line: origin.place.line ?? null,
    })),
  });
  if (options.json) return EXIT.done;
  output.say(
    `Settings file: ${inForce.settingsFile ?? 'none (mailblast.config.json in the current folder)'}`,
  );
  output.say(`.env: ${inForce.dotenv ?? 'none'}`);
  output.say(`Ledger: ${ledger ?? 'mailblast.db beside the list'}\n`);
  for (const line of table(rows)) output.say(line);
  return EXIT.done;
}

function rowsOf(options: SendOptions, inForce: InForce): Row[] {
  const onCommandLine = inForce.origin('relay').from === 'flag';
  const isNamed = inForce.relays.has(options.relay);
  const target =
    options.relay === '' || isNamed
      ? undefined
      : parseRelayUrl(options.relay, onCommandLine ? 'command line' : 'environment');
  const rows: Row[] = [];
  for (const [setting, value] of Object.entries(options)) {
    if (setting === 'config') continue;
    const origin = inForce.origin(setting);
    if (setting === 'proxy') rows.push({ setting, value: withoutLogin(String(value)), origin });
    else if (setting === 'oauth2') rows.push({ setting, value, origin }, ...oauth2Of(inForce));
    else if (setting !== 'relay') rows.push({ setting, value, origin });
    else {
      const named = isNamed ? options.relay : '';
      rows.push({ setting, value: target?.name ?? named, origin }, ...loginOf(target, inForce));
    }
  }
  for (const relay of inForce.relays.values()) rows.push(...rowsOfNamed(relay));
  return rows;
}

/** A relay of the settings file: what is its own, and whether its login is set. */
function rowsOfNamed({ name, place, values, suffix }: NamedRelay): Row[] {
  const origin: Origin = { from: 'settings file', name: '', place };
  const own = Object.entries(values).map(([key, value]): Row => {
    const text = key === 'relay' || key === 'proxy' ? withoutLogin(String(value)) : (value as Row['value']);
    return { setting: `relays.${name}.${key}`, value: text, origin };
  });
  const login = Object.entries(LOGIN_VARIABLES).flatMap(([key, variable]): Row[] => {
    const set = [variable + suffix, `${variable}${suffix}_FILE`].some((each) => process.env[each]);
    return set ? [{ setting: `relays.${name}.${key}`, value: 'set', origin }] : [];
  });
  return [...own, ...login];
}

/** The login's rows: whether it is set and where, nothing else. With some providers the user's name is a secret too. */
function loginOf(target: RelayTarget | undefined, inForce: InForce): Row[] {
  const inUrl = target?.kind === 'smtp' ? target : { user: '', password: '' };
  const { MAILBLAST_USER = '', MAILBLAST_PASSWORD = '', MAILBLAST_PASSWORD_FILE = '' } = process.env;
  // Where no password is needed, its file need not be there.
  const needed = target?.kind === 'smtp' && inUrl.password === '';
  const password = needed ? givenPassword() : MAILBLAST_PASSWORD || MAILBLAST_PASSWORD_FILE;
  const row = (setting: string, urls: string, own: string, key: string): Row => ({
    setting,
    value: urls !== '' || own !== '' ? 'set' : '',
    origin: inForce.origin(urls !== '' ? 'relay' : key),
  });
  return [
    row('user', inUrl.user, MAILBLAST_USER, 'user'),
    row('password', inUrl.password, password, MAILBLAST_PASSWORD !== '' ? 'password' : 'passwordFile'),
  ];
}

/** The same of what OAuth2 logs in with. */
function oauth2Of(inForce: InForce): Row[] {
  const row = (key: string, variable: string): Row => {
    const inFile = process.env[`${variable}_FILE`] ?? '';
    const own = process.env[variable] ?? '';
    const value = own !== '' || inFile !== '' ? 'set' : '';
    return { setting: key, value, origin: inForce.origin(own === '' && inFile !== '' ? `${key}File` : key) };
  };
  return [
    row('oauth2ClientId', 'MAILBLAST_OAUTH2_CLIENT_ID'),
    row('oauth2ClientSecret', 'MAILBLAST_OAUTH2_CLIENT_SECRET'),
    row('oauth2RefreshToken', 'MAILBLAST_OAUTH2_REFRESH_TOKEN'),
  ];
}

function ledgerOf(list: string, options: SendOptions, inForce: InForce): string | undefined {
  const folder =
    options.relay === '' || inForce.relays.has(options.relay)
      ? undefined
      : chooseRelay(options.relay, inForce.origin('relay').from === 'flag').rehearsalFolder;
  if (options.state === '' && list === '' && folder === undefined) return undefined;
  return ledgerPath(options.state, list, folder);
}

function table(rows: readonly Row[]): string[] {
  const cells = rows.flatMap(({ setting, value, origin }) =>
    linesOf(value).map((line, index) =>
      index === 0 ? [setting, line, formatOrigin(origin)] : ['', line, ''],
    ),
  );
  const width = (column: number) => Math.min(44, Math.max(...cells.map((line) => line[column]!.length)));
  const [first, second] = [width(0), width(1)];
  return cells.map(([setting, value, from]) =>
    `${setting!.padEnd(first)}  ${value!.padEnd(second)}  ${from}`.trimEnd(),
  );
}

/** A list has a line for each of its texts; what a terminal should not get is escaped. */
function linesOf(value: Row['value']): string[] {
  if (typeof value === 'object' && value.length > 0) return value.flatMap(linesOf);
  const text = String(value);
  if (text === '') return ['-'];
  return [/[\p{Cc}\p{Cf}]/u.test(text) ? JSON.stringify(text) : text];
}
