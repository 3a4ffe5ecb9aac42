// How many messages a second the whole command hands to smtp-sink, unsigned and signed, beside nodemailer's pool with the
// same parts and smtp-source with messages of the same size.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Campaigns } from './command.js';
import { compileNewsletter } from './newsletter.js';
import type { Scale } from './options.js';
import { type Report, whole } from './report.js';
import { inTurns, perSecond, RUN_COLUMNS, ratioOf, runRow } from './rounds.js';
import { CONNECTIONS, type Dkim, dkimOptions, mailblast, nodemailer, smtpSource } from './senders.js';
import { startSink } from './sink.js';

const WORK = `loopback \`smtp-sink\`, ${CONNECTIONS} connections`;
const OVER_SOURCE = 1;
const OVER_NODEMAILER = 8;

/** Unsigned. */
export async function measure({ quick, rounds }: Scale): Promise<Report> {
  // So that each sends for five seconds at least on a machine that gives smtp-source 5,000 a second.
  const people = quick
    ? { ours: 300, nodemailer: 300, source: 300 }
    : { ours: 30_000, nodemailer: 3_000, source: 30_000 };
  const campaigns = new Campaigns();
  try {
    await campaigns.list(people.ours);
    const octets = await campaigns.messageSize();
    const runs = await inTurns(
      {
        mailblast: () => mailblast(startSink, people.ours, campaigns),
        source: () => smtpSource(startSink, people.source, octets),
        nodemailer: () => nodemailer(startSink, people.nodemailer),
      },
      rounds,
    );
    const work = `${WORK}, unsigned`;
    return {
      title: `loopback: ${work}, rate unlimited`,
      conditions: await conditions(octets, rounds),
      columns: RUN_COLUMNS,
      rows: [
        runRow('mailblast', runs.mailblast),
        runRow(`smtp-source -d -s ${CONNECTIONS}`, runs.source),
        runRow('nodemailer pool, sendMail', runs.nodemailer),
      ],
      ratios: [
        ratioOf(
          { work, against: `\`smtp-source -d -s ${CONNECTIONS}\``, target: OVER_SOURCE },
          runs.mailblast,
          runs.source.map(perSecond),
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

/** Signed with DKIM, RSA-2048. */
export async function measureSigned({ quick, rounds }: Scale): Promise<Report> {
  const people = quick ? { ours: 300, nodemailer: 300 } : { ours: 15_000, nodemailer: 2_000 };
  const campaigns = new Campaigns();
  try {
    await campaigns.list(people.ours);
    const dkim = makeKey(campaigns.folder);
    const octets = await campaigns.messageSize(dkimOptions(dkim));
    const runs = await inTurns(
      {
        mailblast: () => mailblast(startSink, people.ours, campaigns, dkimOptions(dkim)),
        nodemailer: () => nodemailer(startSink, people.nodemailer, dkim),
      },
      rounds,
    );
    const work = `${WORK}, DKIM RSA-2048`;
    return {
      title: `dkim: ${work}, rate unlimited`,
      conditions: [...(await conditions(octets, rounds)), ...(quick ? [] : [signingSpeed()])],
      columns: RUN_COLUMNS,
      rows: [runRow('mailblast', runs.mailblast), runRow('nodemailer pool, its dkim', runs.nodemailer)],
      ratios: [
        ratioOf(
          { work, against: 'nodemailer pool with its DKIM', target: OVER_NODEMAILER },
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

/** Sentences on the message and the turns. */
export async function conditions(octets: number, rounds: number): Promise<string[]> {
  const { html, text } = await compileNewsletter();
  return [
    `A newsletter of ${whole(html.length)} characters of HTML and ${whole(text.length)} of text, personalised: ${whole(octets)} octets as mailblast sends it, and smtp-source where it takes part.`,
    `Whole commands in alternating turns, median of ${rounds} round${rounds === 1 ? '' : 's'}; after each turn the relay has taken every message once.`,
  ];
}

export function makeKey(folder: string): Dkim {
  const key = join(folder, 'dkim.pem');
  execFileSync('openssl', ['genrsa', '-out', key, '2048'], { stdio: 'ignore' });
  return { domain: 'example.com', selector: 'lantern', key };
}

/** What the cores could sign if they did nothing else. */
function signingSpeed(): string {
  const signs = (more: readonly string[]) => {
    const told = execFileSync('openssl', ['speed', '-seconds', '1', ...more, 'rsa2048'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    // rsa 2048 bits 0.000276s 0.000008s   3622.0 124000.0
    return whole(Number(/^rsa 2048 bits\s+\S+\s+\S+\s+(\S+)/m.exec(told)?.[1]));
  };
  return `openssl signs ${signs([])} RSA-2048 a second on one core, ${signs(['-multi', '2'])} on two.`;
}
