// What to think of the records that prove a sender: SPF, DKIM, DMARC, each by itself. Pure.

import type { SmtpTarget } from '../../relay/relay-url.js';
import { type Finding, dnsFinding as finding } from './finding.js';
import { knownRelay } from './known-relays.js';
import type { CheckedSender, DnsFacts } from './look-up.js';

export function spfOf(
  target: SmtpTarget,
  { returnPathDomain: domain }: CheckedSender,
  { spf, sending }: DnsFacts,
): Finding {
  const known = knownRelay(target.host);
  const included = known === undefined ? "the relay's addresses" : `include:${known.spf}`;
  const one = `Publish one TXT record at ${domain}: "v=spf1 ${known ? included : 'ip4:<address of the relay>'} -all".`;
  switch (spf.state) {
    case 'unknown':
      return finding('spf', 'unknown', `The SPF record of ${domain}: ${spf.why}.`, 'Try again later.');
    case 'none':
      return finding('spf', 'fail', `${domain}, the return path's domain, has no SPF record.`, one);
    case 'several':
      return finding(
        'spf',
        'fail',
        `${domain} has several SPF records, so that none counts (RFC 7208 3.2).`,
        'Make one of them.',
      );
    case 'broken':
      return finding(
        'spf',
        'fail',
        `The SPF record of ${domain} cannot be used: ${spf.why || spf.record}.`,
        'Mend it; ten look-ups are the most it may cost.',
      );
  }
  const cost = `${spf.lookups} of 10 look-ups`;
  if (spf.letsAnybody) {
    return finding(
      'spf',
      'fail',
      `The SPF record of ${domain} lets everybody send.`,
      `Name ${included} and end it with -all.`,
    );
  }
  if (sending !== undefined) {
    const others = sending.filter(({ address }) => spf.says.get(address) !== 'pass');
    const list = (each: typeof sending) => each.map(({ address }) => address).join(', ');
    return others.length === 0
      ? finding('spf', 'pass', `${domain} lets ${list(sending)} send (${cost}).`, '')
      : finding(
          'spf',
          'fail',
          `${domain} does not let ${list(others)} send ("${spf.record}").`,
          'Add that address, or name those the relay sends from with --sending-ip.',
        );
  }
  if (known !== undefined && spf.includes.includes(known.spf)) {
    return finding('spf', 'pass', `${domain} lets ${known.name} send (${cost}).`, '');
  }
  const advice =
    known === undefined
      ? "If the relay is your own, name the addresses it sends from with --sending-ip; else see its operator's word on SPF."
      : `Add ${included} to it, unless ${known.name} uses a return path of its own (${known.source}).`;
  return finding(
    'spf',
    'unknown',
    `${domain} has a valid SPF record (${cost}); whether it lets the relay send cannot be told.`,
    advice,
  );
}

export function dkimOf({ dkim, fromDomain }: CheckedSender, { dkim: record }: DnsFacts): Finding {
  if (dkim === undefined || record === undefined) {
    return finding(
      'dkim',
      'unknown',
      'mailblast does not sign.',
      `Give --dkim-domain, --dkim-selector and --dkim-key, or see that the relay signs for ${fromDomain}.`,
    );
  }
  const name = `${dkim.selector}._domainkey.${dkim.domain}`;
  const publish = `Publish there as TXT: "v=DKIM1; k=rsa; p=${dkim.publicKey}".`;
  switch (record.state) {
    case 'unknown':
      return finding('dkim', 'unknown', `The DKIM key at ${name}: ${record.why}.`, 'Try again later.');
    case 'none':
      return finding('dkim', 'fail', `There is no DKIM key at ${name}.`, publish);
    case 'several':
      return finding(
        'dkim',
        'fail',
        `There are several TXT records at ${name}, which receivers may take for none.`,
        publish,
      );
    case 'withdrawn':
      return finding(
        'dkim',
        'fail',
        `The DKIM key at ${name} was withdrawn (its p= is empty).`,
        'Sign with another selector.',
      );
    case 'broken':
      return finding('dkim', 'fail', `The DKIM key at ${name} cannot be used: ${record.why}.`, publish);
  }
  if (record.publicKey !== dkim.publicKey) {
    return finding(
      'dkim',
      'fail',
      `The DKIM key at ${name} is not the one that --dkim-key signs with.`,
      publish,
    );
  }
  const bits = record.bits !== undefined && record.bits < 2048 ? 'Receivers expect 2048 bits.' : '';
  const trial = record.testing ? 'Take t=y out of the record, which calls it a trial.' : '';
  return finding(
    'dkim',
    'pass',
    `The DKIM key at ${name} fits the private key (${record.bits} bits).`,
    [bits, trial].filter(Boolean).join(' '),
  );
}

export function dmarcOf({ fromDomain }: CheckedSender, { dmarc }: DnsFacts): Finding {
  const publish = `Publish a TXT record at _dmarc.${fromDomain}: "v=DMARC1; p=none; rua=mailto:dmarc@${fromDomain}".`;
  switch (dmarc.state) {
    case 'unknown':
      return finding(
        'dmarc',
        'unknown',
        `The DMARC record of ${fromDomain}: ${dmarc.why}.`,
        'Try again later.',
      );
    case 'none':
      return finding('dmarc', 'fail', `${fromDomain} has no DMARC record.`, publish);
    case 'broken':
      return finding(
        'dmarc',
        'fail',
        `The DMARC record of ${fromDomain} cannot be used: ${dmarc.why}.`,
        publish,
      );
    case 'valid':
      return finding('dmarc', 'pass', `${fromDomain} has the DMARC policy p=${dmarc.policy}.`, '');
  }
}
