// What Microsoft says: Exchange Online as a relay (client submission), and Outlook.com as the recipients' server. Data.

import { type Provider, REST_FOR_A_DAILY_QUOTA } from '../rule.js';

const SUBMISSION =
  'https://learn.microsoft.com/en-us/exchange/troubleshoot/send-emails/smtp-submission-improvements';
const REPORTS =
  'https://learn.microsoft.com/en-us/troubleshoot/exchange/email-delivery/ndr/non-delivery-reports-in-exchange-online';
const CONTINUOUS =
  'https://learn.microsoft.com/en-us/exchange/mail-flow-best-practices/continuous-error-throttling-smtp-auth-submissions';
const OUTLOOK_LEVEL =
  'https://support.microsoft.com/en-us/topic/fix-ndr-error-550-5-7-515-in-outlook-com-34cfe8f8-6fbf-457e-9e8b-9e4dbaf4e0ef';
const OUTLOOK_BLOCKS =
  'https://support.sendgrid.com/hc/en-us/articles/38465017420955-Troubleshooting-Microsoft-Delivery-Issues-550-5-7-1-S3140-S3150-Blocks';

export const MICROSOFT: Provider = {
  relays: /^(?:smtp\.office365\.com|smtp-mail\.outlook\.com|.+\.protection\.outlook\.com)$/,
  rules: [
    // Each connection beyond the third gets this, also after a body.
    {
      rule: 'microsoft-connections',
      source: SUBMISSION,
      code: [432],
      enhanced: ['4.3.2'],
      words: /concurrent connections? limit exceeded|sender thread limit exceeded/i,
      means: { action: 'slow', scope: 'relay', connectionsAtMost: 3 },
    },
    // 10,000 recipients in any 24 hours.
    {
      rule: 'microsoft-recipient-limit',
      source: REPORTS,
      code: 5,
      enhanced: ['5.1.90'],
      means: {
        action: 'rest',
        scope: 'relay',
        restMs: REST_FOR_A_DAILY_QUOTA,
        meaning: "The mailbox's limit of recipients in a day is reached.",
      },
    },
    // 5.2.2 alone is a full mailbox, which is the recipient's own matter: the words decide.
    {
      rule: 'microsoft-submission-quota',
      source: REPORTS,
      code: 5,
      enhanced: ['5.2.2', '5.2.0'],
      words: /submission ?quota ?exceeded/i,
      means: {
        action: 'rest',
        scope: 'relay',
        restMs: REST_FOR_A_DAILY_QUOTA,
        meaning: "The mailbox's limit of recipients or messages is reached.",
      },
    },
    {
      rule: 'microsoft-tenant-limit',
      source: REPORTS,
      code: 5,
      enhanced: ['5.7.232', '5.7.233'],
      means: {
        action: 'rest',
        scope: 'relay',
        restMs: REST_FOR_A_DAILY_QUOTA,
        meaning: "The organisation's limit of external recipients in a day is reached.",
      },
    },
    // Sent messages are kept, and fill the mailbox.
    {
      rule: 'microsoft-sender-full',
      source: SUBMISSION,
      code: [554],
      enhanced: ['5.2.2'],
      words: /mailbox full; STOREDRV\.Submission/i,
      means: { action: 'stop', meaning: "The sender's own mailbox is full: empty its Sent Items." },
    },
    {
      rule: 'microsoft-send-as',
      source: CONTINUOUS,
      code: 5,
      words: /SendAsDenied|not allowed to send as/i,
      means: {
        action: 'stop',
        meaning: 'The login may not send as --from: give it the right to, or use its own address.',
      },
    },
    {
      rule: 'microsoft-continuous-errors',
      source: CONTINUOUS,
      code: [550],
      enhanced: ['5.2.251', '5.2.252', '5.2.253', '5.2.254', '5.2.255'],
      words: /sender throttled due to continuous/i,
      means: { action: 'stop', meaning: 'Mend what it names before the next run.' },
    },
    {
      rule: 'microsoft-suspicious',
      source: REPORTS,
      code: 4,
      words: /access denied, please try again later/i,
      means: { action: 'slow', scope: 'domain' },
    },
    {
      rule: 'outlook-authentication',
      source: OUTLOOK_LEVEL,
      code: [550],
      enhanced: ['5.7.515'],
      means: {
        action: 'stop',
        meaning: "Outlook.com wants SPF, DKIM and DMARC to pass for From's domain. Set them up in DNS.",
      },
    },
    {
      rule: 'outlook-block-list',
      source: OUTLOOK_BLOCKS,
      code: [550],
      words: /\bS31[45]0\b/,
      means: {
        action: 'stop',
        meaning:
          "The relay's address is on Outlook.com's block list. Only its operator can have it taken off.",
      },
    },
  ],
};
