// What Yahoo says of mail that it does not want at this pace; AOL and others are served by the same hosts. Data.

import type { Provider } from '../rule.js';

export const YAHOO: Provider = {
  relays: /^smtp\.(?:mail\.)?(?:yahoo|aol)\.com$/,
  rules: [
    // "Unexpected volume or user complaints": TS01 and TS02 are the older names of TSS04 and TSS05.
    {
      rule: 'yahoo-deferred',
      source: 'https://senders.yahooinc.com/smtp-error-codes/',
      code: [421, 451],
      words: /\[TS(?:S0\d|0[12])\]/,
      means: { action: 'slow', scope: 'domain' },
    },
    // A temporary code, but Yahoo asks not to send it again until what caused it is mended.
    {
      rule: 'yahoo-permanently-deferred',
      source: 'http://help.yahoo.com/kb/index?page=content&id=SLN3436',
      code: [421],
      words: /\[TS03\]|permanently deferred/i,
      means: {
        action: 'stop',
        meaning: "Yahoo takes nothing more from the relay's address until the complaints about it end.",
      },
    },
  ],
};
