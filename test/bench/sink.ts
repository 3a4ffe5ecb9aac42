// smtp-sink as the relay of a measurement, with the proof of how many messages it took, at no cost to it: it is told
// to end itself after one message more than are expected, and gets that one at the end.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../servers/free-port.js';
import type { Turn } from './rounds.js';

/** Starts one that expects so many messages. */
export async function startSink(expected: number): Promise<Turn> {
  const port = await freePort();
  const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  const child = spawn('smtp-sink', [...user, '-M', String(expected + 1), `127.0.0.1:${port}`, '256'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = once(child, 'exit').then(() => true);
  await sleep(200);
  return {
    port,
    async provesAll() {
      // Its end, if one message too many has ended it, takes a moment to be known here.
      await sleep(100);
      if (child.exitCode !== null) throw new Error(`the sink took more than ${expected} messages`);
      spawnSync('smtp-source', ['-m', '1', `127.0.0.1:${port}`]);
      const all = await Promise.race([ended, sleep(2000, false)]);
      kill();
      process.off('exit', kill);
      if (!all) throw new Error(`the sink took fewer than ${expected} messages`);
    },
  };
}
