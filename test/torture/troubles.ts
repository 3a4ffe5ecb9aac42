// The ledger in trouble under a run: a disk that is full or fails, a file that goes away or is read all the time.
// What is wrong from the start, and what another program's lock does, are in test/stories/data-loss.

import assert from 'node:assert/strict';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { noSmallDisk, SmallDisk } from '../stories/data-loss/small-disk.js';
import { until } from '../stories/mailblast.js';
import { withInstead } from './instead.js';
import { type Range, type Row, shownRange } from './row.js';
import { Stage } from './stage.js';
import { Trial } from './trial.js';

const CONNECTIONS = 3;

/** The disk is full from the nth commit on that holds marks alone, or outcomes alone. */
function fullAt(what: 'a mark' | 'an outcome', nth: number, inDoubt: Range): Row {
  const people = 20;
  return {
    name: `disk: full at ${what}`,
    end: `stops: the disk is full; in doubt ${shownRange(inDoubt)}; with room again, the resume finishes`,
    run: async () => {
      const reason = noSmallDisk();
      assert.equal(reason, false);
      let disk: SmallDisk | undefined;
      let left = nth;
      const options = {
        people,
        connections: 1,
        prepare: (folder: string) => {
          disk = new SmallDisk(folder, 8 * 1024);
          return () => disk?.unmount();
        },
        between: (ledger: Parameters<NonNullable<Parameters<typeof Stage.with>[0]['between']>>[0]) =>
          withInstead(ledger, {
            record: (group) => {
              const [some, none] =
                what === 'a mark' ? [group.marks, group.outcomes] : [group.outcomes, group.marks];
              if (some.length > 0 && none.length === 0 && --left === 0) disk!.fill();
              return ledger.record(group);
            },
          }),
      };
      return Stage.with(options, async (stage) => {
        const { failure } = await stage.run();
        assert.match(String(failure), /the disk is full/);
        disk!.makeRoom();
        stage.judge();
        const again = await stage.run();
        assert.equal(again.failure, undefined);
        const { counts } = stage.judge();
        assert.ok(
          counts.in_doubt >= inDoubt[0] && counts.in_doubt <= inDoubt[1],
          `${counts.in_doubt} in doubt`,
        );
        assert.equal(counts.accepted + counts.in_doubt, people);
        return { recipients: people, inDoubt: counts.in_doubt };
      });
    },
  };
}

/** From the nth such call on the file on, the kernel says no. */
function failing(
  what: string,
  file: '' | '-wal',
  call: string,
  error: string,
  nth: Range,
  people: number,
  says: RegExp | undefined,
): Row {
  return {
    name: `disk: ${what}`,
    end: `${says === undefined ? '0, since the WAL holds it all' : `74, ${says.source}`}; in doubt at most ${CONNECTIONS}; when the disk is well again, the resume finishes`,
    needs: ['strace'],
    run: ({ random }) =>
      Trial.with({ people, connections: CONNECTIONS, lookAt: 0 }, async (trial) => {
        const when = Math.floor(nth[0] + random() * (nth[1] + 1 - nth[0]));
        const inject = [`trace=${call}`, '-e', `inject=${call}:error=${error}:when=${when}+`];
        const path = join(trial.desk.folder, `mailblast.db${file}`);
        trial.desk.through = [
          'strace',
          '-f',
          '--seccomp-bpf',
          '-qq',
          '-o',
          '/dev/null',
          '-P',
          path,
          '-e',
          ...inject,
        ];
        const { code, stderr } = await trial.settled(trial.start());
        trial.desk.through = [];
        assert.equal(code, says === undefined ? 0 : 74, `call ${when}: ${stderr}`);
        assert.match(stderr, says ?? /^$/);
        assert.doesNotMatch(stderr, /\n\s+at /, 'a stack was shown');
        if (trial.begun) trial.judge();
        else assert.equal(trial.journal.bodies, 0);
        const inDoubt = trial.begun ? trial.lookAtCrash().length : 0;
        const { counts, lost, twice } = await trial.finishHere();
        assert.ok(counts.in_doubt <= CONNECTIONS, `${counts.in_doubt} in doubt`);
        return { recipients: people, inDoubt, lost, twice };
      }),
  };
}

const READ_ALL_THE_TIME: Row = {
  name: 'ledger: locked by a reader from beginning to end',
  end: '0; everybody accepted once, and the reader sees what it saw at first',
  run: () => {
    const people = 400;
    return Trial.with({ people, connections: CONNECTIONS, laid: true }, async (trial) => {
      const running = trial.start();
      await until('some messages', () => trial.journal.bodies > 20);
      const db = new Database(trial.ledger, { readonly: true });
      db.exec('BEGIN');
      const count = db.prepare("SELECT count(*) FROM delivery WHERE state = 'accepted'").pluck();
      const seen = count.get();
      const { code, stderr } = await trial.settled(running);
      assert.equal(code, 0, stderr);
      assert.equal(count.get(), seen);
      db.close();
      const { counts } = trial.judge();
      assert.equal(counts.accepted, people);
      return { recipients: people, inDoubt: 0 };
    });
  },
};

/** What a run does whose ledger is gone: nothing that it does can be known by the next run. */
const TAKEN_AWAY: Row = {
  name: 'ledger: taken away under the run, and brought back',
  end: `74 within a second, and no message without a mark in the file; in doubt at most ${CONNECTIONS}; the resume finishes`,
  run: () => {
    const people = 400;
    return Trial.with({ people, connections: CONNECTIONS, lookAt: 0, laid: true }, async (trial) => {
      const running = trial.start('send', ['--rate', '200/s']);
      await until('some messages', () => trial.journal.bodies > 40);
      const files = ['', '-wal', '-shm'].map((end) => `${trial.ledger}${end}`);
      for (const file of files) renameSync(file, `${file}.away`);
      const { code, stderr } = await trial.settled(running);
      assert.equal(code, 74, stderr);
      assert.match(stderr, /mailblast\.db: the ledger was deleted or replaced/);
      assert.ok(trial.journal.bodies < people - 50, 'it went on without its ledger');
      assert.equal(existsSync(trial.ledger), false, 'a new ledger was made in its place');
      for (const file of files) if (existsSync(`${file}.away`)) renameSync(`${file}.away`, file);
      trial.judge();
      const { counts, lost, twice } = await trial.finish();
      assert.ok(counts.in_doubt <= CONNECTIONS);
      return { recipients: people, inDoubt: counts.in_doubt, lost, twice };
    });
  },
};

const FULL = /mailblast\.db: the disk is full/;

export const TROUBLE_ROWS: readonly Row[] = [
  fullAt('a mark', 1, [0, 0]),
  fullAt('an outcome', 1, [0, 1]),
  failing('full in the import', '-wal', 'pwrite64', 'ENOSPC', [5, 25], 1_000, FULL),
  failing('full at a write of the WAL', '-wal', 'pwrite64', 'ENOSPC', [120, 280], 60, FULL),
  failing('full in a checkpoint', '', 'pwrite64', 'ENOSPC', [8, 30], 350, undefined),
  failing(
    'the WAL cannot be synced',
    '-wal',
    'fsync',
    'EIO',
    [6, 20],
    60,
    /the disk could not be read or written/,
  ),
  failing('read-only in mid-run', '-wal', 'pwrite64', 'EROFS', [120, 280], 60, /mailblast\.db: /),
  READ_ALL_THE_TIME,
  TAKEN_AWAY,
];
