// Where the ledger lies: beside the list, with a rehearsal's mail, or where --state says.

import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Campaign } from '../domain/campaign.js';
import { MailblastError } from '../domain/errors.js';
import { nearest } from '../domain/nearest.js';
import type { Ledger } from '../store/ledger.js';
import { openLedger } from '../store/sqlite/open.js';

const LEDGER = 'mailblast.db';

/** `rehearsalFolder` is where a rehearsal's mail goes; undefined on a real relay. Gives a full path. */
export function ledgerPath(state: string, list: string, rehearsalFolder: string | undefined): string {
  if (state !== '') return resolve(state);
  if (rehearsalFolder !== undefined) return resolve(rehearsalFolder, LEDGER);
  return resolve(list === '' || list === '-' ? '.' : dirname(list), LEDGER);
}

/** Opens a ledger that must exist already. */
export function openExisting(state: string, options: { readonly readonly: boolean }): Ledger {
  const path = ledgerPath(state, '', undefined);
  if (!existsSync(path)) {
    const rehearsal = join('sandbox', LEDGER);
    const hint = state === '' && existsSync(rehearsal) ? ` A rehearsal's is here: --state ${rehearsal}.` : '';
    throw new MailblastError(
      'no_input',
      `There is no ledger at ${path}. Name it with --state <file>.${hint}`,
    );
  }
  return openLedger(path, options);
}

/** The campaign of that name. */
export function findCampaign(ledger: Ledger, name: string): Campaign {
  const campaign = ledger.find(name);
  if (campaign) return campaign;
  const names = ledger.names();
  const close = nearest(name, names);
  const others = names.length === 0 ? 'It has none yet.' : `It has: ${names.join(', ')}.`;
  const guess = close === undefined ? '' : ` Did you mean ${close}?`;
  throw new MailblastError('usage', `The ledger ${ledger.path} has no campaign ${name}.${guess} ${others}`);
}
