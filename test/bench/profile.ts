// Where the main thread's time goes while it sends: the whole command under V8's sampling profiler, each sample charged
// to the nearest function of mailblast on its stack, and so to a part of the hot path.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Campaigns } from './command.js';
import type { Scale } from './options.js';
import { type Report, whole } from './report.js';
import { startSink } from './sink.js';

const PEOPLE = 20_000;
const THREADS = ['main', 'ledger'] as const;

/** Parts of the hot path by the files that do them. The first one that fits counts. */
const PARTS: readonly (readonly [part: string, files: RegExp])[] = [
  ['ledger: rows read and written', /dist\/store\//],
  ['message: final check', /dist\/message\/final-check/],
  ['message: quoted-printable', /dist\/message\/quoted-printable/],
  ['merge', /dist\/template\//],
  ['message: identity and token', /dist\/message\/identity/],
  ['message: headers, putting together', /dist\/message\//],
  ['relay: sockets, replies, session', /dist\/relay\//],
  ['engine', /dist\/engine\//],
  ['progress and command line', /dist\/cli\//],
  ['list', /dist\/list\//],
];

const COMMIT = 'ledger: BEGIN, COMMIT with its fsync';
/** What no function of mailblast called: reading sockets, timers, turning to the next piece of work. */
const NODE = 'Node: sockets read, timers, streams';

interface HotFunction {
  readonly name: string;
  readonly file: RegExp;
}

/** What each thread does for every message. */
const MAIN: HotFunction = { name: 'write', file: /dist\/engine\/letters/ };
const LEDGER: HotFunction = { name: 'sqliteTransaction', file: /better-sqlite3/ };

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

export async function measure({ quick, people = quick ? 400 : PEOPLE }: Scale): Promise<Report> {
  const campaigns = new Campaigns();
  try {
    await campaigns.list(people);
    const sink = await startSink(people);
    const options = ['--rate', 'unlimited', '--connections', '10'];
    const nodeOptions = ['--cpu-prof', `--cpu-prof-dir=${campaigns.folder}`, '--cpu-prof-interval', '500'];
    const run = await campaigns.send(sink.port, people, options, { nodeOptions });
    await sink.provesAll();
    const rows = profilesIn(campaigns.folder).flatMap((profile, thread) => {
      const shares = sharesOf(profile);
      const total = [...shares.values()].reduce((sum, time) => sum + time, 0);
      return [...shares]
        .sort(([, a], [, b]) => b - a)
        .map(([part, time]) => [
          `${THREADS[thread]}: ${part}`,
          (time / people).toFixed(1),
          `${((100 * time) / total).toFixed(1)} %`,
        ]);
    });
    return {
      title: 'profile: where the time of a message goes',
      conditions: [
        `${whole(people)} recipients, 10 connections to smtp-sink, rate unlimited; ${whole(people / run.sending)} messages a second under the profiler.`,
        'Each thread from the first message to the last; on the ledger’s, a commit is its wait for the disk as well. Idle is waiting for others.',
      ],
      columns: ['part', 'µs/msg', 'share'],
      rows,
      goals: [],
    };
  } finally {
    campaigns.remove();
  }
}

/** Of the main thread and of the one that writes the ledger: the two that have anything to do with messages. */
function profilesIn(folder: string): Profile[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.cpuprofile'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Profile)
    .map((profile) => ({ profile, main: has(profile, MAIN) }))
    .filter(({ profile, main }) => main || has(profile, LEDGER))
    .sort((a, b) => Number(b.main) - Number(a.main))
    .map(({ profile }) => profile);
}

function has({ nodes }: Profile, hot: HotFunction): boolean {
  return nodes.some((node) => isHot(node, hot));
}

function isHot({ callFrame: { functionName, url } }: ProfileNode, hot: HotFunction): boolean {
  return functionName === hot.name && hot.file.test(url);
}

/** Microseconds by part, between the first and the last sample of a thread's own work on messages. */
function sharesOf(profile: Profile): Map<string, number> {
  const partOf = new Map<number, string>();
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const writing = new Set<number>();
  const walk = (node: ProfileNode, above: string, inWrite: boolean): void => {
    const part = partOfNode(node, above);
    const writes = inWrite || isHot(node, MAIN) || isHot(node, LEDGER);
    partOf.set(node.id, part);
    if (writes) writing.add(node.id);
    for (const child of node.children ?? []) walk(byId.get(child)!, part, writes);
  };
  walk(profile.nodes[0]!, NODE, false);
  const { samples } = profile;
  const [first, last] = [
    samples.findIndex((id) => writing.has(id)),
    samples.findLastIndex((id) => writing.has(id)),
  ];
  const shares = new Map<string, number>();
  for (let index = first; index <= last; index++) {
    const part = partOf.get(samples[index]!)!;
    shares.set(part, (shares.get(part) ?? 0) + profile.timeDeltas[index]!);
  }
  return shares;
}

function partOfNode({ callFrame }: ProfileNode, above: string): string {
  const { functionName, url } = callFrame;
  if (functionName === '(idle)') return 'idle';
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (functionName === '(program)') return 'outside JavaScript';
  // better-sqlite3's own function around a transaction: BEGIN and COMMIT are all that it does itself.
  if (functionName === 'sqliteTransaction') return COMMIT;
  return PARTS.find(([, files]) => files.test(url))?.[0] ?? above;
}
