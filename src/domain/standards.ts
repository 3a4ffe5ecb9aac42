// Rules that hold for every relay: enhanced status codes and the words that mail servers have in common, as data.
// Each names the RFC or the manual that it rests on. What a provider says of its own stands in providers/.

import type { Rule } from './rule.js';

/** IANA's registry of enhanced status codes, which RFC 5248 set up. */
const ENHANCED =
  'https://www.iana.org/assignments/smtp-enhanced-status-codes/smtp-enhanced-status-codes.xhtml';
const POSTFIX = 'https://www.postfix.org/postconf.5.html';

const MINUTE = 60_000;

const TRANSACTION = ['mail', 'rcpt', 'data', 'body'] as const;

export const STANDARDS: readonly Rule[] = [
  {
    rule: 'too-large',
    source: 'RFC 1870 6.1',
    code: [552],
    stages: ['mail'],
    means: { action: 'reject' },
  },
  {
    rule: 'too-large-enhanced',
    source: 'RFC 3463 3.4 (X.3.4)',
    code: 5,
    stages: ['mail'],
    enhanced: ['5.3.4'],
    means: { action: 'reject' },
  },
  {
    rule: 'login-required',
    source: 'RFC 4954 6 (530)',
    code: [530],
    stages: TRANSACTION,
    means: {
      action: 'stop',
      meaning: "It asks for a login. Check the relay's user, password and port.",
    },
  },
  {
    rule: 'login-wrong',
    source: `${ENHANCED} (X.7.8, X.7.9, X.7.11, X.7.13)`,
    code: 5,
    stages: TRANSACTION,
    enhanced: ['5.7.8', '5.7.9', '5.7.11', '5.7.13'],
    means: {
      action: 'stop',
      meaning: "The account or its login is wrong. Check the relay's user and password.",
    },
  },
  // What another server said to the relay, which verifies recipients by asking, is the recipient's own matter.
  {
    rule: 'relaying-denied',
    source: `${POSTFIX}#relay_domains`,
    code: 5,
    stages: ['rcpt'],
    words:
      /^(?!.*\bsaid: ).*(?:relay(?:ing)? (?:access )?(?:denied|not (?:permitted|allowed))|unable to relay)/i,
    means: {
      action: 'stop',
      meaning: "It will not relay for us. Check the relay's user, password and port.",
    },
  },
  // Postfix delays what it thinks of the sender until RCPT.
  {
    rule: 'sender-rejected',
    source: `${POSTFIX}#smtpd_delay_reject`,
    code: 5,
    stages: ['rcpt', 'data', 'body'],
    words: /^(?:<[^>]*>:? ?)?sender address rejected/i,
    means: { action: 'stop', meaning: 'It refuses the sender. Check --from, --return-path and the login.' },
  },
  {
    rule: 'sender-invalid',
    source: 'RFC 3463 3.2 (X.1.7, X.1.8)',
    code: 5,
    stages: ['rcpt', 'data', 'body'],
    enhanced: ['5.1.7', '5.1.8'],
    means: { action: 'stop', meaning: 'It refuses the sender. Check --from and --return-path.' },
  },
  {
    rule: 'connections',
    source: `${POSTFIX}#smtpd_client_connection_count_limit`,
    code: [421, 450, 452, 454],
    words: /too many (?:concurrent |simultaneous |active )*(?:SMTP )?(?:connections|sessions)/i,
    means: { action: 'slow', scope: 'relay' },
  },
  // "452 4.5.3 Too many recipients: Too many messages sent", as of Debian's 6.8.0; others' 452 to MAIL may mean a quota.
  {
    rule: 'session-spent',
    source: 'https://man.openbsd.org/smtpd.conf (smtp limit max-mails)',
    code: [452],
    stages: ['mail'],
    words: /too many messages sent$/i,
    means: { action: 'put_back', spent: true },
  },
  {
    rule: 'client-rate',
    source: `${POSTFIX}#smtpd_client_message_rate_limit`,
    code: [421, 450],
    words: /too (?:much mail|many recipients|many new TLS sessions|many AUTH commands) from/i,
    means: { action: 'slow', scope: 'relay' },
  },
  {
    rule: 'server-ports-busy',
    source: `${POSTFIX}#postscreen_pre_queue_limit`,
    code: [421],
    words: /all server ports are busy/i,
    means: { action: 'slow', scope: 'relay' },
  },
  // Its disk drains as it delivers, or somebody clears it up: minutes at the best.
  {
    rule: 'no-room',
    source: `${POSTFIX}#queue_minfree`,
    code: [452],
    enhanced: ['4.3.1'],
    words: /insufficient system storage/i,
    means: {
      action: 'rest',
      scope: 'relay',
      restMs: 5 * MINUTE,
      meaning: 'Its disk is full; only its operator can look.',
    },
  },
  // The usual waits are one to five minutes, and who comes earlier is counted anew by some.
  {
    rule: 'greylisted',
    source: 'RFC 6647 2.1 and 5',
    code: 4,
    stages: TRANSACTION,
    words: /gr[ae]y-?list/i,
    means: { action: 'retry', afterMs: 5 * MINUTE },
  },
  {
    rule: 'congestion',
    source: 'RFC 3463 3.5 (X.4.5)',
    code: 4,
    enhanced: ['4.4.5'],
    means: { action: 'slow', scope: 'relay' },
  },
  {
    rule: 'mail-flood',
    source: `${ENHANCED} (X.7.28)`,
    code: 4,
    enhanced: ['4.7.28'],
    means: { action: 'slow', scope: 'domain' },
  },
];
