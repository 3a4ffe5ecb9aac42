// How near a campaign comes to the fastest that a provider's limits allow, and how often it is told off on the way: on
// simulated providers over loopback, whose clock and ours run fast; beside nodemailer's pool with its own rateLimit.

import { createTransport } from 'nodemailer';
import { person } from '../engine/campaigns.js';
import { ThroughProvider } from '../engine/through-provider.js';
import { FastClock } from '../fast-clock.js';
import { type Provider, type ProviderRelay, startProvider } from '../servers/provider-relay.js';
import type { Scale } from './options.js';
import type { Goal, Report } from './report.js';

/** Of the fastest possible, at the most. */
const TARGET = 1.1;
/** Of attempts after the first minute, at the most. */
const THROTTLED = 0.02;
const MINUTE_MS = 60_000;

interface Subject {
  readonly provider: Provider;
  readonly name: string;
  /** So many seconds of its clock pass in one of ours. */
  readonly scale: number;
  /** What it allows: so many messages in so many milliseconds, on so many connections. */
  readonly messages: number;
  readonly ms: number;
  readonly connections: number;
  /** Seconds of its clock, at the least, for so many people. */
  readonly fastest: (people: number) => number;
}

/** The first second's worth is there at once; the others come evenly. */
const evenly = (perSecond: number) => (people: number) => Math.max(1, people - perSecond) / perSecond;

const SUBJECTS: readonly Subject[] = [
  {
    provider: 'amazon',
    name: 'SES-like, 14/s',
    scale: 4,
    messages: 14,
    ms: 1000,
    connections: 8,
    fastest: evenly(14),
  },
  {
    provider: 'microsoft',
    name: 'Microsoft-like, 30/m on 3 connections',
    scale: 100,
    messages: 30,
    ms: MINUTE_MS,
    connections: 3,
    // Thirty at once, and thirty more a minute later.
    fastest: (people) => Math.max(1, (Math.ceil(people / 30) - 1) * 60),
  },
  {
    provider: 'google',
    name: 'Google-like, 20/s',
    scale: 2,
    messages: 20,
    ms: 1000,
    connections: 8,
    fastest: evenly(20),
  },
];

/** Far beyond what any of them allows. */
const UNTOLD = { messages: 100, ms: 1000, connections: 8 };

/** A turn, by the provider's own account. */
interface Turn {
  readonly sender: string;
  readonly seconds: number;
  readonly taken: number;
  readonly throttled: number;
  /** Share of the attempts after the first minute. */
  readonly throttledLater: number;
}

export async function measure({ quick }: Scale): Promise<Report> {
  const people = quick ? 60 : 2000;
  const rows: string[][] = [];
  const goals: Goal[] = [];
  for (const subject of SUBJECTS) {
    const fastest = subject.fastest(people);
    const [told, untold, pool] = [
      await ours(subject, people, 'mailblast, told the limits', subject),
      await ours(subject, people, 'mailblast, at 100/s and 8 connections', UNTOLD),
      await nodemailer(subject, people),
    ];
    for (const turn of [told, untold, pool]) rows.push(rowOf(subject, turn, fastest, people));
    for (const turn of [told, untold]) {
      if (turn.taken !== people) throw new Error(`${turn.sender}: ${turn.taken} of ${people} were taken`);
    }
    const ratio = told.seconds / fastest;
    goals.push(
      {
        what: `${subject.name}: ${ratio.toFixed(2)} × the fastest (target: ${TARGET} ×)`,
        met: ratio <= TARGET,
      },
      {
        what: `${subject.name}, not told: ${percent(untold.throttledLater)} throttled after the first minute (target: ${percent(THROTTLED)})`,
        met: untold.throttledLater <= THROTTLED,
      },
    );
  }
  return {
    title: `providers: ${people} messages through simulated providers`,
    conditions: [
      'Engine, sessions and a ledger in memory, from the sources; the clocks run 2 to 100 times as fast as the real one.',
    ],
    columns: ['provider', 'sender', 'took (s)', '× the fastest', 'throttled', 'lost'],
    rows,
    goals,
  };
}

function rowOf({ name }: Subject, turn: Turn, fastest: number, people: number): string[] {
  const attempts = turn.taken + turn.throttled;
  return [
    name,
    turn.sender,
    turn.seconds.toFixed(0),
    (turn.seconds / fastest).toFixed(2),
    percent(turn.throttled / attempts),
    String(people - turn.taken),
  ];
}

async function ours(
  { provider, scale }: Subject,
  people: number,
  sender: string,
  asked: Pick<Subject, 'messages' | 'ms' | 'connections'>,
): Promise<Turn> {
  const clock = new FastClock(scale);
  const relay = await startProvider(provider, clock, { perDay: Number.POSITIVE_INFINITY });
  const rate = (asked.messages / asked.ms) * 1000;
  const { connections } = asked;
  const campaign = await ThroughProvider.begin({ provider: relay, clock, people, connections, rate });
  try {
    const begun = clock.monotonic();
    await campaign.run();
    return turnOf(sender, relay, begun);
  } finally {
    campaign.close();
    await relay.stop();
  }
}

async function nodemailer(
  { provider, scale, messages, ms, connections }: Subject,
  people: number,
): Promise<Turn> {
  const clock = new FastClock(scale);
  const relay = await startProvider(provider, clock, { perDay: Number.POSITIVE_INFINITY });
  const pool = createTransport({
    pool: true,
    host: '127.0.0.1',
    port: relay.port,
    ignoreTLS: true,
    maxConnections: connections,
    maxMessages: Number.POSITIVE_INFINITY,
    rateDelta: ms / scale,
    rateLimit: messages,
  });
  try {
    const begun = clock.monotonic();
    // What is refused is lost, as it is for whoever does not build a queue around it.
    await Promise.allSettled(
      Array.from({ length: people }, (_, i) =>
        pool.sendMail({ from: 'news@example.com', to: person(i + 1), subject: 'News', text: 'News.' }),
      ),
    );
    return turnOf('nodemailer pool, rateLimit', relay, begun);
  } finally {
    pool.close();
    await relay.stop();
  }
}

function turnOf(sender: string, { taken, throttled }: ProviderRelay, begun: number): Turn {
  const later = (moments: readonly number[]) => moments.filter((at) => at > begun + MINUTE_MS).length;
  const attempts = later(taken) + later(throttled);
  return {
    sender,
    seconds: ((taken.at(-1) ?? begun) - begun) / 1000,
    taken: taken.length,
    throttled: throttled.length,
    throttledLater: attempts === 0 ? 0 : later(throttled) / attempts,
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}
