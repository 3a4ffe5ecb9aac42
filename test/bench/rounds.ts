// Senders in alternating turns, and their figures as ratios. A machine that gets slower or faster meanwhile does so for
// all of them: each round's ratio is of neighbours in time, and every other round goes backwards.

import { median, type Ratio, seconds, span, whole } from './report.js';

/** One turn's figures. */
export interface Run {
  readonly messages: number;
  /** Seconds of the sending proper. */
  readonly sending: number;
  /** Seconds of the whole process. */
  readonly seconds: number;
  /** Processor time of the sender while it sends, seconds. */
  readonly processor: number;
}

/** A relay at a sender's disposal for one turn, on a loopback port. */
export interface Turn {
  readonly port: number;
  /** Call it when everything was sent. Ends the turn. @throws Error when the relay took more messages than expected, or fewer. */
  provesAll(): Promise<void>;
}

/** Opens a relay that expects so many messages. */
export type Opening = (expected: number) => Promise<Turn>;

/** Runs every sender `rounds` times: A B C, C B A, A B C … */
export async function inTurns<Name extends string, Kind extends Run = Run>(
  senders: Readonly<Record<Name, () => Promise<Kind>>>,
  rounds: number,
): Promise<Record<Name, Kind[]>> {
  const names = Object.keys(senders) as Name[];
  const runs = Object.fromEntries(names.map((name) => [name, [] as Kind[]])) as Record<Name, Kind[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) runs[name].push(await senders[name]());
  }
  return runs;
}

export function perSecond({ messages, sending }: Run): number {
  return messages / sending;
}

/** Ours over theirs, round by round; `theirs` are messages a second. */
export function ratioOf(
  told: Pick<Ratio, 'work' | 'against' | 'target'>,
  ours: readonly Run[],
  theirs: readonly number[],
): Ratio {
  const rates = ours.map(perSecond);
  const rounds = rates.map((rate, round) => rate / theirs[round]!);
  return { ...told, ours: median(rates), theirs: median(theirs), ratio: median(rounds), rounds };
}

export const RUN_COLUMNS = [
  '',
  'messages',
  'messages/s',
  'of the rounds',
  'sending (s)',
  'whole (s)',
  'processor (µs/msg)',
] as const;

/** A row under `RUN_COLUMNS`: medians, and how far the rounds are apart. */
export function runRow(name: string, runs: readonly Run[]): string[] {
  const rates = runs.map(perSecond);
  return [
    name,
    whole(runs[0]!.messages),
    whole(median(rates)),
    span(rates, whole),
    seconds(median(runs.map((run) => run.sending))),
    seconds(median(runs.map((run) => run.seconds))),
    whole(median(runs.map((run) => (run.processor * 1e6) / run.messages))),
  ];
}
