// The power goes at random moments of one run. The run is watched from below (power-loss.c), so that the disk of any
// moment can be made afterwards; each is judged by what the relay had accepted up to that moment.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openLedger } from '../../src/store/sqlite/open.js';
import type { Random } from '../random.js';
import { DurableFiles, type Unsynced } from './durable-files.js';
import { judge } from './oracle.js';
import type { Figures, Form, Row } from './row.js';
import { CAMPAIGN, Trial } from './trial.js';

const SHIM = fileURLToPath(new URL('power-loss.c', import.meta.url));
const CONNECTIONS = 4;
const KINDS: readonly Unsynced[] = ['none of it', 'any sectors of it'];

interface Outage {
  readonly people: number;
  /** Moments looked at, each twice. */
  readonly cuts: number;
  /** Of these, how many are gone on with, to the campaign's end. */
  readonly resumed: number;
}

function outage({ people, cuts, resumed }: Outage, { random }: Form): Promise<Figures> {
  return Trial.with({ people, connections: CONNECTIONS, lookAt: 0 }, async (trial) => {
    const { folder } = trial.desk;
    const [shim, log] = [join(folder, 'power-loss.so'), join(folder, 'power.log')];
    execFileSync('gcc', ['-O2', '-Wall', '-shared', '-fPIC', '-o', shim, SHIM, '-ldl']);
    trial.desk.through = ['env', `LD_PRELOAD=${shim}`, `TORTURE_WATCH=${trial.ledger}`, `TORTURE_LOG=${log}`];
    const { code, stderr } = await trial.settled(trial.start());
    assert.equal(code, 0, stderr);
    const files = new DurableFiles(log);
    let most = 0;
    let begun = 0;
    for (let cut = 0; cut < cuts; cut++) {
      const at = momentOf(files, cut, random);
      for (const unsynced of KINDS) {
        const path = join(folder, `cut-${cut}-${KINDS.indexOf(unsynced)}`, 'mailblast.db');
        mkdirSync(join(path, '..'));
        files.write(at.index, path, unsynced, random);
        const doubtful = judgeCut(trial, path, at.until, people);
        if (doubtful === undefined) continue;
        begun++;
        most = Math.max(most, doubtful);
        if (begun <= resumed) await goOn(trial, files, at, unsynced, people, random);
      }
    }
    assert.ok(begun > cuts, `only ${begun} of ${2 * cuts} disks had a campaign`);
    return {
      recipients: people,
      kills: 2 * cuts,
      policy: 'hold',
      lost: 0,
      twice: 0,
      inDoubt: most,
      note: `${resumed} resumed`,
    };
  });
}

interface Moment {
  readonly index: number;
  readonly until: bigint;
}

/** Anywhere; every fifth one before the first message, where the ledger is made and the list is read. */
function momentOf({ steps }: DurableFiles, cut: number, random: Random): Moment {
  const share = cut % 5 === 4 ? 0.2 : 1;
  const index = Math.floor(random() * (steps.length - 1) * share);
  const [here, next] = [steps[index]!.at, steps[index + 1]!.at];
  return { index, until: here + BigInt(Math.floor(Number(next - here) * random())) };
}

/** How many are in doubt; undefined when there is no campaign yet, and then nothing may have been accepted. */
function judgeCut({ journal }: Trial, path: string, until: bigint, people: number): number | undefined {
  const ledger = openLedger(path);
  const begun = ledger.find(CAMPAIGN) !== undefined;
  ledger.close();
  if (!begun) {
    assert.equal(journal.accepted(until).size, 0, 'messages without a campaign');
    return undefined;
  }
  const { doubtful } = judge({ journal, ledger: path, campaign: CAMPAIGN, people, until });
  assert.ok(doubtful.length <= CONNECTIONS, `${doubtful.length} in doubt after a power cut`);
  return doubtful.length;
}

/** The machine is there again, and so is the relay that had accepted so much: the same command ends the campaign. */
function goOn(
  { journal }: Trial,
  files: DurableFiles,
  { index, until }: Moment,
  unsynced: Unsynced,
  people: number,
  random: Random,
): Promise<void> {
  return Trial.with({ people, connections: CONNECTIONS }, async (after) => {
    files.write(index, after.ledger, unsynced, random);
    after.journal.adopt(journal, until);
    const { lost, twice, counts } = await after.finish();
    assert.deepEqual([lost, twice], [0, 0]);
    assert.ok(counts.in_doubt <= CONNECTIONS);
  });
}

const row = (which: Outage, long: boolean): Row => ({
  name: `power: lost at ${which.cuts} moments, with nothing or any sectors of what was not synced`,
  end: `in doubt at most ${CONNECTIONS}; nothing accepted that the ledger does not know of; the resume finishes`,
  needs: ['gcc'],
  ...(long ? { long: true as const } : {}),
  run: (form) => outage(which, form),
});

export const POWER_ROWS: readonly Row[] = [
  row({ people: 300, cuts: 40, resumed: 1 }, false),
  row({ people: 3_000, cuts: 1_000, resumed: 20 }, true),
];
