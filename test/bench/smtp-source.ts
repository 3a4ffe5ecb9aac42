// What smtp-source really sends: its -l counts the body alone, and its header depends on the host's name. Looks, with a
// relay that counts, instead of believing the manual page.

import { startFakeRelay } from '../servers/fake-relay.js';
import { watch } from './process-watch.js';

const TRIED = 1000;
let header: Promise<number> | undefined;

/** The -l with which a message of smtp-source, header and all, has so many octets. Looks once. */
export async function lengthFor(octets: number): Promise<number> {
  header ??= headerSize();
  const length = octets - (await header);
  const [seen] = await seenOf(length);
  // Its Message-ID holds the process number, of one digit more or fewer each time.
  if (Math.abs(seen! - octets) > 4) throw new Error(`smtp-source sends ${seen} octets, not ${octets}`);
  return length;
}

async function headerSize(): Promise<number> {
  const [first] = await seenOf(TRIED);
  return first! - TRIED;
}

/** Octets of two messages. @throws Error unless they were two transactions on one connection. */
async function seenOf(length: number): Promise<number[]> {
  const relay = await startFakeRelay();
  try {
    const words = ['-d', '-N', '-s', '1', '-l', String(length), '-m', '2', `127.0.0.1:${relay.port}`];
    const { code, stderr } = await watch('smtp-source', words, { cwd: '/' });
    const { journal } = relay;
    if (code !== 0 || journal.length !== 2 || journal.some(({ connection }) => connection !== 1)) {
      throw new Error(`smtp-source did not send two messages on one connection: ${code} ${stderr}`);
    }
    return journal.map((transaction) => transaction.octets.length);
  } finally {
    await relay.stop();
  }
}
