// The run that `mailblast send` makes of a trial's campaign, without the command around it: for who stands between the
// engine and its ledger, and for runs that need no process of their own. The parts are the real ones, built.

import { join } from 'node:path';
import type { RunEvent } from '../../src/engine/events.js';
import type { SmtpTarget } from '../../src/relay/relay-url.js';
import type { Ledger } from '../../src/store/ledger.js';
import { built } from '../built.js';

const { begin } = await built<typeof import('../../src/engine/begin.js')>('engine/begin.js');
const { send } = await built<typeof import('../../src/engine/send.js')>('engine/send.js');
const { Stop } = await built<typeof import('../../src/engine/stop.js')>('engine/stop.js');
const { systemClock } =
  await built<typeof import('../../src/engine/system-clock.js')>('engine/system-clock.js');
const { parseRelayUrl } = await built<typeof import('../../src/relay/relay-url.js')>('relay/relay-url.js');
const { smtpRelay } = await built<typeof import('../../src/relay/smtp-relay.js')>('relay/smtp-relay.js');

export interface CampaignRun {
  readonly ledger: Ledger;
  /** Of the relay, on this machine. */
  readonly port: number;
  readonly connections: number;
  readonly depth: number;
  readonly report?: (event: RunEvent) => void;
}

/** As `mailblast send list.csv --template news.mjml --rate unlimited` in the folder. Closes the ledger. */
export async function goThrough(folder: string, run: CampaignRun): Promise<void> {
  const { ledger, port, connections, depth, report = () => {} } = run;
  try {
    const { campaign } = await begin(requestIn(folder), ledger, Date.now(), async () => false);
    const target = parseRelayUrl(`smtp://127.0.0.1:${port}`, 'environment') as SmtpTarget;
    await send({
      campaign,
      ledger,
      routes: [
        {
          ...{ relay: smtpRelay(target, { depth }), rate: Number.POSITIVE_INFINITY, connections, depth },
          ...{ maxPerDay: Number.POSITIVE_INFINITY, maxPerHour: Number.POSITIVE_INFINITY, warmUp: [] },
          ...{ weight: undefined, sign: undefined, sender: undefined },
        },
      ],
      settings: {
        limit: Number.POSITIVE_INFINITY,
        notAfter: Number.POSITIVE_INFINITY,
        maxRejected: 1,
        domainRates: [],
        retryFor: 60_000,
        wait: false,
        inDoubt: 'hold',
      },
      clock: systemClock,
      stop: new Stop(),
      report,
    });
  } finally {
    ledger.close();
  }
}

const requestIn = (folder: string) => ({
  name: 'list-news',
  list: { path: join(folder, 'list.csv'), emailColumn: '' },
  template: join(folder, 'news.mjml'),
  subject: '',
  from: 'News <news@example.com>',
  replyTo: '',
  returnPath: '',
  listId: 'list.example.com',
  headers: [],
  attachments: [],
  attachColumn: '',
  attachFolder: '',
  assetsUrl: '',
  jsonColumns: [],
  rawFields: [],
  unsubscribeUrl: '',
  unsubscribeMailto: '',
  rehearsal: false,
  options: {},
  allowWithdraw: false,
  updateContent: false,
});
