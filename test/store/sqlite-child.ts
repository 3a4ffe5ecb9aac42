// A process that uses a ledger until it is killed: `sqlite-child.ts <what> <path>`. It says on its standard output,
// written before the next step, what it has been promised. Started by sqlite-crash.test.ts.

import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from '../../src/store/ledger.js';
import { built, openLedger } from '../built.js';
import { mark, outcome, plan, row, START } from './conformance/campaign.js';

const { MailblastError } = await built<typeof import('../../src/domain/errors.js')>('domain/errors.js');
const [what, path] = process.argv.slice(2);

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

async function* endless() {
  const long = 'x'.repeat(4000);
  for (let line = 2; ; line += 100) {
    yield Array.from({ length: 100 }, (_, i) => row(`${line + i}@example.com`, line + i, { long }));
    if (line % 10_000 === 2) say(`read ${line}`);
  }
}

/** A list of a new campaign: when it is read to its end, sorting its people is still to come. */
async function* large() {
  for (let line = 2; line < 250_000; line += 1000) {
    yield Array.from({ length: 1000 }, (_, i) => row(`${line + i}@example.com`, line + i));
  }
  say('read');
}

/** Marks and outcomes in groups of `GROUP`, each mark with the outcome of the one before it. */
async function storm(ledger: Ledger): Promise<void> {
  const campaign = ledger.find('news')!;
  const GROUP = 5;
  let before: readonly number[] = [];
  for (;;) {
    const due = await ledger.claim(campaign, START, 0, GROUP);
    const marks = due.map((delivery) => mark(delivery.id, 4000));
    await ledger.record({ outcomes: before.map((id) => outcome(id, 'accepted')), marks });
    for (const id of before) say(`accepted ${id}`);
    for (const { delivery } of marks) say(`marked ${delivery}`);
    if (due.length === 0) return;
    before = due.map((delivery) => delivery.id);
  }
}

const ledger = openLedger(path!);
if (what === 'open') {
  say(Buffer.from(ledger.secret).toString('hex'));
} else if (what === 'lock') {
  say(ledger.lock('news') ? 'held' : 'busy');
  await sleep(60_000);
} else if (what === 'import') {
  ledger.lock('news');
  try {
    await ledger.import(plan('news'), endless());
  } catch (error) {
    say(error instanceof MailblastError ? `${error.trouble}: ${error.message}` : String(error));
  }
} else if (what === 'interrupted') {
  ledger.lock('news');
  process.once('SIGINT', () => {
    say('asked');
    process.exit(130);
  });
  await ledger.import(plan('news'), ledger.find('news') ? endless() : large());
  say('imported');
} else if (what === 'storm') {
  await storm(ledger);
}
ledger.close();
