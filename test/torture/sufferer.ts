// A run that kills itself at a named point: `sufferer.ts <json>`. The parts are the real ones of src/; only the ledger
// that the engine is handed is wrapped, so that the point is on the border between the two, whatever lies behind it.

import { begin } from '../../src/engine/begin.js';
import type { RunEvent } from '../../src/engine/events.js';
import { send } from '../../src/engine/send.js';
import { Stop } from '../../src/engine/stop.js';
import { systemClock } from '../../src/engine/system-clock.js';
import { parseRelayUrl, type SmtpTarget } from '../../src/relay/relay-url.js';
import { smtpRelay } from '../../src/relay/smtp-relay.js';
import type { Ledger } from '../../src/store/ledger.js';
import { openLedger } from './built-ledger.js';
import { withInstead } from './instead.js';
import type { Orders } from './orders.js';

const orders = JSON.parse(process.argv[2]!) as Orders;
let passes = 0;

/** The process ends here when this is the point, and it was passed often enough. */
function pass(point: Orders['point']): void {
  if (orders.point === point && ++passes === orders.nth) process.kill(process.pid, 'SIGKILL');
}

/** The ledger with the points on its border. */
function pointed(ledger: Ledger): Ledger {
  return withInstead(ledger, {
    record: async (group) => {
      if (group.marks.length > 0) pass('before a mark is committed');
      if (group.outcomes.length > 0) pass('before an outcome is committed');
      const refused = await ledger.record(group);
      if (group.outcomes.length > 0) pass('after an outcome was committed');
      if (group.marks.length > 0) pass('after a mark was committed');
      return refused;
    },
    import: async (plan, rows) => {
      async function* passing() {
        for await (const batch of rows) {
          yield batch;
          pass('within the import');
        }
        pass('after the last row of the import');
      }
      const imported = await ledger.import(plan, passing());
      pass('after the import was committed');
      return imported;
    },
    settle: (campaign, word, now) => {
      pass('before what a run left is settled');
      const settled = ledger.settle(campaign, word, now);
      pass('after what a run left was settled');
      return settled;
    },
    close: () => {
      pass('before the ledger is closed');
      ledger.close();
      pass('after the ledger was closed');
    },
  });
}

const ledger = pointed(openLedger('mailblast.db'));
const request = {
  name: 'list-news',
  list: { path: 'list.csv', emailColumn: '' },
  template: 'news.mjml',
  ...{
    subject: '',
    from: 'News <news@example.com>',
    replyTo: '',
    returnPath: '',
    listId: 'list.example.com',
  },
  ...{
    headers: [],
    attachments: [],
    attachColumn: '',
    attachFolder: '',
    assetsUrl: '',
    jsonColumns: [],
    rawFields: [],
    unsubscribeUrl: '',
    unsubscribeMailto: '',
  },
  ...{ rehearsal: false, options: {}, allowWithdraw: false, updateContent: false },
};
const { campaign } = await begin(request, ledger, Date.now(), async () => false);
await send({
  campaign,
  ledger,
  routes: [
    {
      relay: smtpRelay(parseRelayUrl(`smtp://127.0.0.1:${orders.port}`, 'environment') as SmtpTarget),
      rate: Number.POSITIVE_INFINITY,
      ...{ connections: orders.connections, depth: orders.depth },
      ...{ maxPerDay: Number.POSITIVE_INFINITY, maxPerHour: Number.POSITIVE_INFINITY, warmUp: [] },
      ...{ weight: undefined, sign: undefined, sender: undefined },
    },
  ],
  settings: {
    limit: Number.POSITIVE_INFINITY,
    notAfter: Number.POSITIVE_INFINITY,
    ...{ maxRejected: 1, domainRates: [], retryFor: 60_000, wait: false, inDoubt: 'hold' },
  },
  clock: systemClock,
  stop: new Stop(),
  report: ({ event }: RunEvent) => {
    if (event === 'done') pass('when all is done');
  },
});
ledger.close();
