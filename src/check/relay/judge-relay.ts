// What to think of a relay as it was seen: reached, safe, letting us in, near enough. Pure.

import { judgeConnection } from '../../domain/policy.js';
import type { Rate } from '../../domain/rate.js';
import type { Inspection, Seen } from '../../relay/inspect.js';
import type { SmtpTarget } from '../../relay/relay-url.js';
import type { Finding, FindingId, Result } from './finding.js';

export interface Wanted {
  /** Messages per second; Infinity for no limit. */
  readonly rate: Rate;
  readonly connections: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const DAY = 86_400_000;
/** A certificate that ends sooner has missed its renewal: those of 90 days are renewed 30 days before. */
const SOON_DAYS = 7;
/** What is younger than this when it is made new is renewed within days anyway. */
const SHORT_LIVED_DAYS = 14;

export function judgeRelay(target: SmtpTarget, inspection: Inspection, wanted: Wanted): Finding[] {
  const { seen, failure } = inspection;
  const reached = reachedOf(target, inspection);
  if (seen === undefined) return [reached];
  const findings = [reached, tlsOf(target, seen)];
  if (seen.secured !== undefined) findings.push(certificateOf(seen.secured, wanted.now));
  findings.push(loginOf(inspection));
  if (failure === undefined) findings.push(rateOf(seen, wanted));
  return findings;
}

/** Messages a second that the connections can carry at one round trip a message; undefined when that is not known. */
export function reachableRate({ roundTrip }: Seen, connections: number): number | undefined {
  // Below a tenth of a millisecond it is not the network that limits.
  return roundTrip === undefined ? undefined : (connections * 1000) / Math.max(roundTrip, 0.1);
}

function reachedOf(target: SmtpTarget, { seen, failure }: Inspection): Finding {
  if (seen !== undefined) return finding('reached', 'pass', `${target.name} answers.`, '');
  const { stage, why } = failure!;
  if (stage === 'tls') return finding('tls', 'fail', `${target.name}: ${why}.`, '', 'unreachable');
  if (stage === 'auth') return finding('login', 'fail', `${target.name}: ${why}.`, '', 'refused');
  return finding('reached', 'fail', `${target.name}: ${why}.`, '', 'unreachable');
}

function tlsOf(target: SmtpTarget, { secured }: Seen): Finding {
  if (secured === undefined) {
    return target.loopback
      ? finding('tls', 'pass', 'The connection is in clear and stays on this machine.', '')
      : finding(
          'tls',
          'unknown',
          'The connection is in clear, as smtp+plain:// asks.',
          'Use smtp:// or smtps:// if the relay offers TLS.',
        );
  }
  const { version, cipher } = secured;
  return /^TLSv1\.[23]$/.test(version)
    ? finding('tls', 'pass', `The connection is secured by ${version} (${cipher}).`, '')
    : finding(
        'tls',
        'fail',
        `The connection is secured by ${version}, which is out of date (RFC 8996).`,
        "The relay's operator must offer TLS 1.2 or 1.3.",
        'unreachable',
      );
}

function certificateOf({ proved, certificate }: NonNullable<Seen['secured']>, now: number): Finding {
  const { subject, issuer, from, until } = certificate;
  const days = Math.floor((until - now) / DAY);
  const whose = `The certificate of ${subject || 'the relay'}, by ${issuer || 'nobody named'},`;
  const end = `ends on ${new Date(until).toISOString().slice(0, 10)}, in ${days} days`;
  if (!proved)
    return finding('certificate', 'pass', `${whose} ${end}; it is not checked on this machine.`, '');
  const soon = days < SOON_DAYS && (until - from) / DAY > SHORT_LIVED_DAYS;
  return soon
    ? finding(
        'certificate',
        'fail',
        `${whose} ${end}.`,
        'It should have been renewed by now; tell its operator.',
        'unreachable',
      )
    : finding('certificate', 'pass', `${whose} ${end}.`, '');
}

function loginOf({ seen, failure, loginTried }: Inspection): Finding {
  if (failure !== undefined) {
    // A refusal for now, or a token endpoint that is away, says nothing against the login.
    const stands = judgeConnection(failure).action === 'stop' && failure.stage === 'auth';
    return finding('login', 'fail', `${sentence(failure.why)}.`, '', stands ? 'refused' : 'unreachable');
  }
  if (loginTried) return finding('login', 'pass', 'The login is accepted.', '');
  const methods = seen?.extensions.get('AUTH');
  return methods === undefined
    ? finding('login', 'pass', 'No login is set, and the relay offers none.', '')
    : finding(
        'login',
        'unknown',
        `No login is set; the relay offers ${methods}.`,
        'If it wants one for sending: MAILBLAST_USER with MAILBLAST_PASSWORD.',
      );
}

function rateOf(seen: Seen, { rate, connections }: Wanted): Finding {
  const possible = reachableRate(seen, connections);
  if (possible === undefined)
    return finding('rate', 'unknown', 'The relay answers no NOOP, so the round trip is not known.', '');
  const [at, upTo] = [
    `A round trip of ${milliseconds(seen.roundTrip!)} and ${connections} connections`,
    possible,
  ];
  const says = `${at} carry up to ${perSecond(upTo)} messages a second, if the relay takes one each round trip.`;
  if (rate <= possible || !Number.isFinite(rate)) return finding('rate', 'pass', says, '');
  const needed = Math.ceil((rate * seen.roundTrip!) / 1000);
  return finding('rate', 'fail', says, `For --rate ${rate}/s give --connections ${needed}.`);
}

/** In words: whole from ten on. */
export function perSecond(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : Math.floor(rate).toLocaleString('en');
}

export function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

function sentence(part: string): string {
  return part.charAt(0).toUpperCase() + part.slice(1);
}

function finding(
  id: FindingId,
  result: Result,
  says: string,
  advice: string,
  trouble: Finding['trouble'] = 'settings',
): Finding {
  return { id, result, says, advice, trouble };
}
