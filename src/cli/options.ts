// Every option of the command line: its flag, its environment variable, its parser and its help, declared once.
// Knows commander; decides nothing.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../domain/duration.js';
import { parseRate } from '../domain/rate.js';
import { type BoundFlags, boundFlags } from './bound-options.js';
import { type FileOptions, fileFlags } from './file-flags.js';
import { flag, several, text, wholeNumber } from './option-kinds.js';
import { type ConnectionFlags, connectionFlags } from './relay-flags.js';

/** Options of `send`, as commander gives them. Texts are empty when not given. */
export interface SendOptions extends RunFlags, FileOptions {
  readonly template: string;
  readonly campaign: string;
  readonly subject: string;
  readonly from: string;
  readonly replyTo: string;
  readonly returnPath: string;
  readonly header: readonly string[];
  readonly jsonColumn: readonly string[];
  readonly allowRaw: readonly string[];
  readonly feedbackId: string;
  readonly test: string;
  readonly row: number;
  readonly listId: string;
  readonly triggered: boolean;
  readonly unsubscribeUrl: string;
  readonly unsubscribeMailto: string;
  readonly emailColumn: string;
  readonly allowWithdraw: boolean;
  readonly updateContent: boolean;
  readonly dryRun: boolean;
  readonly out: string;
}

/** Options that say how a run goes: `send` and `resume` have them. */
export interface RunFlags extends HouseFlags, ConnectionFlags, BoundFlags {
  readonly relay: string;
  readonly rate: string;
  readonly connections: number;
  readonly depth: number;
  readonly retryFor: string;
  readonly wait: boolean;
  readonly dkimDomain: string;
  readonly dkimSelector: string;
  readonly dkimKey: string;
  readonly inDoubt: 'hold' | 'resend' | 'assume-accepted';
  readonly yes: boolean;
  readonly quiet: boolean;
}

/** Options that every command has. */
export interface HouseFlags {
  readonly state: string;
  readonly config: string;
  readonly json: boolean;
  readonly debug: boolean;
}

/** Options of `recipients`, whose `--state` names states, a ledger's file, or both (given twice). */
export interface RecipientsFlags {
  readonly state: readonly string[];
  readonly config: string;
  readonly csv: boolean;
  readonly attempts: boolean;
  readonly json: boolean;
  readonly debug: boolean;
}

export function recipientsFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--state <states|file>', 'only these states, separated by commas; a path names the ledger')
        .default([], 'all states')
        .argParser((value: string, earlier: readonly string[]) => [...earlier, value]),
    )
    .addOption(new Option('--attempts', 'each attempt that was not accepted at the first try').default(false))
    .addOption(flag('--csv', 'MAILBLAST_CSV', 'as CSV'))
    .addOption(flag('--json', 'MAILBLAST_JSON', 'one JSON object a line'))
    .addOption(
      text('--config <file>', 'MAILBLAST_CONFIG', 'settings (default: mailblast.config.json, if it is here)'),
    )
    .addOption(flag('--debug', 'MAILBLAST_DEBUG', 'show where an error came from'));
}

export function houseFlags(command: Command): Command {
  return command
    .addOption(
      text('--state <file>', 'MAILBLAST_STATE', 'the ledger (default: mailblast.db beside the list)'),
    )
    .addOption(
      flag('--json', 'MAILBLAST_JSON', 'one JSON object a line on stdout, everything else on stderr'),
    )
    .addOption(
      text('--config <file>', 'MAILBLAST_CONFIG', 'settings (default: mailblast.config.json, if it is here)'),
    )
    .addOption(flag('--debug', 'MAILBLAST_DEBUG', 'show where an error came from'));
}

export function runFlags(command: Command): Command {
  const relayHelp =
    'smtps://host:465, smtp://host:587, smtp+plain://host, sandbox, file:<dir>, or one of the relays by its name';
  connectionFlags(houseFlags(command).addOption(text('--relay <url>', 'MAILBLAST_RELAY', relayHelp)))
    .addOption(
      new Option('--rate <n/unit>', 'messages per s, m or h, or unlimited')
        .env('MAILBLAST_RATE')
        .default('10/s')
        .argParser(rateText),
    )
    .addOption(
      new Option('--connections <n>', 'SMTP sessions at once, at the most')
        .env('MAILBLAST_CONNECTIONS')
        .default(5)
        .argParser(wholeNumber),
    )
    .addOption(
      new Option(
        '--depth <n>',
        'messages unanswered at once on a connection, where the relay offers CHUNKING; each adds to what a crash leaves in doubt',
      )
        .env('MAILBLAST_DEPTH')
        .default(1)
        .argParser(depthNumber),
    );
  boundFlags(command)
    .addOption(
      new Option('--retry-for <duration>', 'try a deferred delivery for so long, from its first attempt')
        .env('MAILBLAST_RETRY_FOR')
        .default('24h')
        .argParser(durationText),
    )
    .addOption(text('--dkim-domain <domain>', 'MAILBLAST_DKIM_DOMAIN', 'sign with DKIM for this domain'))
    .addOption(text('--dkim-selector <name>', 'MAILBLAST_DKIM_SELECTOR', 'the selector of its key in DNS'))
    .addOption(text('--dkim-key <file>', 'MAILBLAST_DKIM_KEY', 'its private key, a PEM file'))
    .addOption(flag('--wait', 'MAILBLAST_WAIT', 'stay until every deferred delivery has an end'))
    .addOption(
      new Option('--in-doubt <word>', 'what to do about deliveries that an interrupted run left in doubt')
        .env('MAILBLAST_IN_DOUBT')
        .default('hold')
        .choices(['hold', 'resend', 'assume-accepted']),
    )
    .addOption(flag('--yes', 'MAILBLAST_YES', 'do not ask before the first message'))
    .addOption(flag('--quiet', 'MAILBLAST_QUIET', 'say nothing but errors'));
  return command;
}

