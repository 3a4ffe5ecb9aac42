// A process that was held up, or stopped and continued (Ctrl-Z, a laptop that was closed), finds its time-outs over and the
// replies unread. A reply that has come is a reply: nobody is in doubt for having been read late.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { FakeStep, FakeWitness } from '../servers/fake-relay.js';
import { withRelay } from './fake-sessions.js';
import { inWords, letter, sendAll } from './list-source.js';

const PATIENCE_MS = 400;

/** Holds this process up, once, for longer than a reply is waited for, when the relay's reply has left. */
function heldUpBehind(step: FakeStep): FakeWitness {
  let held = false;
  return {
    decided: (at) => {
      if (held || at !== step) return;
      held = true;
      setImmediate(() => {
        const end = performance.now() + 1.5 * PATIENCE_MS;
        while (performance.now() < end);
      });
    },
  };
}

for (const step of ['mail', 'rcpt', 'data', 'body'] as const) {
  for (const extensions of [[], ['PIPELINING']]) {
    test(`a reply to ${step} that was read after its time-out counts (${extensions.length} extensions)`, async () => {
      const timeouts = { command: PATIENCE_MS, data: PATIENCE_MS, body: PATIENCE_MS };
      await withRelay(
        { extensions, witness: heldUpBehind(step) },
        async (relay, session) => {
          assert.deepEqual((await sendAll(session, [letter(1), letter(2)])).map(inWords), [
            'replied body 250',
            'replied body 250',
          ]);
          assert.equal(relay.connections, 1);
        },
        timeouts,
      );
    });
  }
}
