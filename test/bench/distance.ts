// How near the whole command comes to one message a round trip on each connection, when the relay is 50 ms away: on
// smtp-sink, beside nodemailer's pool; and with CHUNKING and `--depth`, on Postfix, how far beyond.

import { farAway, roundTrips } from '../servers/far-away.js';
import { Campaigns } from './command.js';
import { conditions } from './loopback.js';
import type { Scale } from './options.js';
import { startPostfixRelay } from './postfix-relay.js';
import { processorOf } from './process-watch.js';
import { median, type Report, type Skipped, span } from './report.js';
import { inTurns, type Opening, perSecond, RUN_COLUMNS, type Run, ratioOf, runRow } from './rounds.js';
import { CONNECTIONS, mailblast, nodemailer } from './senders.js';
import { startSink } from './sink.js';

/** There and back, milliseconds. */
const AWAY_MS = 50;
/** NOOPs before and after each turn. */
const NOOPS = 10;
const OVER_ROUND_TRIP = 0.95;
const OVER_NODEMAILER = 2;
const DEPTH = 8;
const OVER_ROUND_TRIP_AT_DEPTH = 4;

const WORK = `${AWAY_MS} ms round trip, ${CONNECTIONS} connections`;
const FORMULA = 'one message a measured round trip and connection';

/** A turn at a distance. */
interface FarRun extends Run {
  /** Milliseconds, the median of NOOPs just before and just after. */
  readonly roundTrip: number;
  /** Processor time of what delays, over the whole turn, seconds. */
  readonly line: number;
}

/** PIPELINING, one message after another. */
export async function measure({ quick, rounds }: Scale): Promise<Report> {
  const people = quick ? { ours: 60, nodemailer: 60 } : { ours: 2_000, nodemailer: 800 };
  const campaigns = new Campaigns();
  try {
    await campaigns.list(people.ours);
    const octets = await campaigns.messageSize();
    const runs = await inTurns<'mailblast' | 'nodemailer', FarRun>(
      {
        mailblast: () => atDistance(startSink, (far) => mailblast(far, people.ours, campaigns)),
        nodemailer: () => atDistance(startSink, (far) => nodemailer(far, people.nodemailer)),
      },
      rounds,
    );
    const work = `${WORK}, PIPELINING`;
    return {
      title: `distance: \`smtp-sink\`, ${work}, unsigned, rate unlimited`,
      conditions: [
        ...(await conditions(octets, rounds)),
        lineCondition([...runs.mailblast, ...runs.nodemailer]),
      ],
      columns: RUN_COLUMNS,
      rows: [
        runRow('mailblast', runs.mailblast),
        runRow('nodemailer pool, sendMail', runs.nodemailer),
        formulaRow(runs.mailblast),
      ],
      ratios: [
        ratioOf(
          { work, against: FORMULA, target: OVER_ROUND_TRIP },
          runs.mailblast,
          runs.mailblast.map(onePerRoundTrip),
        ),
        ratioOf(
          { work, against: 'nodemailer pool, `sendMail`', target: OVER_NODEMAILER },
          runs.mailblast,
          runs.nodemailer.map(perSecond),
        ),
      ],
      goals: [],
    };
  } finally {
    campaigns.remove();
  }
}

/** CHUNKING, several messages unanswered. */
export async function measureDepth({ quick, rounds }: Scale): Promise<Report | Skipped> {
  const people = quick ? 100 : 5_000;
  const campaigns = new Campaigns();
  const work = `${WORK}, CHUNKING, \`--depth ${DEPTH}\`, Postfix`;
  const title = `depth: ${work}, unsigned, rate unlimited`;
  if (!campaigns.knows('--depth')) {
    campaigns.remove();
    return { title, skipped: 'this mailblast has no option --depth.' };
  }
  const postfix = await startPostfixRelay();
  try {
    await campaigns.list(people);
    const octets = await campaigns.messageSize();
    const depth = ['--depth', String(DEPTH)];
    const send = (far: Opening) => mailblast(far, people, campaigns, depth);
    const runs = await inTurns<'mailblast', FarRun>(
      { mailblast: () => atDistance(postfix.opening, send) },
      rounds,
    );
    return {
      title,
      conditions: [...(await conditions(octets, rounds)), lineCondition(runs.mailblast)],
      columns: RUN_COLUMNS,
      rows: [runRow(`mailblast, depth ${DEPTH}`, runs.mailblast), formulaRow(runs.mailblast)],
      ratios: [
        ratioOf(
          { work, against: FORMULA, target: OVER_ROUND_TRIP_AT_DEPTH },
          runs.mailblast,
          runs.mailblast.map(onePerRoundTrip),
        ),
      ],
      goals: [],
    };
  } finally {
    await postfix.stop();
    campaigns.remove();
  }
}

/** One sender's turn with its relay at a distance. */
async function atDistance(near: Opening, send: (far: Opening) => Promise<Run>): Promise<FarRun> {
  const noops: number[] = [];
  let line = 0;
  const opening: Opening = async (expected) => {
    const turn = await near(expected);
    const far = await farAway(turn.port, AWAY_MS);
    noops.push(...(await roundTrips(far.port, NOOPS)));
    return {
      port: far.port,
      async provesAll() {
        noops.push(...(await roundTrips(far.port, NOOPS)));
        line = processorOf(far.pid);
        await far.stop();
        await turn.provesAll();
      },
    };
  };
  const run = await send(opening);
  return { ...run, roundTrip: median(noops), line };
}

function onePerRoundTrip({ roundTrip }: FarRun): number {
  return (CONNECTIONS * 1000) / roundTrip;
}

function formulaRow(runs: readonly FarRun[]): string[] {
  const rates = runs.map(onePerRoundTrip);
  return [FORMULA, '', median(rates).toFixed(0), span(rates, (rate) => rate.toFixed(0))];
}

function lineCondition(runs: readonly FarRun[]): string {
  const trips = runs.map(({ roundTrip }) => roundTrip);
  const share = median(runs.map((run) => run.line / run.seconds));
  return (
    `A proxy delays every octet by ${AWAY_MS / 2} ms each way, at ${(share * 100).toFixed(0)} % of a core; NOOP sees ` +
    `${median(trips).toFixed(1)} ms (${span(trips, (trip) => trip.toFixed(1))}). A connection's opening counts as sending.`
  );
}
