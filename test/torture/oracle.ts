// The judge: the relay's journal against the ledger. Whatever happened in between, these hold.
// Knows both books and R1 to R5; knows nothing of what was done to the run.

import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { STATES, type State } from '../../src/domain/delivery.js';
import type { RecipientRecord } from '../../src/store/ledger.js';
import { openLedger } from '../../src/store/sqlite/open.js';
import type { Journal } from './journal.js';

export interface Case {
  readonly journal: Journal;
  /** Path of the ledger, which no run has open for writing. */
  readonly ledger: string;
  readonly campaign: string;
  /** Recipients that the list had. */
  readonly people: number;
  /** Who was in doubt and sent again, by the user's choice: these alone may be accepted twice. */
  readonly resent?: ReadonlySet<string>;
  /** Who was in doubt and counts as accepted, by the user's choice: of these the relay may know nothing. */
  readonly assumed?: ReadonlySet<string>;
  /** The journal is read up to here. */
  readonly until?: bigint;
}

/** What the two books come to. */
export interface Verdict {
  readonly counts: Readonly<Record<State, number>>;
  /** Counted as accepted by the user's choice, and never taken by the relay. */
  readonly lost: number;
  readonly twice: number;
  /** Addresses without a known end: in doubt, or transmitting after a crash. */
  readonly doubtful: readonly string[];
}

/** @throws AssertionError at the first thing that does not hold. */
export function judge(which: Case): Verdict {
  const { journal, resent = new Set(), assumed = new Set() } = which;
  integrity(which.ledger);
  const records = recordsOf(which);
  assert.equal(records.length, which.people, 'deliveries in the ledger');
  const accepted = journal.accepted(which.until);
  const twice = [...accepted].filter(([, times]) => times > 1).map(([address]) => address);
  assert.deepEqual(
    twice.filter((address) => !resent.has(address)),
    [],
    'mailed twice without the user wanting it',
  );
  const byAddress = new Map(records.map((record) => [record.address, record]));
  for (const address of accepted.keys()) {
    const state = byAddress.get(address)?.state;
    const known = state === 'accepted' || state === 'in_doubt' || state === 'transmitting';
    // Sent again by choice, and on its way to be: the first copy may have been taken.
    assert.ok(known || resent.has(address), `${address} was accepted, and the ledger says ${state}`);
  }
  const [later, refused] = [journal.refused('later'), journal.refused('refused')];
  let lost = 0;
  for (const { address, state } of records) {
    if (state === 'accepted' && !accepted.has(address)) {
      assert.ok(assumed.has(address), `${address} is accepted, and the relay knows nothing of it`);
      lost++;
    }
    if (state === 'rejected')
      assert.ok(refused.has(address) || journal.mailRefusals > 0, `${address}: no evidence`);
    if (state === 'expired')
      assert.ok(later.has(address) || journal.mailRefusals > 0, `${address}: no evidence`);
  }
  for (const [address, copies] of journal.copies) {
    assert.equal(copies.size, 1, `${address} was sent ${copies.size} different messages`);
  }
  const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<State, number>;
  for (const { state } of records) counts[state]++;
  const doubtful = records.filter(({ state }) => state === 'in_doubt' || state === 'transmitting');
  return { counts, lost, twice: twice.length, doubtful: doubtful.map(({ address }) => address) };
}

/** The file is whole, and the tally counts what is there. */
export function integrity(ledger: string): void {
  const db = new Database(ledger, { fileMustExist: true });
  try {
    assert.equal(db.pragma('integrity_check', { simple: true }), 'ok');
    assert.deepEqual(db.pragma('foreign_key_check'), []);
    const untrue = db.prepare(`
      SELECT tally.campaign, tally.state, tally.deliveries, count(delivery.id) AS there
      FROM   tally LEFT JOIN delivery ON delivery.campaign = tally.campaign AND delivery.state = tally.state
      GROUP  BY tally.campaign, tally.state
      HAVING tally.deliveries <> count(delivery.id)`);
    assert.deepEqual(untrue.all(), [], 'the tally does not count what is there');
  } finally {
    db.close();
  }
}

function recordsOf({ ledger: path, campaign }: Case): RecipientRecord[] {
  const ledger = openLedger(path, { readonly: true });
  try {
    const found = ledger.find(campaign);
    assert.ok(found, 'there is no such campaign');
    return [...ledger.recipients(found)];
  } finally {
    ledger.close();
  }
}
