// Where the main thread's time goes while it sends: the whole command under V8's sampling profiler, each sample charged
// to the nearest function of mailblast on its stack, and so to a part of the hot path.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Campaigns } from './command.js';
import { type Report, whole } from './report.js';
import { startSink } from './sink.js';

const PEOPLE = 20_000;

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

export async function measure(): Promise<Report> {
  const campaigns = new Campaigns();
  try {
    await campaigns.list(PEOPLE);
    const sink = await startSink(PEOPLE);
    const options = ['--rate', 'unlimited', '--connections', '10'];
    const profiler = ['--cpu-prof', `--cpu-prof-dir=${campaigns.folder}`, '--cpu-prof-interval', '500'];
    const run = await campaigns.send(sink.port, PEOPLE, options, profiler);
    await sink.provesAll();
    const name = readdirSync(campaigns.folder).find((file) => file.endsWith('.cpuprofile'));
    const profile = JSON.parse(readFileSync(join(campaigns.folder, name!), 'utf8')) as Profile;
    const shares = sharesOf(profile);
    const total = [...shares.values()].reduce((sum, time) => sum + time, 0);
    const rows = [...shares].sort(([, a], [, b]) => b - a);
    return {
      title: 'profile: where the time of a message goes',
      conditions: [
        `${whole(PEOPLE)} recipients, 10 connections to smtp-sink, rate unlimited; ${whole(PEOPLE / run.sending)} messages a second under the profiler.`,
        'The main thread from the first message to the last. A commit holds it up until the disk has it; idle is waiting for the sink.',
      ],
      columns: ['part', 'µs/msg', 'share'],
      rows: rows.map(([part, time]) => [
        part,
        (time / PEOPLE).toFixed(1),
        `${((100 * time) / total).toFixed(1)} %`,
      ]),
      goals: [],
    };
  } finally {
    campaigns.remove();
  }
}

/** Microseconds by part, between the first and the last sample in which a message was written. */
function sharesOf(profile: Profile): Map<string, number> {
  const partOf = new Map<number, string>();
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const writing = new Set<number>();
  const walk = (node: ProfileNode, above: string, inWrite: boolean): void => {
    const { functionName, url } = node.callFrame;
    const part = partOfNode(node, above);
    const writes = inWrite || (functionName === 'write' && /dist\/engine\/letters/.test(url));
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