export function sendFlags(command: Command): Command {
  command
    .addOption(text('--template <file>', 'MAILBLAST_TEMPLATE', 'the MJML template'))
    .addOption(text('--from <mailbox>', 'MAILBLAST_FROM', 'the sender: "Name <you@example.com>"'))
    .addOption(
      text('--subject <text>', 'MAILBLAST_SUBJECT', "the subject (default: the template's <mj-title>)"),
    )
    .addOption(
      text('--campaign <name>', 'MAILBLAST_CAMPAIGN', 'default: <list>-<template>, by their base names'),
    )
    .addOption(text('--reply-to <mailbox>', 'MAILBLAST_REPLY_TO', 'where answers go'))
    .addOption(
      text('--return-path <address>', 'MAILBLAST_RETURN_PATH', "where bounces go (default: From's address)"),
    )
    .addOption(
      text(
        '--unsubscribe-url <template>',
        'MAILBLAST_UNSUBSCRIBE_URL',
        'such as "https://example.com/u?t={{token}}"',
      ),
    )
    .addOption(
      text('--unsubscribe-mailto <address>', 'MAILBLAST_UNSUBSCRIBE_MAILTO', 'where a mail unsubscribes'),
    )
    .addOption(text('--list-id <id>', 'MAILBLAST_LIST_ID', "default: <list>.<From's domain>"))
    .addOption(
      flag(
        '--triggered',
        'MAILBLAST_TRIGGERED',
        "each message answers its reader's own act: it belongs to no list, and nobody can leave it",
      ),
    )
    .addOption(several('--header <line>', 'a further header, "Name: value"'))
    .addOption(
      text('--feedback-id <id>', 'MAILBLAST_FEEDBACK_ID', "the Feedback-ID header, for Gmail's reports"),
    );
  fileFlags(command)
    .addOption(several('--json-column <name>', 'a column whose cells are JSON, for {{#each}} and {{#with}}'))
    .addOption(several('--allow-raw <field>', 'a field that may stand unescaped in the HTML: {{{field}}}'))
    .addOption(text('--email-column <name>', 'MAILBLAST_EMAIL_COLUMN', 'the column of the addresses'))
    .addOption(
      flag(
        '--allow-withdraw',
        'MAILBLAST_ALLOW_WITHDRAW',
        'withdraw all who left the list, even if they are many',
      ),
    )
    .addOption(
      flag(
        '--update-content',
        'MAILBLAST_UPDATE_CONTENT',
        'send a changed content to those who are left of a campaign that has begun',
      ),
    )
    .addOption(flag('--dry-run', 'MAILBLAST_DRY_RUN', 'render every row and send nothing'))
    .addOption(
      text(
        '--test <address>',
        'MAILBLAST_TEST',
        'send one message, rendered with the first row, there alone',
      ),
    )
    .addOption(
      new Option('--row <line>', "with --test: the list's line to render it with")
        .default(0, 'the first usable one')
        .argParser(wholeNumber),
    )
    .addOption(text('--out <dir>', 'MAILBLAST_OUT', 'with --dry-run: write the messages as .eml files'));
  return runFlags(command);
}

function rateText(value: string): string {
  if (parseRate(value) === undefined) {
    throw new InvalidArgumentError('Write it as 10/s, 600/m, 1000/h or unlimited.');
  }
  return value;
}

function durationText(value: string): string {
  if (parseDuration(value) === undefined) throw new InvalidArgumentError('Write it as 90s, 10m, 4h or 3d.');
  return value;
}

/** More would only widen what a crash leaves in doubt: 100 messages of 30 kB fill a line of 480 Mbit/s at 50 ms. */
function depthNumber(value: string): number {
  const depth = wholeNumber(value);
  if (depth > 100) throw new InvalidArgumentError('It must be 100 at the most.');
  return depth;
}
