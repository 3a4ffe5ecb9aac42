// How many messages a second the whole command hands to Postfix's real smtpd, beside smtp-source with messages of the
// same size. Postfix writes each message to its queue and discards it from there.

import { Campaigns } from './command.js';
import { conditions } from './loopback.js';
import type { Scale } from './options.js';
import { startPostfixRelay } from './postfix-relay.js';
import type { Report } from './report.js';
import { inTurns, perSecond, RUN_COLUMNS, ratioOf, runRow } from './rounds.js';
import { CONNECTIONS, mailblast, smtpSource } from './senders.js';

const OVER_SOURCE = 0.9;

export async function measure({ quick, rounds }: Scale): Promise<Report> {
  const people = quick ? 200 : 8_000;
  const campaigns = new Campaigns();
  const postfix = await startPostfixRelay();
  try {
    await campaigns.list(people);
    const octets = await campaigns.messageSize();
    const runs = await inTurns(
      {
        mailblast: () => mailblast(postfix.opening, people, campaigns),
        source: () => smtpSource(postfix.opening, people, octets),
      },
      rounds,
    );
    const work = `Postfix's \`smtpd\`, \`discard\` transport, ${CONNECTIONS} connections`;
    return {
      title: `postfix: ${work}, unsigned, rate unlimited`,
      conditions: await conditions(octets, rounds),
      columns: RUN_COLUMNS,
      rows: [runRow('mailblast', runs.mailblast), runRow(`smtp-source -d -s ${CONNECTIONS}`, runs.source)],
      ratios: [
        ratioOf(
          { work, against: `\`smtp-source -d -s ${CONNECTIONS}\``, target: OVER_SOURCE },
          runs.mailblast,
          runs.source.map(perSecond),
        ),
      ],
      goals: [],
    };
  } finally {
    await postfix.stop();
    campaigns.remove();
  }
}
