// The ledger's tables, as numbered steps that are only ever appended to: step n brings a ledger from version n - 1 to n.
// Knows the schema and SQLite's header fields; knows nothing of what is written into the tables.

import type { Database } from 'better-sqlite3';
import { MailblastError } from '../../domain/errors.js';

/** `mbla`, in the header of every ledger (PRAGMA application_id), so that no foreign database is written to. */
const APPLICATION_ID = 0x6d626c61;

const MIGRATIONS: readonly string[] = [
  `
  -- One row: what the ledger is made with.
  CREATE TABLE ledger (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    secret BLOB NOT NULL CHECK (length(secret) = 32)
  ) STRICT;

  INSERT INTO ledger (one, secret) VALUES (1, randomblob(32));

  CREATE TABLE campaign (
    number       INTEGER PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    id           TEXT NOT NULL UNIQUE,
    rehearsal    INTEGER NOT NULL CHECK (rehearsal IN (0, 1)),
    columns      TEXT NOT NULL,              -- JSON: an array of names
    created_at   INTEGER NOT NULL,
    abandoned_at INTEGER,
    options      TEXT NOT NULL,              -- JSON: the last run's options
    list_hash    TEXT NOT NULL
  ) STRICT;

  -- What campaigns send. The newest is the campaign's; a delivery keeps the one of its first mark.
  CREATE TABLE content (
    number   INTEGER PRIMARY KEY,
    campaign INTEGER NOT NULL REFERENCES campaign (number),
    hash     TEXT NOT NULL,
    body     TEXT NOT NULL                   -- JSON, as domain/campaign.ts has it
  ) STRICT;

  CREATE INDEX content_by_campaign ON content (campaign);

  -- How many deliveries are in each state, written in the same transaction as the states: counting five million
  -- rows would hold up a run for seconds. A campaign has a row for every state there is, so a state that is none
  -- fails its transaction here.
  CREATE TABLE tally (
    campaign   INTEGER NOT NULL REFERENCES campaign (number),
    state      TEXT NOT NULL,
    deliveries INTEGER NOT NULL DEFAULT 0 CHECK (deliveries >= 0),
    changed_at INTEGER NOT NULL DEFAULT 0,   -- when a delivery last came into the state
    PRIMARY KEY (campaign, state)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE relay (
    number INTEGER PRIMARY KEY,
    name   TEXT NOT NULL UNIQUE
  ) STRICT;

  -- What each relay was handed, by the minute of the marks, over all campaigns: accepted, transmitting or in doubt.
  CREATE TABLE handed_over (
    relay    INTEGER NOT NULL REFERENCES relay (number),
    minute   INTEGER NOT NULL,               -- its beginning
    messages INTEGER NOT NULL,
    PRIMARY KEY (relay, minute)
  ) STRICT, WITHOUT ROWID;

  -- Who must not be mailed, whatever the campaign.
  CREATE TABLE suppression (
    entry    TEXT NOT NULL PRIMARY KEY,      -- an address's key, or @ and a domain
    reason   TEXT NOT NULL,
    source   TEXT NOT NULL,
    added_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE delivery (
    id               INTEGER PRIMARY KEY,
    campaign         INTEGER NOT NULL REFERENCES campaign (number),
    key              TEXT,                   -- NULL for rows of the list without an identity of their own
    address          TEXT NOT NULL,
    line             INTEGER NOT NULL,
    fields           TEXT NOT NULL,          -- JSON: column name to value
    state            TEXT NOT NULL,          -- no CHECK: it would cost an import a third of its speed; see tally
    due_at           INTEGER NOT NULL DEFAULT 0,
    attempts         INTEGER NOT NULL DEFAULT 0,
    first_attempt_at INTEGER,
    marked_at        INTEGER,                -- of its first mark, as is the content
    content          INTEGER,                -- of the content table, not checked for the same reason
    changed_at       INTEGER,
    reply_code       INTEGER,
    reply_enhanced   TEXT,
    reply_text       TEXT,
    reason           TEXT NOT NULL DEFAULT '',
    relay            INTEGER                 -- of the relay table; checking it twice a message cost a fifth of a move
  ) STRICT;

  -- People are found by address. An index of delivery would be the same, but a new campaign's could not be made of
  -- all its addresses at once, in their order, which is what lets an import of millions end soon.
  CREATE TABLE person (
    key      TEXT NOT NULL,
    campaign INTEGER NOT NULL,
    delivery INTEGER NOT NULL,
    PRIMARY KEY (key, campaign)
  ) STRICT, WITHOUT ROWID;

  -- What is still to be sent, in the order of its turn; what was sent is not in it. Every index ends in the id.
  -- A statement uses a partial index when it repeats its condition, word by word.
  CREATE INDEX delivery_by_turn ON delivery (campaign, due_at) WHERE state IN ('pending', 'deferred');

  -- When the next one falls due, without walking past those that were never tried.
  CREATE INDEX delivery_deferred ON delivery (campaign, due_at) WHERE state = 'deferred';

  -- What a crash left behind: as many entries as messages are in flight.
  CREATE INDEX delivery_unanswered ON delivery (campaign, state) WHERE state IN ('transmitting', 'in_doubt');

  -- Rows that are looked at anew at each import. At most two states to a condition: for three of them SQLite makes a
  -- table of its own at every write, which doubled the cost of a move.
  CREATE INDEX delivery_unusable ON delivery (campaign, state) WHERE state IN ('invalid', 'duplicate');

  -- Who is looked at anew at each run: they may not be suppressed any longer.
  CREATE INDEX delivery_suppressed ON delivery (campaign) WHERE state = 'suppressed';

  -- The list's own order, for reports.
  CREATE INDEX delivery_by_line ON delivery (campaign, line);
  `,
  `
  -- Why a campaign was stopped by a brake, until the user lifts it.
  ALTER TABLE campaign ADD COLUMN braked_at INTEGER;
  ALTER TABLE campaign ADD COLUMN braked_reason TEXT;

  -- When each relay was handed its first message: what a warm-up counts its days from.
  ALTER TABLE relay ADD COLUMN first_used_at INTEGER;
  UPDATE relay
  SET    first_used_at = used.first
  FROM   (SELECT relay, min(marked_at) AS first FROM delivery GROUP BY relay) AS used
  WHERE  relay.number = used.relay;

  -- Every attempt that was not accepted at its first try. One index: it is written while a campaign is sent.
  CREATE TABLE attempt (
    id             INTEGER PRIMARY KEY,
    delivery       INTEGER NOT NULL,
    at             INTEGER NOT NULL,
    took           INTEGER NOT NULL,           -- milliseconds
    relay          INTEGER,
    stage          TEXT NOT NULL,
    state          TEXT NOT NULL,              -- what the delivery was after it
    reply_code     INTEGER,
    reply_enhanced TEXT,
    reply_text     TEXT,
    reason         TEXT NOT NULL
  ) STRICT;

  CREATE INDEX attempt_by_delivery ON attempt (delivery);
  `,
];

/** The version that this program reads and writes. */
export const VERSION: number = MIGRATIONS.length;

/**
 * Which version of the ledger the file holds; 0 for an empty database.
 * @throws MailblastError when it is somebody else's database, or one of a newer mailblast.
 */
export function identify(db: Database, path: string): number {
  const version = Number(db.pragma('user_version', { simple: true }));
  if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
    if (version === 0 && tables === 0) return 0;
    throw new MailblastError(
      'cannot_write',
      'this is a database of another program, not a mailblast ledger. Name another file with --state; it was not touched.',
      { place: { file: path } },
    );
  }
  if (version > VERSION) {
    throw new MailblastError(
      'cannot_write',
      `this ledger was written by a newer mailblast (ledger version ${version}, this program knows ${VERSION}). Update mailblast to go on with it.`,
      { place: { file: path } },
    );
  }
  return version;
}

/** Brings the ledger to this program's version, all steps in one transaction. Others may be trying the same. */
export function migrate(db: Database, path: string): void {
  db.transaction(() => {
    for (const step of MIGRATIONS.slice(identify(db, path))) db.exec(step);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${VERSION}`);
  }).immediate();
}
