// What to think of the DNS behind a sender: its records, whether they back From (alignment), MX, PTR. Pure.

import { aligned } from '../../dns/dmarc.js';
import type { Answer } from '../../dns/name-server.js';
import type { SmtpTarget } from '../../relay/relay-url.js';
import { type Finding, dnsFinding as finding, type Result } from './finding.js';
import { dkimOf, dmarcOf, spfOf } from './judge-records.js';
import type { CheckedSender, DnsFacts } from './look-up.js';

export function judgeDns(target: SmtpTarget, sender: CheckedSender, facts: DnsFacts): Finding[] {
  const spf = spfOf(target, sender, facts);
  const dkim = dkimOf(sender, facts);
  return [
    spf,
    dkim,
    dmarcOf(sender, facts),
    alignmentOf(sender, facts, spf.result, dkim.result),
    mailTo('return_path_mx', sender.returnPathDomain, facts.returnPathMx, 'bounces'),
    mailTo('from_mx', sender.fromDomain, facts.fromMx, 'answers'),
    ptrOf(target, facts),
  ];
}

function alignmentOf(
  { fromDomain, returnPathDomain, dkim }: CheckedSender,
  { dmarc }: DnsFacts,
  spf: Result,
  signed: Result,
): Finding {
  const strict = dmarc.state === 'valid' ? dmarc.strict : { spf: false, dkim: false };
  const how = (is: boolean) => (is ? 'strict' : 'relaxed');
  const byDkim = dkim !== undefined && aligned(dkim.domain, fromDomain, strict.dkim);
  const bySpf = aligned(returnPathDomain, fromDomain, strict.spf);
  const ways = [
    ...(byDkim && signed === 'pass' ? [`DKIM (d=${dkim.domain}, ${how(strict.dkim)})`] : []),
    ...(bySpf && spf === 'pass' ? [`SPF (${returnPathDomain}, ${how(strict.spf)})`] : []),
  ];
  if (ways.length > 0)
    return finding(
      'alignment',
      'pass',
      `From's domain ${fromDomain} is backed by ${ways.join(' and ')}.`,
      '',
    );
  // The relay may sign for us, and a record that nobody answered for may be right.
  const open = dkim === undefined || (byDkim && signed === 'unknown') || (bySpf && spf === 'unknown');
  const advice = `Sign with --dkim-domain ${fromDomain}, or let the return path be of ${fromDomain}.`;
  return open
    ? finding(
        'alignment',
        'unknown',
        `Whether SPF or DKIM back From's domain ${fromDomain} cannot be told.`,
        advice,
      )
    : finding(
        'alignment',
        'fail',
        `Neither SPF (${returnPathDomain}, ${how(strict.spf)}) nor DKIM (${dkim.domain}, ${how(strict.dkim)}) backs From's domain ${fromDomain}.`,
        advice,
      );
}

function mailTo(id: 'return_path_mx' | 'from_mx', domain: string, mx: Answer<string>, what: string): Finding {
  if (mx.state === 'unknown')
    return finding(id, 'unknown', `The MX of ${domain}: ${mx.why}.`, 'Try again later.');
  const hosts = mx.state === 'found' ? mx.records.filter((host) => host !== '' && host !== '.') : [];
  return hosts.length === 0
    ? finding(
        id,
        'fail',
        `${domain} takes no mail, so ${what} cannot come back.`,
        `Publish an MX record at ${domain}, or use an address of a domain that has one.`,
      )
    : finding(id, 'pass', `${domain} takes ${what} at ${hosts.slice(0, 3).join(', ')}.`, '');
}

function ptrOf(target: SmtpTarget, { sending }: DnsFacts): Finding {
  if (sending === undefined) {
    return finding(
      'ptr',
      'unknown',
      `The addresses that ${target.host} sends from are not known here.`,
      "If the relay is your own, name them with --sending-ip; else they are its operator's matter.",
    );
  }
  for (const { address, names, confirmed } of sending) {
    if (names.state === 'unknown')
      return finding('ptr', 'unknown', `The name of ${address}: ${names.why}.`, 'Try again later.');
    if (names.state === 'none') {
      return finding(
        'ptr',
        'fail',
        `${address} has no name (PTR).`,
        'Whoever gave you the address can set its PTR to the name that the relay says in EHLO.',
      );
    }
    if (confirmed === undefined)
      return finding(
        'ptr',
        'unknown',
        `Whether ${names.records[0]} leads back to ${address} cannot be told.`,
        'Try again later.',
      );
    if (!confirmed) {
      return finding(
        'ptr',
        'fail',
        `${address} is called ${names.records.join(', ')}, which does not lead back to it.`,
        `Let ${names.records[0]} have the address ${address}.`,
      );
    }
  }
  const named = sending.map(
    ({ address, names }) => `${address} (${names.state === 'found' ? names.records[0] : ''})`,
  );
  return finding('ptr', 'pass', `${named.join(', ')}: name and address lead to each other.`, '');
}
