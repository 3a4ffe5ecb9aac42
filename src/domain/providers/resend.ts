// What Resend says of its limits and of senders that it does not know. Data.

import { type Provider, REST_FOR_A_DAILY_QUOTA } from '../rule.js';

const ERRORS = 'https://resend.com/docs/api-reference/errors';
const LIMITS = 'https://resend.com/docs/api-reference/rate-limit';

// Its SMTP relay stands in front of its API, whose words are published; with which codes SMTP says them is not. So any no
// will do, and words that others could use as well count on its own relay only.
export const RESEND: Provider = {
  relays: /^smtp\.resend\.com$/,
  rules: [
    {
      rule: 'resend-rate',
      source: LIMITS,
      code: 'no',
      words: /too many requests|rate.?limit/i,
      own: true,
      means: { action: 'slow', scope: 'relay' },
    },
    {
      rule: 'resend-quota',
      source: LIMITS,
      code: 'no',
      words: /(?:daily|monthly)[ _](?:\w+[ _]){0,2}quota/i,
      own: true,
      means: {
        action: 'rest',
        scope: 'relay',
        restMs: REST_FOR_A_DAILY_QUOTA,
        meaning: "The account's quota is used up.",
      },
    },
    {
      rule: 'resend-domain',
      source: ERRORS,
      code: 'no',
      words: /domain is not verified|only send testing emails to your own/i,
      own: true,
      means: { action: 'stop', meaning: "Verify From's domain with Resend." },
    },
  ],
};
