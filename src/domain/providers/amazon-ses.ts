// What Amazon SES says of its limits and of an account that it will not serve. Data.

import { type Provider, REST_FOR_A_DAILY_QUOTA } from '../rule.js';

const QUOTAS = 'https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html';
const CODES = 'https://docs.aws.amazon.com/ses/latest/dg/troubleshoot-smtp.html';

export const AMAZON_SES: Provider = {
  // https://docs.aws.amazon.com/general/latest/gr/ses.html
  relays: /^email-smtp(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/,
  rules: [
    // Said after the body too: the message is dropped, and is ours to send again.
    {
      rule: 'ses-sending-rate',
      source: QUOTAS,
      code: [454],
      words: /throttling failure: maximum sending rate exceeded/i,
      means: { action: 'slow', scope: 'relay' },
    },
    {
      rule: 'ses-daily-quota',
      source: QUOTAS,
      code: [454],
      words: /throttling failure: daily message quota exceeded/i,
      means: {
        action: 'rest',
        scope: 'relay',
        restMs: REST_FOR_A_DAILY_QUOTA,
        meaning: "The account's quota of messages in 24 hours is used up.",
      },
    },
    // Of an account in SES's sandbox it is the recipient that is not verified, which is the account's matter all the same.
    {
      rule: 'ses-not-verified',
      source: CODES,
      code: [554],
      words: /email address is not verified/i,
      means: {
        action: 'stop',
        meaning:
          "Verify the sender's address or domain in this region; an account in the sandbox may write to verified addresses only.",
      },
    },
  ],
};
