// Reads mailblast.config.json: which keys it may hold, and of what kind their values are. Secrets are refused (R10).
// Knows the kinds of options; whether a value is a good one is value.ts's matter.

import { existsSync } from 'node:fs';
import type { Option } from 'commander';
import { MailblastError, type Place } from '../../domain/errors.js';
import type { Entry, Value } from './json-file.js';
import { isFlag, type KnownSettings, SECRET_REFUSED, unknownKey } from './known.js';
import type { GivenSetting, Layer } from './setting.js';
import { readText } from './text-file.js';

/** Looked for in the current folder, and nowhere else. */
export const SETTINGS_FILE = 'mailblast.config.json';

/** A key that is no setting and sounds like one of these; passwordFile, however written, is a name and no secret. */
const SECRET = /^(?!.*file$).*(?:pass|secret|token|api.?key|credential)/i;

/**
 * The file's settings, and `relays` as it stands there. `named` is the one that the user named; empty for the usual one, which need not be there.
 * Gives undefined when there is none.
 * @throws MailblastError `no_input` when it cannot be read, `settings` with the place of what is wrong in it.
 */
export async function readSettingsFile(
  named: string,
  known: KnownSettings,
): Promise<{ readonly file: string; readonly layer: Layer; readonly relays: Entry | undefined } | undefined> {
  const file = named === '' ? SETTINGS_FILE : named;
  if (named === '' && !existsSync(file)) return undefined;
  const text = readText(file, `The settings file ${file}`);
  const { parseEntries } = await import('./json-file.js');
  const layer = new Map<string, GivenSetting>();
  let relays: Entry | undefined;
  for (const entry of parseEntries(text, file)) {
    // Editors read it; it is no setting.
    if (entry.key === '$schema') continue;
    if (entry.key === 'relays') relays = entry;
    else layer.set(entry.key, settingOf(entry, known));
  }
  return { file, layer, relays };
}

/** @throws MailblastError `settings` for a key that sounds like a secret. */
export function refuseSecret(key: string, place: Place): void {
  if (SECRET.test(key)) throw new MailblastError('settings', SECRET_REFUSED, { place });
}

/** A key with its value, as texts for the option's parser. */
export function settingOf({ key, keyPlace, value }: Entry, known: KnownSettings): GivenSetting {
  const setting = known.get(key);
  if (!setting?.inFile) {
    refuseSecret(key, keyPlace);
    throw new MailblastError('settings', unknownKey(key, known), { place: keyPlace });
  }
  const texts = textsOf(key, value, setting.option);
  if (texts.some((text) => /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))) {
    throw new MailblastError(
      'settings',
      `${key} holds a private key, which does not belong into a settings file; name the key's own file.`,
      { place: value.place },
    );
  }
  return { key, texts, origin: { from: 'settings file', name: '', place: keyPlace } };
}

/** The value as texts for the option's parser; its kind must be the option's. */
function textsOf(key: string, value: Value, option: Option | undefined): readonly string[] {
  const expect = (type: Value['type'], what: string) => {
    if (value.type === type) return [value.text];
    throw new MailblastError('settings', `${key} must be ${what}.`, { place: value.place });
  };
  if (option === undefined) return expect('string', 'a text in double quotes');
  if (isFlag(option)) return expect('boolean', 'true or false, without quotes');
  if (typeof option.defaultValue === 'number') return expect('number', 'a number, without quotes');
  if (!Array.isArray(option.defaultValue)) return expect('string', 'a text in double quotes');
  expect('array', 'a list of texts: ["…", "…"]');
  return value.items.map((item) => {
    if (item.type === 'string') return item.text;
    throw new MailblastError('settings', `${key} must be a list of texts: ["…", "…"].`, {
      place: item.place,
    });
  });
}
