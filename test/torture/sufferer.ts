// A run that kills itself at a named point: `sufferer.ts <json>`. The parts are the real ones, built; only the ledger
// that the engine is handed is wrapped, so that the point is on the border between the two, whatever lies behind it.

import type { Ledger } from '../../src/store/ledger.js';
import { openLedger } from './built.js';
import { goThrough } from './campaign-run.js';
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

await goThrough('.', {
  ...orders,
  ledger: pointed(openLedger('mailblast.db')),
  report: ({ event }) => {
    if (event === 'done') pass('when all is done');
  },
});
