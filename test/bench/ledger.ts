// How long a reply waits to be handled while the ledger's disk takes 20 ms for each sync: what a session does when it needs
// no mark, while others wait for theirs.

import { quantile, startTimedRelay } from '../servers/reply-times.js';
import { slowDisk } from '../servers/slow-disk.js';
import { Campaigns } from './command.js';
import type { Scale } from './options.js';
import { type Report, whole } from './report.js';

const SYNC_MS = 20;
const CONNECTIONS = 10;
/** "No more than a few milliseconds." */
const FEW_MS = 5;

export async function measure({ quick }: Scale): Promise<Report> {
  const people = quick ? 100 : 2_000;
  const campaigns = new Campaigns();
  const rows: string[][] = [];
  let late = 0;
  try {
    await campaigns.list(people);
    for (const ms of [0, SYNC_MS]) {
      const { relay, times } = await startTimedRelay();
      try {
        const options = ['--rate', 'unlimited', '--connections', String(CONNECTIONS)];
        const env = slowDisk(campaigns.folder, ms);
        const run = await campaigns.send(relay.port, people, options, { env });
        const at = (share: number) => quantile(times, share);
        late = at(0.95);
        rows.push([
          `${ms} ms more`,
          whole(people / run.sending),
          ...[0.5, 0.95, 0.99, 1].map((share) => at(share).toFixed(1)),
        ]);
      } finally {
        await relay.stop();
      }
    }
    return {
      title: 'ledger: from a reply to the next command, by what a sync of the disk takes',
      conditions: [
        `${whole(people)} recipients, ${CONNECTIONS} connections to a relay without PIPELINING; from MAIL's reply to RCPT and from RCPT's to DATA, by the relay's clock.`,
      ],
      columns: ['a sync takes', 'messages/s', 'median (ms)', '95 %', '99 %', 'most'],
      rows,
      goals: [
        {
          what: `with syncs of ${SYNC_MS} ms, 95 % of replies are followed within ${late.toFixed(1)} ms (at most ${FEW_MS})`,
          met: late <= FEW_MS,
        },
      ],
    };
  } finally {
    campaigns.remove();
  }
}
