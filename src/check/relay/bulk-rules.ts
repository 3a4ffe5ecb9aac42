// What Gmail, Yahoo and Outlook ask of those who send 5,000 messages a day or more, as data with its source, and whether
// what was found meets it. Taken from copies and reports of these pages in November 2026; the providers change them now and then.

import { type Finding, type FindingId, type Result, type RuleFinding, worst } from './finding.js';
import type { CheckedSender } from './look-up.js';

const SOURCES = {
  Gmail: 'https://support.google.com/a/answer/81126',
  Yahoo: 'https://senders.yahooinc.com/best-practices/',
  Outlook:
    'https://techcommunity.microsoft.com/blog/microsoftdefenderforoffice365blog/strengthening-email-ecosystem-outlook%E2%80%99s-new-requirements-for-high%E2%80%90volume-senders/4399730',
} as const;

interface Verdict {
  readonly result: Result;
  readonly advice: string;
}

interface Rule {
  readonly provider: RuleFinding['provider'];
  readonly id: string;
  readonly asks: string;
  /** The findings that answer it, or a judgement of its own. */
  readonly by: readonly FindingId[] | ((sender: CheckedSender) => Verdict);
}

const pass: Verdict = { result: 'pass', advice: '' };

/** RFC 8058; mailblast makes List-Unsubscribe-Post from an https URL. It is asked of mail that was subscribed to. */
const oneClick = ({ unsubscribeUrl, triggered }: CheckedSender): Verdict =>
  triggered || /^https:\/\//i.test(unsubscribeUrl)
    ? pass
    : {
        result: 'fail',
        advice: 'Give --unsubscribe-url "https://…?t={{token}}", and let a POST there unsubscribe.',
      };

const anyUnsubscribe = (sender: CheckedSender): Verdict =>
  sender.unsubscribeMailto === '' ? oneClick(sender) : pass;

const asks = (advice: string) => (): Verdict => ({ result: 'unknown', advice });

const notGmail = ({ fromDomain }: CheckedSender): Verdict =>
  /^(?:gmail|googlemail)\.com$/.test(fromDomain)
    ? { result: 'fail', advice: 'Send from a domain of your own.' }
    : pass;

const RULES: readonly Rule[] = [
  { provider: 'Gmail', id: 'spf_and_dkim', asks: 'SPF and DKIM for the sending domain', by: ['spf', 'dkim'] },
  { provider: 'Gmail', id: 'dmarc', asks: 'a DMARC policy, p=none at least', by: ['dmarc'] },
  {
    provider: 'Gmail',
    id: 'alignment',
    asks: "From's domain aligned with SPF's or DKIM's",
    by: ['alignment'],
  },
  { provider: 'Gmail', id: 'ptr', asks: 'forward and reverse DNS of the sending addresses', by: ['ptr'] },
  {
    provider: 'Gmail',
    id: 'tls',
    asks: 'TLS on the way to Gmail',
    by: asks('See that the relay uses TLS outwards (Postfix: smtp_tls_security_level = may).'),
  },
  { provider: 'Gmail', id: 'one_click', asks: 'one-click unsubscribe (RFC 8058)', by: oneClick },
  { provider: 'Gmail', id: 'format', asks: 'messages as RFC 5322 says', by: () => pass },
  { provider: 'Gmail', id: 'impersonation', asks: 'no From address at gmail.com', by: notGmail },
  {
    provider: 'Gmail',
    id: 'spam_rate',
    asks: 'a spam rate below 0.3 %',
    by: asks('See https://postmaster.google.com for your domain.'),
  },
  { provider: 'Yahoo', id: 'spf_and_dkim', asks: 'SPF and DKIM', by: ['spf', 'dkim'] },
  { provider: 'Yahoo', id: 'dmarc', asks: 'a DMARC policy, p=none at least', by: ['dmarc'] },
  {
    provider: 'Yahoo',
    id: 'alignment',
    asks: "From's domain aligned with SPF's or DKIM's",
    by: ['alignment'],
  },
  { provider: 'Yahoo', id: 'ptr', asks: 'forward and reverse DNS of the sending addresses', by: ['ptr'] },
  { provider: 'Yahoo', id: 'one_click', asks: 'one-click unsubscribe (RFC 8058)', by: oneClick },
  { provider: 'Yahoo', id: 'format', asks: 'messages as RFC 5321 and RFC 5322 say', by: () => pass },
  {
    provider: 'Yahoo',
    id: 'spam_rate',
    asks: 'a spam rate below 0.3 %',
    by: asks('Join the Complaint Feedback Loop: https://senders.yahooinc.com/complaint-feedback-loop/.'),
  },
  { provider: 'Outlook', id: 'spf', asks: 'SPF that passes', by: ['spf'] },
  { provider: 'Outlook', id: 'dkim', asks: 'DKIM that passes', by: ['dkim'] },
  {
    provider: 'Outlook',
    id: 'dmarc',
    asks: 'a DMARC policy, p=none at least, aligned with SPF or DKIM',
    by: ['dmarc', 'alignment'],
  },
  { provider: 'Outlook', id: 'reply_address', asks: 'a From address that can take replies', by: ['from_mx'] },
  { provider: 'Outlook', id: 'unsubscribe', asks: 'a way to unsubscribe', by: anyUnsubscribe },
  {
    provider: 'Outlook',
    id: 'hygiene',
    asks: 'invalid addresses taken off the list',
    by: asks('Suppress what is rejected for good: mailblast recipients <campaign> --state rejected.'),
  },
];

export function judgeRules(sender: CheckedSender, findings: readonly Finding[]): RuleFinding[] {
  return RULES.map(({ provider, id, asks: what, by }) => {
    const rule = { provider, id, asks: what, source: SOURCES[provider] };
    if (typeof by === 'function') return { ...rule, ...by(sender) };
    const answers = findings.filter((finding) => by.includes(finding.id));
    const open = answers.filter(({ result }) => result !== 'pass').map(({ id: other }) => other);
    const result = worst(answers.map((answer) => answer.result));
    return { ...rule, result, advice: open.length === 0 ? '' : `See ${open.join(', ')} above.` };
  });
}
