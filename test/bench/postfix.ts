// How many messages a second the whole command hands to Postfix's real smtpd, beside smtp-source with messages of the
// same size. Postfix writes each message to its queue and discards it from there.

import { Campaigns } from './command.js';
import { ONE_DOMAIN } from './lists.js';
import { conditions } from './loopback.js';
import type { Scale } from './options.js';
import { startPostfixRelay } from './postfix-relay.js';
import type { Report } from './report.js';
import { inTurns, perSecond, RUN_COLUMNS, ratioOf, runRow } from './rounds.js';
import { CONNECTIONS, mailblast, smtpSource } from './senders.js';

const OVER_SOURCE = 0.9;

/** Memory as a file system: the nearest to a disk of the relay's own that one machine has. */
const MEMORY = '/dev/shm';

export async function measure({ quick, rounds }: Scale): Promise<Report> {
  const people = quick ? 200 : 20_000;
  const campaigns = new Campaigns();
  const shared = await startPostfixRelay();
  const apart = await startPostfixRelay(MEMORY);
  try {
    await campaigns.list(people, ONE_DOMAIN);
    const octets = await campaigns.messageSize();
    const runs = await inTurns(
      {
        apart: () => mailblast(apart.opening, people, campaigns),
        sourceApart: () => smtpSource(apart.opening, people, octets),
        shared: () => mailblast(shared.opening, people, campaigns),
        sourceShared: () => smtpSource(shared.opening, people, octets),
      },
      rounds,
    );
    const source = `smtp-source -d -s ${CONNECTIONS}`;
    const work = `Postfix's \`smtpd\`, \`discard\` transport, ${CONNECTIONS} connections`;
    const against = { against: `\`${source}\``, target: OVER_SOURCE };
    return {
      title: `postfix: ${work}, unsigned, rate unlimited`,
      conditions: [
        ...(await conditions(octets, rounds)),
        'Recipients are at one domain and all different, those of smtp-source (-N) as well: Postfix looks each address up, and has one queue.',
        `Postfix syncs a queue file for each message, and mailblast its marks: on one disk each waits for the other. So it is measured twice: with the queue in memory (${MEMORY}), as a relay has its own disk, and with the queue on the ledger's disk.`,
      ],
      columns: RUN_COLUMNS,
      rows: [
        runRow('mailblast, queue in memory', runs.apart),
        runRow(`${source}, queue in memory`, runs.sourceApart),
        runRow("mailblast, queue on the ledger's disk", runs.shared),
        runRow(`${source}, the same disk`, runs.sourceShared),
      ],
      ratios: [
        ratioOf(
          { work: `${work}, its queue in memory`, ...against },
          runs.apart,
          runs.sourceApart.map(perSecond),
        ),
        ratioOf(
          { work: `${work}, its queue on the ledger's disk`, ...against },
          runs.shared,
          runs.sourceShared.map(perSecond),
        ),
      ],
      goals: [],
    };
  } finally {
    await Promise.all([shared.stop(), apart.stop()]);
    campaigns.remove();
  }
}
