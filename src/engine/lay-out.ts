// Lays out a campaign to start from: a template and sample rows that come with mailblast, settings, and what git must not
// keep. Overwrites nothing. Knows files and the settings' names; asks nobody and prints nothing.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MailblastError } from '../domain/errors.js';
import { parseRelayUrl } from '../relay/relay-url.js';
import type { Kind } from './kinds.js';
import { mailbox } from './sender.js';

export interface NewCampaign {
  readonly folder: string;
  readonly kind: Kind;
  /** The sender, as a mailbox: `News <news@example.com>`. */
  readonly from: string;
  /** As `--relay` takes it; without a password. */
  readonly relay: string;
}

export interface LaidOut {
  /** What was written, and what it is for. */
  readonly files: readonly (readonly [name: string, about: string])[];
  /** Lines that a `.gitignore` which was there already does not have. */
  readonly notIgnored: readonly string[];
}

export const LIST = 'list.csv';

/** Which of its files do not depend on the kind of mail. */
const FIXED = [LIST, 'mailblast.config.json', '.env.example'] as const;

/** Secrets, the ledger with its companions, and what rehearsals leave. */
const IGNORED = ['.env', 'mailblast.db*', 'sandbox/'] as const;

const ENVIRONMENT = `# Copy this file to .env, which git does not keep, and fill in the login that your relay asks for.
# Every other setting may stand here, too; what stands here wins over mailblast.config.json.
MAILBLAST_USER=
MAILBLAST_PASSWORD=
`;

const ENVIRONMENT_OF_A_LIST = `${ENVIRONMENT}
# A page of your own that takes people off the list, in place of a mail to the sender:
# MAILBLAST_UNSUBSCRIBE_URL="https://example.com/unsubscribe?t={{token}}"
`;

/**
 * @throws MailblastError `cannot_create` with the names of files that are there already, for a folder without a kind as
 * far as they are the same for every kind.
 */
export function refuseToOverwrite(folder: string, kind?: Kind): void {
  const names = kind === undefined ? FIXED : [`${kind.name}.mjml`, ...FIXED];
  const there = names.filter((name) => existsSync(join(folder, name)));
  if (there.length === 0) return;
  throw new MailblastError(
    'cannot_create',
    `${folder} holds ${there.join(', ')} already, and nothing is overwritten. Name another folder: mailblast init <dir>.`,
  );
}

/**
 * Writes the campaign's files into the folder, which is made if need be.
 * @throws MailblastError `settings` or `usage` for a sender or a relay that is none, `cannot_create` when a file is there
 * already or cannot be made; whatever can be told beforehand is told before anything is written.
 */
export function layOut(campaign: NewCampaign): LaidOut {
  const { folder, kind } = campaign;
  const settings = settingsOf(campaign);
  refuseToOverwrite(folder, kind);
  const rows = shippedFile('samples', `${kind.name}.csv`);
  const ignoring = existsSync(join(folder, '.gitignore'));
  const files: (readonly [name: string, content: string, about: string])[] = [
    [
      `${kind.name}.mjml`,
      shippedFile('templates', `${kind.name}.mjml`),
      'the template; its first lines tell what it reads',
    ],
    [LIST, rows, 'sample rows, until your own are there'],
    ['mailblast.config.json', settings, 'the settings: sender, relay, template'],
    [
      '.env.example',
      kind.triggered ? ENVIRONMENT : ENVIRONMENT_OF_A_LIST,
      "to be copied to .env for your relay's login",
    ],
  ];
  if (!ignoring)
    files.push(['.gitignore', `${IGNORED.join('\n')}\n`, 'keeps .env and the ledger out of git']);
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of files) writeFileSync(join(folder, name), content, { flag: 'wx' });
  } catch (error) {
    throw new MailblastError(
      'cannot_create',
      `The campaign cannot be laid out: ${(error as Error).message}.`,
      {
        cause: error,
      },
    );
  }
  return {
    files: files.map(([name, , about]) => [name, about] as const),
    notIgnored: ignoring ? notIgnoredIn(join(folder, '.gitignore')) : [],
  };
}

/**
 * mailblast.config.json. Who wants to leave writes to the sender, until there is a page for it; triggered mail cannot be
 * left, and asks vacation notes for silence (RFC 3834 5).
 */
function settingsOf({ kind, from, relay }: NewCampaign): string {
  const { address } = mailbox('--from', from).address;
  const target = parseRelayUrl(relay, 'command line');
  const user = target.kind === 'smtp' && target.user !== '' ? { user: target.user } : {};
  const settings = {
    template: `${kind.name}.mjml`,
    from,
    relay: target.name,
    ...user,
    rate: '10/s',
    ...(kind.jsonColumns.length > 0 ? { jsonColumn: kind.jsonColumns } : {}),
    ...(kind.triggered
      ? { triggered: true, header: ['Auto-Submitted: auto-generated'] }
      : { unsubscribeMailto: address }),
  };
  return `${JSON.stringify(settings, undefined, 2)}\n`;
}

/** A file that comes with mailblast. */
function shippedFile(folder: 'templates' | 'samples', name: string): string {
  return readFileSync(new URL(`../../${folder}/${name}`, import.meta.url), 'utf8');
}

function notIgnoredIn(file: string): readonly string[] {
  const lines = readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.trim());
  return IGNORED.filter((line) => !lines.includes(line));
}
