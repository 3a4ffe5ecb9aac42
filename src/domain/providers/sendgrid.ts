// What Twilio SendGrid says of its limits and of senders that it does not know. Data.

import { type Provider, REST_FOR_A_DAILY_QUOTA } from '../rule.js';

const ERRORS =
  'https://www.twilio.com/docs/sendgrid/for-developers/sending-email/smtp-errors-and-troubleshooting';

export const SENDGRID: Provider = {
  relays: /^smtp(?:\.eu)?\.sendgrid\.net$/,
  rules: [
    // Said to the login, and yet nothing is wrong with it: the credits come back at midnight UTC on a free plan.
    // https://support.sendgrid.com/hc/en-us/articles/35466138799899
    {
      rule: 'sendgrid-credits',
      source: ERRORS,
      code: [451],
      words: /maximum credits exceeded/i,
      means: {
        action: 'rest',
        scope: 'relay',
        restMs: REST_FOR_A_DAILY_QUOTA,
        meaning: "The account's credits are used up.",
      },
    },
    // 403 is no code of SMTP's own, and reads as temporary; the sender is wrong until it is verified.
    {
      rule: 'sendgrid-sender',
      source: ERRORS,
      code: [403, 550],
      words:
        /not authorized to send from that email address|from address does not match a verified sender identity/i,
      means: { action: 'stop', meaning: "Verify --from's address or domain as a Sender Identity." },
    },
    {
      rule: 'sendgrid-login',
      source: ERRORS,
      code: [550],
      words: /unauthenticated senders not allowed/i,
      means: { action: 'stop', meaning: 'It asks for a login: the user is apikey, the password an API key.' },
    },
  ],
};
