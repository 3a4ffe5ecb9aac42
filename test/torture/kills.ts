// kill -9 at random moments, over and over, under each policy for those in doubt.

import assert from 'node:assert/strict';
import type { InDoubtWord } from '../../src/store/ledger.js';
import { until } from '../stories/mailblast.js';
import { DIALECTS } from './misdeed.js';
import { integrity } from './oracle.js';
import type { Figures, Form, Row } from './row.js';
import { Trial } from './trial.js';

interface Massacre {
  readonly policy: InDoubtWord;
  readonly kills: number;
  readonly people: number;
  readonly depth?: number;
}

const POLICIES: readonly InDoubtWord[] = ['hold', 'resend', 'assume-accepted'];

/** A run's start takes about so long, in milliseconds; some kills fall into it. */
const START_MS = 450;

function massacre(which: Massacre, { random, say, long }: Form): Promise<Figures> {
  const { policy, kills, people, depth = 1 } = which;
  const { extensions } = DIALECTS[depth > 1 ? 2 : 1]!;
  return Trial.with({ people, policy, depth, lookAt: long ? 7 : 1, relay: { extensions } }, async (trial) => {
    let most = 0;
    let done = 0;
    for (let kill = 1; kill <= kills; kill++) {
      const running = trial.start(kill % 2 === 0 && trial.begun ? 'resume' : 'send');
      if (random() < 0.25) {
        await new Promise((resolve) => setTimeout(resolve, random() * START_MS));
      } else {
        const share = (2 * people) / (kills + 2);
        const goal = trial.journal.bodies + 1 + Math.floor(random() * share);
        const ended = () => running.process.exitCode !== null || trial.journal.bodies >= goal;
        await until(`${goal} messages`, ended, long ? 300 : 30);
        await new Promise((resolve) => setTimeout(resolve, random() * 8));
      }
      const { code } = await trial.kill(running);
      if (code !== 'SIGKILL') break;
      done++;
      // A run that is killed while it reads the list has made none.
      if (!trial.begun) continue;
      most = Math.max(most, trial.lookAtCrash().length);
      if (!long || kill % 10 === 0) integrity(trial.ledger);
      if (kill % 20 === 0) say(`${policy}: ${kill} kills, ${trial.journal.bodies} messages`);
    }
    const { lost, twice, counts } = await trial.finish();
    assert.ok(done >= Math.min(kills, 4), `only ${done} of ${kills} kills found a run alive`);
    if (policy !== 'assume-accepted') assert.equal(lost, 0, 'lost');
    if (policy !== 'resend') assert.equal(twice, 0, 'twice');
    if (policy !== 'hold') assert.equal(counts.in_doubt, 0, 'in doubt in spite of the policy');
    const note = `${counts.in_doubt} held in doubt at the end`;
    return { recipients: people, kills: done, policy, lost, twice, inDoubt: most, note };
  });
}

const row = (which: Massacre, long: boolean): Row => ({
  name: `kill: -9 at ${which.kills} random moments, ${which.people.toLocaleString('en')} people, ${which.policy}${which.depth ? `, depth ${which.depth}` : ''}`,
  end: {
    hold: 'nobody lost, nobody twice; a few held in doubt',
    resend: 'nobody lost; twice only who was in doubt and sent again',
    'assume-accepted': 'nobody twice; lost only who was in doubt and assumed accepted',
  }[which.policy],
  ...(long ? { long: true as const } : {}),
  run: (form) => massacre(which, form),
});

/** R3's bound grows with the depth: a crash may leave connections × depth in doubt, and not one more. */
const DEEP: readonly Row[] = [
  row({ policy: 'hold', kills: 4, people: 500, depth: 4 }, false),
  ...POLICIES.map((policy) => row({ policy, kills: 200, people: 50_000, depth: 8 }, true)),
];

export const KILL_ROWS: readonly Row[] = [
  ...POLICIES.map((policy) => row({ policy, kills: policy === 'hold' ? 5 : 4, people: 400 }, false)),
  ...POLICIES.map((policy) => row({ policy, kills: 200, people: 50_000 }, true)),
  ...DEEP,
];
