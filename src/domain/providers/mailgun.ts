// What Mailgun says to an account or domain that it limits or will not serve. Data.

import { type Provider, REST_FOR_AN_HOURLY_QUOTA } from '../rule.js';

const PROBATION = 'https://help.mailgun.com/hc/en-us/articles/115001124753-Account-Sending-Limitation';
const DISABLED = 'https://help.mailgun.com/hc/en-us/articles/202051664-My-domain-has-been-disabled-Now-what';

// Mailgun publishes the causes, not the words. Those are as clients reported them:
// https://github.com/coopdevs/timeoverflow/issues/820 and https://github.com/Monstarrrr/rebutify/issues/162
export const MAILGUN: Provider = {
  relays: /^smtp(?:\.eu)?\.mailgun\.org$/,
  rules: [
    // It names the moment: "recipient limit exceeded, try again after Sun, 05 Oct 2025 19:22:44 UTC".
    {
      rule: 'mailgun-limit',
      source: PROBATION,
      code: 4,
      words: /domain \S+ is not allowed to send: (?:recipient|request) limit exceeded/i,
      means: {
        action: 'rest',
        scope: 'relay',
        restMs: REST_FOR_AN_HOURLY_QUOTA,
        moment: /try again after (\w{3}, \d\d? \w{3} \d{4} \d\d:\d\d:\d\d (?:UTC|GMT))/i,
        meaning: "The account's limit for now is reached.",
      },
    },
    {
      rule: 'mailgun-domain',
      source: DISABLED,
      code: 'no',
      words: /domain \S+ is not allowed to send/i,
      means: {
        action: 'stop',
        meaning: "Mailgun's control panel says what it wants of this account or domain.",
      },
    },
  ],
};
