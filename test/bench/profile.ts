// What each part of the code takes of a message, thread by thread: the whole command under V8's sampling profiler, each
// sample charged to the nearest function of mailblast on its stack, and so to a part of the hot path.

import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Campaigns, type Sent } from './command.js';
import { makeKey } from './loopback.js';
import type { Scale } from './options.js';
import { processorBetween } from './process-watch.js';
import { type Report, whole } from './report.js';
import { CONNECTIONS, dkimOptions } from './senders.js';
import { startSink } from './sink.js';

const PEOPLE = 20_000;

/** Parts of the hot path by the files that do them. The first one that fits counts. */
const PARTS: readonly (readonly [part: string, files: RegExp])[] = [
  ['ledger: rows read and written', /dist\/store\//],
  ['merge', /dist\/template\//],
  ['sign: relaxed body, hash, header', /dist\/message\/(dkim|relaxed)/],
  ['compose: final check', /dist\/message\/final-check/],
  ['compose: quoted-printable', /dist\/message\/quoted-printable/],
  ['compose: identity and token', /dist\/message\/identity/],
  ['compose: headers, putting together', /dist\/message\//],
  ['write: sockets, replies, session', /dist\/relay\//],
  ['engine', /dist\/engine\//],
  ['progress and command line', /dist\/cli\//],
  ['list', /dist\/list\//],
];

const COMMIT = 'ledger: BEGIN, COMMIT with its fsync';
/** What no function of mailblast called: reading sockets, timers, turning to the next piece of work. */
const NODE = 'Node: sockets read, timers, streams';
const IDLE = 'idle';

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Of the system's monotonic clock, microseconds: the same for all threads, and for the process that measures. */
  readonly startTime: number;
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

/** Microseconds by part, of one thread. */
interface Shares {
  readonly thread: string;
  readonly parts: ReadonlyMap<string, number>;
}

export async function measure({ quick, people = quick ? 400 : PEOPLE }: Scale): Promise<Report> {
  const campaigns = new Campaigns();
  try {
    await campaigns.list(people);
    const unsigned = await profiled(campaigns, people, []);
    const signed = await profiled(campaigns, people, dkimOptions(makeKey(campaigns.folder)));
    const { run, threads } = signed;
    const cost = processorTold(run, people);
    const unsignedCost = processorTold(unsigned.run, people);
    const total = (part: string) =>
      threads.reduce((sum, { parts }) => sum + (part === IDLE ? 0 : (parts.get(part) ?? 0)), 0);
    const parts = [...new Set(threads.flatMap((thread) => [...thread.parts.keys()]))];
    return {
      title: 'profile: what each part takes of a message, by thread (µs)',
      conditions: [
        `${whole(people)} recipients, DKIM RSA-2048, ${CONNECTIONS} connections to smtp-sink, rate unlimited; ${whole(people / run.sending)} messages a second under the profiler.`,
        'Time on the clock while sending: idle is waiting for others, a commit is its wait for the disk as well, and each part holds the time for which other processes, or RSA on threads of libuv, took the core away from it.',
        `Processor time a message, by the kernel: ${cost}; unsigned ${unsignedCost}. The other threads of a signed run are the ledger's and those that do RSA, which no profile sees.`,
      ],
      columns: ['part', ...threads.map(({ thread }) => thread)],
      rows: parts
        .sort((a, b) => total(b) - total(a))
        .map((part) => [part, ...threads.map((thread) => cell(thread.parts.get(part), people))]),
      goals: [],
    };
  } finally {
    campaigns.remove();
  }
}

/** `443 µs (300 on the main thread)`. */
function processorTold(run: Sent, people: number): string {
  const main = processorBetween(run, run.begun, run.begun + run.sending, 'mainThread');
  return `${whole((run.processor * 1e6) / people)} µs (${whole((main * 1e6) / people)} on the main thread)`;
}

function cell(time: number | undefined, people: number): string {
  return time === undefined ? '' : (time / people).toFixed(1);
}

async function profiled(
  campaigns: Campaigns,
  people: number,
  more: readonly string[],
): Promise<{ readonly run: Sent; readonly threads: Shares[] }> {
  const folder = mkdtempSync(join(campaigns.folder, 'profiles-'));
  const sink = await startSink(people);
  const options = ['--rate', 'unlimited', '--connections', String(CONNECTIONS), ...more];
  const nodeOptions = ['--cpu-prof', `--cpu-prof-dir=${folder}`, '--cpu-prof-interval', '500'];
  const run = await campaigns.send(sink.port, people, options, { nodeOptions });
  await sink.provesAll();
  const from = run.startedAt + run.begun * 1e6;
  const to = from + run.sending * 1e6;
  return { run, threads: threadsIn(folder, from, to) };
}

/** The threads that lived while messages were sent, the main one first. The import's has ended by then. */
function threadsIn(folder: string, from: number, to: number): Shares[] {
  const threads = readdirSync(folder).map((file) => {
    // CPU.<date>.<time>.<process>.<thread>.<number>.cpuprofile
    const number = Number(file.split('.')[4]);
    const profile = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile;
    return { number, parts: partsOf(profile, from, to) };
  });
  if (!threads.some(({ number, parts }) => number === 0 && parts.size > 1)) {
    throw new Error('the main thread has no samples of the time in which it sent');
  }
  return threads
    .filter(({ parts }) => [...parts.keys()].some((part) => part !== IDLE))
    .sort((a, b) => a.number - b.number)
    .map(({ number, parts }) => ({ thread: number === 0 ? 'main' : `thread ${number}`, parts }));
}

/** Microseconds by part between two moments of the monotonic clock. */
function partsOf(profile: Profile, from: number, to: number): Map<string, number> {
  const partOf = new Map<number, string>();
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const walk = (node: ProfileNode, above: string): void => {
    const part = partOfNode(node, above);
    partOf.set(node.id, part);
    for (const child of node.children ?? []) walk(byId.get(child)!, part);
  };
  walk(profile.nodes[0]!, NODE);
  const parts = new Map<string, number>();
  let at = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    const delta = profile.timeDeltas[index]!;
    at += delta;
    if (at < from || at > to) continue;
    const part = partOf.get(id)!;
    parts.set(part, (parts.get(part) ?? 0) + delta);
  }
  return parts;
}

function partOfNode({ callFrame }: ProfileNode, above: string): string {
  const { functionName, url } = callFrame;
  if (functionName === '(idle)') return IDLE;
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (functionName === '(program)') return 'outside JavaScript';
  // better-sqlite3's own function around a transaction: BEGIN and COMMIT are all that it does itself.
  if (functionName === 'sqliteTransaction') return COMMIT;
  return PARTS.find(([, files]) => files.test(url))?.[0] ?? above;
}
