// How many messages a second the whole command hands to smtp-sink, beside nodemailer's pool with the same parts, and
// beside smtp-source, which sends one ready message again and again: about what the sink can take from one client.

import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Campaigns } from './command.js';
import { compileNewsletter } from './newsletter.js';
import { processorBetween, watch } from './process-watch.js';
import { median, type Report, seconds, times, whole } from './report.js';
import { startSink } from './sink.js';

const SOURCES = new URL('../sources.mjs', import.meta.url).href;

const PEOPLE = 10_000;
/** Fewer for nodemailer, whose rate is the same after a thousand. */
const NODEMAILER_PEOPLE = 3_000;
const CONNECTIONS = [5, 10];
/** Each is run so often, in turns, and its median counts. */
const ROUNDS = 3;
const GOAL_OVER_NODEMAILER = 4;
const SENDER = fileURLToPath(new URL('nodemailer-sender.ts', import.meta.url));

/** One run's figures, per message or per second of the sending proper. */
interface Run {
  readonly sending: number;
  readonly seconds: number;
  readonly messages: number;
  /** Processor time of the client while it sends, seconds. */
  readonly processor: number;
}

export async function measure(): Promise<Report> {
  const campaigns = new Campaigns();
  try {
    const list = await campaigns.list(PEOPLE);
    const octets = await messageSize(campaigns);
    const { html, text } = await compileNewsletter();
    const rows: string[][] = [];
    const goals: { what: string; met: boolean }[] = [];
    for (const connections of CONNECTIONS) {
      const runs = { mailblast: [] as Run[], nodemailer: [] as Run[], source: [] as Run[] };
      for (let round = 0; round < ROUNDS; round++) {
        runs.mailblast.push(await mailblast(campaigns, connections));
        runs.nodemailer.push(await nodemailer(connections));
        runs.source.push(await smtpSource(campaigns, connections, octets));
      }
      const rate = median(runs.mailblast.map(perSecond));
      const over = (others: readonly Run[]) => times(rate / median(others.map(perSecond)));
      rows.push(
        row(`mailblast, ${connections} connections`, runs.mailblast, '1'),
        row(`nodemailer pool, ${connections}`, runs.nodemailer, over(runs.nodemailer)),
        row(`smtp-source -d -s ${connections}`, runs.source, over(runs.source)),
      );
      const ratio = rate / median(runs.nodemailer.map(perSecond));
      goals.push({
        what: `${times(ratio)} nodemailer at ${connections} connections (at least ${times(GOAL_OVER_NODEMAILER)})`,
        met: ratio >= GOAL_OVER_NODEMAILER,
      });
    }
    return {
      title: 'throughput: messages a second to smtp-sink on loopback, rate unlimited',
      conditions: [
        `A newsletter of ${whole(html.length)} characters of HTML and ${whole(text.length)} of text, ${whole(octets)} octets as mailblast sends it (and smtp-source).`,
        `${whole(PEOPLE)} recipients (list ${whole(list / 1e3)} kB), ${whole(NODEMAILER_PEOPLE)} for nodemailer; median of ${ROUNDS} rounds in turns; the sink's count is checked each time.`,
        'Whole: the process from its start to its end, with MJML and the import. Ratio: mailblast over this row.',
      ],
      columns: ['', 'messages/s', 'of all rounds', 'sending (s)', 'whole (s)', 'processor (µs/msg)', 'ratio'],
      rows,
      goals,
    };
  } finally {
    campaigns.remove();
  }
}

function row(name: string, runs: readonly Run[], ratio: string): string[] {
  const rates = runs.map(perSecond);
  const spread = `${whole(Math.min(...rates))}-${whole(Math.max(...rates))}`;
  return [
    name,
    whole(median(rates)),
    spread,
    seconds(median(runs.map((run) => run.sending))),
    seconds(median(runs.map((run) => run.seconds))),
    whole(median(runs.map((run) => (run.processor * 1e6) / run.messages))),
    ratio,
  ];
}

function perSecond(run: Run): number {
  return run.messages / run.sending;
}

async function mailblast(campaigns: Campaigns, connections: number): Promise<Run> {
  const sink = await startSink(PEOPLE);
  const options = ['--rate', 'unlimited', '--connections', String(connections)];
  const run = await campaigns.send(sink.port, PEOPLE, options);
  await sink.provesAll();
  return { ...run, messages: PEOPLE };
}

async function nodemailer(connections: number): Promise<Run> {
  const sink = await startSink(NODEMAILER_PEOPLE);
  const words = ['--import', SOURCES, SENDER, ...[sink.port, connections, NODEMAILER_PEOPLE].map(String)];
  const run = await watch(process.execPath, words, { cwd: dirname(SENDER) });
  const at = (text: string) => run.lines.find((line) => line.text === text)?.at;
  const [begun, ended] = [at('start'), at('done')];
  if (run.code !== 0 || begun === undefined || ended === undefined) {
    throw new Error(`nodemailer ended with ${run.code}: ${run.stderr}`);
  }
  await sink.provesAll();
  const processor = processorBetween(run, begun, ended);
  return { ...run, sending: ended - begun, processor, messages: NODEMAILER_PEOPLE };
}

async function smtpSource(campaigns: Campaigns, connections: number, octets: number): Promise<Run> {
  const sink = await startSink(PEOPLE);
  const words = ['-d', '-s', connections, '-l', octets, '-m', PEOPLE, `127.0.0.1:${sink.port}`].map(String);
  const run = await watch('smtp-source', words, { cwd: campaigns.folder });
  if (run.code !== 0) throw new Error(`smtp-source ended with ${run.code}: ${run.stderr}`);
  await sink.provesAll();
  const processor = processorBetween(run, 0, run.seconds);
  return { ...run, sending: run.seconds, processor, messages: PEOPLE };
}

/** Octets of one message, as a rehearsal writes it. */
async function messageSize(campaigns: Campaigns): Promise<number> {
  const out = join(campaigns.folder, 'out');
  const run = await campaigns.run(9, ['--dry-run', '--out', out, '--limit', '1']);
  const [name] = run.code === 0 ? readdirSync(out).filter((file) => file.endsWith('.eml')) : [];
  if (name === undefined) throw new Error(`the rehearsal ended with ${run.code}: ${run.stderr}`);
  return statSync(join(out, name)).size;
}
