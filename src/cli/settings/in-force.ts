// Which settings are in force: flags before the environment before `.env` before the settings file before defaults.
// Puts them into commander's options and remembers where each comes from.

import { resolve } from 'node:path';
import type { Command } from 'commander';
import { MailblastError } from '../../domain/errors.js';
import { readDotenv } from './dotenv.js';
import { PREFIX, type Variables } from './environment.js';
import { type KnownSettings, knownSettings, settable, unknownVariable } from './known.js';
import {
  completeLogins,
  isLoginVariable,
  type NamedRelays,
  readNamedRelays,
  strangeLogin,
} from './named-relays.js';
import { BY_DEFAULT, type GivenSetting, type Layer, type Origin } from './setting.js';
import { readSettingsFile } from './settings-file.js';
import { optionValue } from './value.js';

export interface InForce {
  /** Full path; undefined when there is none. */
  readonly settingsFile: string | undefined;
  /** Full path; undefined when there is none. */
  readonly dotenv: string | undefined;
  /** The relays that the settings file names; empty when it names none. */
  readonly relays: NamedRelays;
  /** Where the setting of that key comes from. */
  origin(key: string): Origin;
}

const DOTENV = '.env';
const CONFIG = `${PREFIX}CONFIG`;

/** What may be given outright, or by the name of a file. */
const SECRETS = ['password', 'oauth2ClientSecret', 'oauth2RefreshToken'] as const;

/**
 * Fills the options that were not given as flags, and gives the environment back, completed by `.env` and the settings
 * file: whoever reads a MAILBLAST_* variable after this reads what is in force. `warn` takes a sentence on stderr.
 * @throws MailblastError `settings` with the place of what is wrong, `no_input` for a file that cannot be read.
 */
export async function putInForce(
  command: Command,
  variables: Variables,
  warn: (sentence: string) => void,
): Promise<InForce> {
  for (const [name, value] of variables) process.env[name] = value;
  const known = knownSettings(rootOf(command));
  const options = settable(command, known);
  if (options.length === 0)
    return { settingsFile: undefined, dotenv: undefined, relays: new Map(), origin: () => BY_DEFAULT };

  const dotenv = readDotenv(DOTENV);
  const isFlagged = (key: string) => command.getOptionValueSource(key) === 'cli';
  const named = isFlagged('config')
    ? String(command.getOptionValue('config'))
    : (variables.get(CONFIG) ?? dotenv?.variables.get(CONFIG)?.value ?? '');
  const file = await readSettingsFile(named, known);
  const relays: NamedRelays = file?.relays === undefined ? new Map() : readNamedRelays(file.relays, known);
  const one = file?.layer.get('relay');
  if (one !== undefined && relays.size > 0 && !relays.has(one.texts[0] ?? '')) {
    throw new MailblastError(
      'settings',
      `relay and relays both say where messages go. Leave relay out to use ${[...relays.keys()].join(', ')}, or let it name one of them.`,
      { place: one.origin.place },
    );
  }
  // All of the file, whatever this command needs of it: what is wrong in it is said at once, not on the day it counts.
  for (const given of file?.layer.values() ?? []) {
    const option = known.get(given.key)?.option;
    if (option !== undefined) optionValue(option, given, relays);
  }

  const environment = layerOf(
    [...variables].map(([name, value]) => [name, value, { from: 'environment', name, place: {} }]),
    { known, relays, warn },
  );
  const fromDotenv = layerOf(
    [...(dotenv?.variables ?? [])].map(([name, { value, place }]) => [
      name,
      value,
      { from: '.env', name, place },
    ]),
    { known, relays, warn },
  );
  for (const warning of dotenv?.warnings ?? []) warn(warning);
  completeLogins(relays, new Map([...(dotenv?.variables ?? [])].map(([name, { value }]) => [name, value])));

  const strongest = stack([environment, fromDotenv, file?.layer ?? new Map()]);
  for (const { key, texts } of strongest.values()) {
    const variable = known.get(key)?.variable;
    if (variable !== undefined) process.env[variable] = texts[0] ?? '';
  }
  const origins = new Map([...strongest].map(([key, { origin }]) => [key, origin]));
  for (const option of options) {
    const key = option.attributeName();
    const given = strongest.get(key);
    if (given === undefined || isFlagged(key)) continue;
    command.setOptionValueWithSource(key, optionValue(option, given, relays), 'config');
  }
  for (const option of command.options) {
    const key = option.attributeName();
    if (isFlagged(key)) origins.set(key, { from: 'flag', name: option.long ?? option.flags, place: {} });
  }
  return {
    settingsFile: file && resolve(file.file),
    dotenv: dotenv && resolve(DOTENV),
    relays,
    origin: (key) => origins.get(key) ?? BY_DEFAULT,
  };
}

/** One source's variables by the keys of their settings; what is no setting is said. */
function layerOf(
  variables: readonly (readonly [name: string, value: string, origin: Origin])[],
  {
    known,
    relays,
    warn,
  }: {
    readonly known: KnownSettings;
    readonly relays: NamedRelays;
    readonly warn: (sentence: string) => void;
  },
): Layer {
  const byVariable = new Map([...known.values()].map(({ key, variable }) => [variable, key]));
  const layer = new Map<string, GivenSetting>();
  for (const [name, value, origin] of variables) {
    const key = byVariable.get(name);
    if (key !== undefined) layer.set(key, { key, texts: [value], origin });
    else if (name !== PREFIX && !isLoginVariable(name, relays)) {
      const where = origin.place.file === undefined ? '' : `${origin.place.file}:${origin.place.line}: `;
      warn(`${where}${strangeLogin(name, relays) ?? unknownVariable(name, known)}`);
    }
  }
  return layer;
}

/** The strongest word on each key; the layers come strongest first. */
function stack(layers: readonly Layer[]): Layer {
  const strongest = new Map<string, GivenSetting>();
  for (const layer of layers) {
    // A secret and its file answer one question, so a stronger source's one silences a weaker one's other.
    const answered = new Set(strongest.keys());
    for (const [key, given] of layer) {
      const other = SECRETS.find((secret) => key === secret || key === `${secret}File`);
      const twin = other === undefined ? key : key === other ? `${other}File` : other;
      if (!answered.has(key) && !answered.has(twin)) strongest.set(key, given);
    }
  }
  return strongest;
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}
