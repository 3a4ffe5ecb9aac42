// The options that bound a run: how many messages, how many in an hour or a day, until when, and at how many refusals it
// stops. Knows commander; decides nothing.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseShare } from '../domain/brake.js';
import { parseWarmUp } from '../domain/cap.js';
import { parseDomainRates } from '../domain/domain-rates.js';
import { parseMoment } from '../domain/moment.js';
import { wholeNumberOrZero } from './option-kinds.js';

/** As commander gives them; 0 stands for no bound. */
export interface BoundFlags {
  readonly limit: number;
  readonly maxPerDay: number;
  readonly maxPerHour: number;
  readonly warmUp: string;
  readonly notAfter: string;
  readonly maxRejected: string;
  readonly domainRate: readonly string[];
}

export function boundFlags(command: Command): Command {
  return command
    .addOption(number('--limit <n>', 'MAILBLAST_LIMIT', 'messages in this run, at the most (0: all)'))
    .addOption(
      number(
        '--max-per-day <n>',
        'MAILBLAST_MAX_PER_DAY',
        'messages through this relay in any 24 hours, at the most (0: no cap)',
      ),
    )
    .addOption(
      number(
        '--max-per-hour <n>',
        'MAILBLAST_MAX_PER_HOUR',
        'messages through this relay in any 60 minutes, at the most (0: no cap)',
      ),
    )
    .addOption(
      new Option(
        '--warm-up <n,n,…>',
        "caps for the days since this relay's first message: 50,100,200,400, or none",
      )
        .env('MAILBLAST_WARM_UP')
        .default('none')
        .argParser(warmUpText),
    )
    .addOption(
      new Option('--not-after <moment>', 'begin no message after it: 2026-12-01T12:00+01:00, or never')
        .env('MAILBLAST_NOT_AFTER')
        .default('never')
        .argParser(momentText),
    )
    .addOption(
      new Option(
        '--max-rejected <share>',
        'stop when more of the last 200 deliveries were rejected (100%: never)',
      )
        .env('MAILBLAST_MAX_REJECTED')
        .default('10%')
        .argParser(shareText),
    )
    .addOption(
      new Option(
        '--domain-rate <domains=n/unit>',
        'a rate for these recipient domains together: gmail.com,googlemail.com=20/m; may be given several times',
      )
        .default([], 'none')
        .argParser(domainRateTexts),
    );
}

function number(flags: string, variable: string, help: string): Option {
  return new Option(flags, help).env(variable).default(0).argParser(wholeNumberOrZero);
}

function warmUpText(value: string): string {
  if (value !== 'none' && parseWarmUp(value) === undefined) {
    throw new InvalidArgumentError('Write it as 50,100,200,400: a number for each day; or none.');
  }
  return value;
}

function momentText(value: string): string {
  if (value !== 'never' && parseMoment(value) === undefined) {
    throw new InvalidArgumentError('Write it as 2026-12-01T12:00+01:00, with its offset, or never.');
  }
  return value;
}

function shareText(value: string): string {
  if (parseShare(value) === undefined) throw new InvalidArgumentError('Write it as 5%, 100% at the most.');
  return value;
}

function domainRateTexts(value: string, earlier: readonly string[]): readonly string[] {
  const parsed = parseDomainRates([...earlier, value]);
  if ('reason' in parsed) throw new InvalidArgumentError(`${parsed.reason}.`);
  return [...earlier, value];
}
