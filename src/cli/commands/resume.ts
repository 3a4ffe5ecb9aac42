// `mailblast resume`: continues a campaign from the ledger alone; neither list nor template is read.

import { MailblastError } from '../../domain/errors.js';
import { lockOf, mayContinue } from '../../engine/begin.js';
import type { Ledger } from '../../store/ledger.js';
import type { Given } from '../commands.js';
import { findCampaign, ledgerPath, openExisting } from '../ledger-file.js';
import { nextCommand } from '../next-command.js';
import type { RunFlags } from '../options.js';
import { makeOutput } from '../output.js';
import { SANDBOX_FOLDER, withoutLogin } from '../relay-choice.js';
import { askForPasswords, chooseRoutes, makeRoutes } from '../routes.js';
import { remembered, runCampaign } from '../run.js';
import type { NamedRelays } from '../settings/named-relays.js';

export async function runResume(
  name: string | undefined,
  flags: RunFlags,
  given: Given,
  relays: NamedRelays,
): Promise<number> {
  const output = makeOutput(flags);
  const rehearsalFolder = flags.relay === 'sandbox' && flags.state === '' ? SANDBOX_FOLDER : undefined;
  const ledger = openExisting(ledgerPath(flags.state, '', rehearsalFolder), { readonly: false });
  try {
    output.say(`Ledger: ${ledger.path}`);
    const campaign = findCampaign(ledger, name ?? onlyUnfinished(ledger));
    const merged = asLastRun(flags, campaign.options, given);
    await askForPasswords(merged, relays, output);
    const chosen = chooseRoutes(merged, given, relays);
    mayContinue(campaign, chosen[0].choice.rehearsalFolder !== undefined);
    const lock = lockOf(ledger, campaign.name);
    try {
      const made = makeRoutes(chosen, campaign.content.sender);
      ledger.remember(campaign, remembered(merged, chosen));
      if (campaign.braked) {
        ledger.liftBrake(campaign);
        output.say(`The pause is lifted. It was: ${campaign.braked.reason}`);
      }
      return await runCampaign(campaign, ledger, made, chosen, merged, output);
    } finally {
      lock.release();
    }
  } finally {
    ledger.close();
  }
}

/** Flags win over the last run's options, those win over environment and defaults; secrets come from the environment. */
function asLastRun(flags: RunFlags, last: Readonly<Record<string, unknown>>, given: Given): RunFlags {
  const merged: Record<string, unknown> = { ...flags };
  for (const [option, value] of Object.entries(last)) {
    // Those of the settings file, which are read anew; the ledger keeps their caps for status.
    if (option === 'relays' || given(option)) continue;
    // With all relays of the settings file nothing was named; what is named now holds.
    if (option !== 'relay' || value !== '') merged[option] = value;
  }
  for (const [option, variable] of [
    ['relay', 'MAILBLAST_RELAY'],
    ['proxy', 'MAILBLAST_PROXY'],
  ] as const) {
    const withLogin = process.env[variable];
    if (!given(option) && withLogin?.includes('@') && withoutLogin(withLogin) === merged[option]) {
      // It names the same one and brings the login along.
      merged[option] = withLogin;
    }
  }
  return merged as unknown as RunFlags;
}

function onlyUnfinished(ledger: Ledger): string {
  const unfinished = ledger.names().filter((name) => {
    const campaign = ledger.find(name)!;
    const { counts } = ledger.overview(campaign);
    return (
      campaign.abandonedAt === undefined &&
      counts.pending + counts.deferred + counts.transmitting + counts.in_doubt > 0
    );
  });
  if (unfinished.length === 1) return unfinished[0]!;
  throw new MailblastError(
    'usage',
    unfinished.length === 0
      ? `No campaign of the ledger ${ledger.path} is unfinished.`
      : `Several campaigns are unfinished; name one: ${unfinished.map((each) => nextCommand('resume', each, ledger.path)).join(', ')}.`,
  );
}
