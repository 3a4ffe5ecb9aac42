// `mailblast check --relay`: a look at the relay and at the DNS before a campaign. Sends nothing.

import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { performance } from 'node:perf_hooks';
import { checkRelay, type RelayReport, troubleOf } from '../../check/relay/check-relay.js';
import type { CheckedSender } from '../../check/relay/look-up.js';
import { NameServer } from '../../dns/name-server.js';
import { domainOf, isAddress, parseAddress } from '../../domain/address.js';
import { MailblastError } from '../../domain/errors.js';
import { parseRate } from '../../domain/rate.js';
import { mailbox } from '../../engine/sender.js';
import { dkimPublicKey, signingDomain, signingSelector } from '../../message/dkim-key.js';
import { parseRelayUrl, type SmtpTarget } from '../../relay/relay-url.js';
import { openingOf } from '../../relay/smtp-relay.js';
import type { CheckRelayOptions } from '../check-relay-flags.js';
import type { Given } from '../commands.js';
import { EXIT, exitCodeOf } from '../exit-codes.js';
import { makeOutput } from '../output.js';
import { smtpOptions } from '../relay-choice.js';
import { reportAsJson, reportInWords } from '../relay-report.js';
import { chooseRoutes, type RouteChoice } from '../routes.js';
import type { NamedRelays } from '../settings/named-relays.js';

/** In milliseconds. Nobody is in doubt after a look, so it gives up sooner than a campaign does. */
const TIMEOUTS = { connect: 15_000, greeting: 20_000, command: 20_000 } as const;

/**
 * Prints a report for each relay; with --quiet, only what failed. Gives the first exit code that is not 0: 69 when the relay
 * is not reached safely, 77 when it refuses the login, 78 when a record or a setting is wrong.
 */
export async function runCheckRelay(
  options: CheckRelayOptions,
  given: Given,
  relays: NamedRelays,
): Promise<number> {
  // It speaks of the look, where choosing speaks of a run.
  if (relays.size === 0 || options.relay.includes(':') || options.relay === 'sandbox') {
    smtpTarget(options.relay, given('relay'));
  }
  let code: number = EXIT.done;
  for (const [i, route] of chooseRoutes(options, given, relays).entries()) {
    if (i > 0 && !options.json && !options.quiet) process.stdout.write('\n');
    const found = await checkOne(route, given);
    if (code === EXIT.done) code = found;
  }
  return code;
}

async function checkOne(
  { flags: options, choice, suffix }: RouteChoice<CheckRelayOptions>,
  given: Given,
): Promise<number> {
  const output = makeOutput(options);
  const target = choice.target as SmtpTarget;
  const { connections } = options;
  const rate = parseRate(options.rate)!;
  const report = await checkRelay({
    opening: openingOf(target, {
      ...smtpOptions(target, { ...options, proxyTyped: given('proxy') }, suffix),
      timeouts: TIMEOUTS,
    }),
    wanted: { rate, connections, now: Date.now() },
    sender: senderOf(options),
    sendingIps: options.sendingIp.map(address),
    nameServer: nameServerOf(options.dnsServer),
    monotonic: () => performance.now(),
  });
  output.json(reportAsJson(target, connections, report));
  if (!options.json) print(target, connections, report, options.quiet);
  const trouble = troubleOf(report);
  return trouble === undefined ? EXIT.done : exitCodeOf(trouble);
}

function print(target: SmtpTarget, connections: number, report: RelayReport, quiet: boolean): void {
  for (const line of reportInWords(target, connections, report, quiet)) process.stdout.write(`${line}\n`);
}

function smtpTarget(url: string, onCommandLine: boolean): SmtpTarget {
  const target = url === '' ? undefined : parseRelayUrl(url, onCommandLine ? 'command line' : 'environment');
  if (target?.kind === 'smtp') return target;
  throw new MailblastError(
    'settings',
    target === undefined
      ? 'No relay is named. Give --relay smtp://mail.example.com:587 (or MAILBLAST_RELAY).'
      : `${target.name} is a rehearsal; there is nothing to check. Give --relay smtp://mail.example.com:587.`,
  );
}

function senderOf(options: CheckRelayOptions): CheckedSender | undefined {
  if (options.from === '') return undefined;
  const fromDomain = domainOf(mailbox('--from', options.from).address);
  const { dkimDomain, dkimSelector, dkimKey, unsubscribeUrl, unsubscribeMailto, triggered } = options;
  const parts = [dkimDomain, dkimSelector, dkimKey].filter((part) => part !== '').length;
  if (parts !== 0 && parts !== 3) {
    throw new MailblastError(
      'settings',
      'A DKIM signature needs all of --dkim-domain, --dkim-selector and --dkim-key <file.pem>.',
    );
  }
  const domain = parts === 0 ? '' : signingDomain(dkimDomain);
  return {
    fromDomain,
    returnPathDomain: options.returnPath === '' ? fromDomain : returnPathDomain(options.returnPath),
    dkim:
      parts === 0
        ? undefined
        : {
            domain,
            selector: signingSelector(dkimSelector, domain),
            publicKey: dkimPublicKey(readKey(dkimKey)),
          },
    unsubscribeUrl,
    unsubscribeMailto,
    triggered,
  };
}

/** The return path may be a template before its @ (VERP), never behind. */
function returnPathDomain(template: string): string {
  const parsed = parseAddress(`bounces@${template.slice(template.lastIndexOf('@') + 1)}`);
  if (isAddress(parsed)) return domainOf(parsed);
  throw new MailblastError(
    'settings',
    `--return-path ${JSON.stringify(template)} has no domain behind an @.`,
  );
}

function readKey(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new MailblastError('no_input', `--dkim-key ${file} cannot be read: ${(cause as Error).message}.`, {
      cause,
    });
  }
}

function address(text: string): string {
  if (isIP(text) !== 0) return text;
  throw new MailblastError('usage', `--sending-ip ${JSON.stringify(text)} is no IP address.`);
}

function nameServerOf(servers: readonly string[]): NameServer {
  try {
    return new NameServer(servers);
  } catch (cause) {
    throw new MailblastError('usage', `--dns-server ${servers.join(', ')} is no IP address.`, { cause });
  }
}
