// Who is measured: the whole command, nodemailer's pool as a careful author would use it, and smtp-source, which sends
// one ready message again and again and so shows about what a relay takes from one client. One turn each.

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Campaigns } from './command.js';
import { ONE_DOMAIN } from './lists.js';
import { processorBetween, watch } from './process-watch.js';
import type { Opening, Run } from './rounds.js';
import { lengthFor } from './smtp-source.js';

export const CONNECTIONS = 10;

const SOURCES = new URL('../sources.mjs', import.meta.url).href;
const NODEMAILER = fileURLToPath(new URL('nodemailer-sender.ts', import.meta.url));

/** A DKIM key in a PEM file, and what it is for. */
export interface Dkim {
  readonly domain: string;
  readonly selector: string;
  readonly key: string;
}

/** `mailblast send` of the whole list in `campaigns`. @throws Error unless all `people` were accepted. */
export async function mailblast(
  opening: Opening,
  people: number,
  campaigns: Campaigns,
  options: readonly string[] = [],
): Promise<Run> {
  const relay = await opening(people);
  const fast = ['--rate', 'unlimited', '--connections', String(CONNECTIONS)];
  const run = await campaigns.send(relay.port, people, [...fast, ...options]);
  await relay.provesAll();
  return { ...run, messages: people };
}

/** What mailblast is told for a signature. */
export function dkimOptions({ domain, selector, key }: Dkim): string[] {
  return ['--dkim-domain', domain, '--dkim-selector', selector, '--dkim-key', key];
}

/** nodemailer's pool with `sendMail`. @throws Error unless all were taken. */
export async function nodemailer(opening: Opening, people: number, dkim?: Dkim): Promise<Run> {
  const relay = await opening(people);
  const told = JSON.stringify({ port: relay.port, connections: CONNECTIONS, people, dkim });
  const run = await watch(process.execPath, ['--import', SOURCES, NODEMAILER, told], {
    cwd: dirname(NODEMAILER),
  });
  const at = (text: string) => run.lines.find((line) => line.text === text)?.at;
  const [begun, ended] = [at('start'), at('done')];
  if (run.code !== 0 || begun === undefined || ended === undefined) {
    throw new Error(`nodemailer ended with ${run.code}: ${run.stderr}`);
  }
  await relay.provesAll();
  const processor = processorBetween(run, begun, ended);
  return { ...run, sending: ended - begun, processor, messages: people };
}

/** `smtp-source -d`, each message of so many octets, its header included. @throws Error unless all were taken. */
/** smtp-source's recipients are at one domain, whatever their number. */
const ADDRESS = `reader@${ONE_DOMAIN}`;

export async function smtpSource(opening: Opening, people: number, octets: number): Promise<Run> {
  const length = await lengthFor(octets);
  const relay = await opening(people);
  // -N: another recipient for each message, so that a relay has to look each one up, as it has for a list.
  const what = ['-d', '-N', '-s', CONNECTIONS, '-l', length, '-m', people, '-t', ADDRESS];
  const words = [...what, `127.0.0.1:${relay.port}`].map(String);
  const run = await watch('smtp-source', words, { cwd: '/' });
  if (run.code !== 0) throw new Error(`smtp-source ended with ${run.code}: ${run.stderr}`);
  await relay.provesAll();
  const processor = processorBetween(run, 0, run.seconds);
  return { ...run, sending: run.seconds, processor, messages: people };
}
