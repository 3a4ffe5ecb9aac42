// The ledger never stalls the sockets, whatever the disk and however busy the machine: the thread that hears the replies
// makes no sync while messages go. The kernel's own record says which thread made each one.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startFakeRelay } from '../../servers/fake-relay.js';
import { missing } from '../../servers/free-port.js';
import { Desk } from '../mailblast.js';

const PEOPLE = 200;

interface Sync {
  readonly thread: number;
  /** Seconds of the wall clock. */
  readonly at: number;
}

/** Lines of `strace -f -ttt`: a thread, a moment, a call. A call that another thread interrupts is told where it began. */
function readSyncs(log: string): Sync[] {
  return [...log.matchAll(/^(\d+) +([\d.]+) f(?:data)?sync\(/gm)].map(([, thread, at]) => ({
    thread: Number(thread),
    at: Number(at),
  }));
}

/** The only process that another one has begun: its number is its main thread's. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}

test('between the first reply and the last one, every sync of the ledger is another thread’s', {
  skip: missing('strace', 'strace'),
}, async () => {
  const desk = new Desk();
  const replies: number[] = [];
  const relay = await startFakeRelay({
    witness: {
      decided: (step) => {
        if (step === 'body') replies.push(Date.now() / 1000);
      },
    },
  });
  try {
    desk.campaign(PEOPLE);
    const log = join(desk.folder, 'syncs');
    desk.through = ['strace', '-f', '--seccomp-bpf', '-qq', '-ttt', '-e', 'trace=fsync,fdatasync', '-o', log];
    const command = ['send', 'list.csv', '--template', 'news.mjml', '--rate', '1000/s', '--json'];
    const running = desk.start(command, { MAILBLAST_RELAY: `smtp://127.0.0.1:${relay.port}` });
    await relay.when(() => replies.length > 0);
    const main = childOf(running.process.pid!);
    const { code, stderr } = await running.finished;
    assert.equal(code, 0, stderr);
    assert.equal(replies.length, PEOPLE);
    const syncs = readSyncs(readFileSync(log, 'utf8'));
    const meanwhile = syncs.filter(({ at }) => at > replies[0]! && at < replies.at(-1)!);
    assert.ok(meanwhile.length > 10, `only ${meanwhile.length} syncs were seen`);
    assert.deepEqual(
      meanwhile.filter(({ thread }) => thread === main),
      [],
    );
  } finally {
    await relay.stop();
    desk.close();
  }
});
