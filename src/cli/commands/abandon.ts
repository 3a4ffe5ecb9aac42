// `mailblast abandon`: ends a campaign for good.

import { MailblastError } from '../../domain/errors.js';
import { lockOf } from '../../engine/begin.js';
import { EXIT } from '../exit-codes.js';
import { findCampaign, openExisting } from '../ledger-file.js';
import type { HouseFlags } from '../options.js';
import { makeOutput } from '../output.js';
import { counted, countsInWords } from '../words.js';

export async function runAbandon(
  name: string,
  options: HouseFlags & { readonly yes: boolean },
): Promise<number> {
  const output = makeOutput({ json: options.json, quiet: false });
  const ledger = openExisting(options.state, { readonly: false });
  try {
    const campaign = findCampaign(ledger, name);
    const lock = lockOf(ledger, name);
    try {
      if (campaign.abandonedAt !== undefined) {
        output.say(`Campaign ${name} was abandoned already.`);
        return EXIT.done;
      }
      const { counts } = ledger.overview(campaign);
      const left = counts.pending + counts.deferred;
      const what = `${counted(left, 'recipient')} of campaign ${name} will never be sent`;
      if (!options.yes) {
        if (!output.interactive) throw new MailblastError('usage', `${what}. Say --yes if that is right.`);
        if (!(await output.confirm(`${what}. Abandon it?`))) {
          output.say('Nothing was changed.');
          return EXIT.done;
        }
      }
      // What a crash left unanswered is in doubt from here on, and stays so.
      ledger.settle(campaign, 'hold', Date.now());
      ledger.abandon(campaign, Date.now());
      output.say(`Campaign ${name} is abandoned: ${countsInWords(ledger.overview(campaign).counts)}.`);
      output.json({ event: 'abandoned', campaign: name, withdrawn: left });
    } finally {
      lock.release();
    }
  } finally {
    ledger.close();
  }
  return EXIT.done;
}
