// What Google says: the SMTP relay of Workspace, smtp.gmail.com, and Gmail as the recipients' server. Data.

import { type Provider, REST_FOR_A_DAILY_QUOTA } from '../rule.js';

const ERRORS = 'https://support.google.com/a/answer/3726730';
const RELAY_ERRORS = 'https://support.google.com/a/answer/6140680';

export const GOOGLE: Provider = {
  relays: /^(?:smtp|smtp-relay)\.(?:gmail|googlemail)\.com$/,
  rules: [
    {
      rule: 'google-relay-peak',
      source: RELAY_ERRORS,
      code: [450],
      enhanced: ['4.2.1'],
      words: /peak SMTP relay limit exceeded/i,
      means: { action: 'slow', scope: 'relay' },
    },
    // For the relay's customer, the relay's user, and the user of smtp.gmail.com.
    {
      rule: 'google-daily-limit',
      source: ERRORS,
      code: [550],
      enhanced: ['5.4.5'],
      words: /daily .*(?:limit|quota) exceeded/i,
      means: {
        action: 'rest',
        scope: 'relay',
        restMs: REST_FOR_A_DAILY_QUOTA,
        meaning: "The account's limit of messages in a day is reached.",
      },
    },
    {
      rule: 'google-unsolicited-rate',
      source: ERRORS,
      code: [421],
      enhanced: ['4.7.0', '4.7.28'],
      words: /unusual (?:rate|amount) of (?:unsolicited )?e?mail|temporarily rate limited/i,
      means: { action: 'slow', scope: 'domain' },
    },
    // What the relay says at EHLO to who comes too often.
    {
      rule: 'google-busy',
      source: ERRORS,
      code: [421],
      enhanced: ['4.7.0', '4.3.0'],
      words: /try again later, closing connection|temporary system problem/i,
      means: { action: 'slow', scope: 'domain' },
    },
    // RFC 7372 3.3 gives X.7.26 to more than one failed check. Elsewhere it ends one delivery: a single odd recipient could
    // hold up a list for ever. Gmail is too many of the recipients for that, and means the sender.
    {
      rule: 'google-unauthenticated',
      source: ERRORS,
      code: [550],
      enhanced: ['5.7.26'],
      words: /\bunauthenticated\b|authentication (?:information|checks)|hard fail policy/i,
      means: {
        action: 'stop',
        meaning: "Gmail wants SPF or DKIM to pass, and DMARC for From's domain. Set them up in DNS.",
      },
    },
  ],
};
