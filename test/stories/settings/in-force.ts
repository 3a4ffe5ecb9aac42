// What `mailblast config --json` says is in force, for the stories about settings.

import assert from 'node:assert/strict';
import type { Desk, Finished } from '../mailblast.js';

export interface Setting {
  readonly setting: string;
  readonly value: unknown;
  readonly from: string;
  readonly name: string;
  readonly file: string | null;
  readonly line: number | null;
}

export interface Config extends Finished {
  readonly settings_file: string | null;
  readonly dotenv: string | null;
  readonly ledger: string | null;
  setting(key: string): Setting;
}

/** An environment without the sender that the desk gives every command. */
export const BARE: Readonly<Record<string, string>> = { MAILBLAST_FROM: '' };

/** Asks mailblast itself; fails unless it ends with 0. */
export async function config(
  desk: Desk,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Config> {
  const finished = await desk.run(['config', '--json', ...args], { ...BARE, ...env });
  assert.equal(finished.code, 0, finished.stderr);
  const said = JSON.parse(finished.stdout) as Omit<Config, 'setting'> & { settings: Setting[] };
  return {
    ...finished,
    ...said,
    setting: (key) => {
      const found = said.settings.find(({ setting }) => setting === key);
      assert.ok(found, `no setting ${key}`);
      return found;
    },
  };
}
