// Options of the commands that serve a page: where it listens, and whether a browser is to open it.
// Knows commander; decides nothing.

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Rule } from '../check/finding.js';
import { silenceOption } from './check-content-flags.js';
import { type SendOptions, sendFlags } from './options.js';

export interface PageFlags {
  /** 0 for any free one. */
  readonly port: number;
  readonly open: boolean;
}

export interface PreviewOptions extends SendOptions, PageFlags {
  readonly silence: readonly Rule[];
}

/** What makes a message. The rest of `send`'s options is taken, so that one command line serves both, and not shown. */
const SHOWN: ReadonlySet<string> = new Set(
  [
    'template, from, subject, campaign, reply-to, return-path, unsubscribe-url, unsubscribe-mailto, list-id, triggered',
    'header, feedback-id, attach, json-column, allow-raw, email-column, dkim-domain, dkim-selector, dkim-key, config, debug',
  ]
    .join(', ')
    .split(', ')
    .map((name) => `--${name}`),
);

export function previewFlags(command: Command): Command {
  sendFlags(command);
  for (const option of command.options) {
    if (!SHOWN.has(option.long ?? '')) option.hideHelp();
  }
  return pageFlags(command.addOption(silenceOption()), '--port <n>', 'the port on 127.0.0.1');
}

/** `portFlag`: the sandbox has a port for mail besides. */
export function pageFlags(command: Command, portFlag: string, portHelp: string): Command {
  return command
    .addOption(new Option(portFlag, portHelp).default(0, 'any free one').argParser(portNumber))
    .option('--open', 'open the page in the browser', false);
}

function portNumber(value: string): number {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65_535) {
    throw new InvalidArgumentError('Give a number from 0 (any free one) to 65535.');
  }
  return port;
}
