// The pre-flight: a look at the relay and at the DNS, and what to think of both. Sends nothing.

import type { NameServer } from '../../dns/name-server.js';
import type { Trouble } from '../../domain/errors.js';
import { type Inspection, inspect } from '../../relay/inspect.js';
import type { Opening } from '../../relay/smtp-relay.js';
import { judgeRules } from './bulk-rules.js';
import type { Finding, RuleFinding } from './finding.js';
import { judgeDns } from './judge-dns.js';
import { judgeRelay, type Wanted } from './judge-relay.js';
import { type CheckedSender, lookUp } from './look-up.js';

export interface RelayCheck {
  readonly opening: Opening;
  readonly wanted: Wanted;
  /** Undefined when none is set: then the DNS is not asked. */
  readonly sender: CheckedSender | undefined;
  readonly sendingIps: readonly string[];
  readonly nameServer: NameServer;
  /** Monotonic, in milliseconds. */
  readonly monotonic: () => number;
}

export interface RelayReport {
  readonly inspection: Inspection;
  readonly findings: readonly Finding[];
  /** Empty without a sender. */
  readonly rules: readonly RuleFinding[];
}

export async function checkRelay(check: RelayCheck): Promise<RelayReport> {
  const { opening, sender, wanted } = check;
  const [inspection, facts] = await Promise.all([
    inspect(opening, check.monotonic),
    sender && lookUp(opening.target, sender, check.sendingIps, check.nameServer),
  ]);
  const ofRelay = judgeRelay(opening.target, inspection, wanted);
  if (sender === undefined || facts === undefined) return { inspection, findings: ofRelay, rules: [] };
  const findings = [...ofRelay, ...judgeDns(opening.target, sender, facts)];
  return { inspection, findings, rules: judgeRules(sender, findings) };
}

/** What stands in the way of sending goes before what stands in the way of the inbox. */
const ORDER: readonly Trouble[] = ['unreachable', 'refused', 'settings'];

/** The kind of trouble that a failed check comes to; undefined when nothing failed. */
export function troubleOf({ findings, rules }: RelayReport): Trouble | undefined {
  const failed = new Set(findings.filter(({ result }) => result === 'fail').map(({ trouble }) => trouble));
  if (rules.some(({ result }) => result === 'fail')) failed.add('settings');
  return ORDER.find((trouble) => failed.has(trouble));
}
