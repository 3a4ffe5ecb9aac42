// Rules that hold for every relay: enhanced status codes and the words that mail servers have in common, as data.
// Each names the RFC or the manual that it rests on. What a provider says of its own stands in providers/.

import type { Rule } from './rule.js';

/** IANA's registry of enhanced status codes, which RFC 5248 set up. */
const ENHANCED =
  'https://www.iana.org/assignments/smtp-enhanced-status-codes/smtp-enhanced-status-codes.xhtml';
const POSTFIX = 'https://www.postfix.org/postconf.5.html';

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
  {
    rule: 'relaying-denied',
    source: `${POSTFIX}#relay_domains`,
    code: 5,
    stages: ['rcpt'],
    words: /relay(?:ing)? (?:access )?(?:denied|not (?:permitted|allowed))|unable to relay/i,
    means: {
      action: 'stop',
      meaning: "It will not relay for us. Check the relay's user, password and port.",
    },
  },
  {
    rule: 'sender-rejected',
    source: `${POSTFIX}#smtpd_delay_reject`,
    code: 5,
    stages: ['rcpt', 'data', 'body'],
    words: /sender address rejected/i,
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
];
