// A provider's events as JSON, one object a line: which messages it took. Knows no provider's whole format: an object is
// about a message when any text in it is the message's Message-ID or X-Mailblast-ID, however deep it stands.

import type { LogKind, Sign, Wanted } from './kinds.js';

/**
 * Events that only a message can have that was taken.
 * Twilio SendGrid: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event ("processed" and later).
 * Amazon SES: https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html ("Send" and later).
 * Mailgun: https://documentation.mailgun.com/docs/mailgun/user-manual/events/events ("accepted" and later).
 */
const AFTER_TAKING: ReadonlySet<string> = new Set(
  (
    'accepted processed send sent delivered delivery deferred deliverydelay bounce bounced ' +
    'open opened click clicked complaint complained spamreport unsubscribe unsubscribed'
  ).split(' '),
);

/** The keys under which the event's name stands. */
const NAMES = ['event', 'eventType', 'event_type', 'notificationType'];

export const events: LogKind = {
  name: 'events',
  line: /^\s*\{.*\}\s*$/,
  reader(wanted) {
    return (line): Sign | undefined => {
      if (!events.line.test(line)) return undefined;
      const event = parsed(line);
      if (event === undefined) return undefined;
      const messageId = namedIn(event, wanted);
      if (messageId === undefined) return undefined;
      const names = NAMES.map((key) => event[key]).filter((name) => typeof name === 'string');
      const taken = names.some((name) => AFTER_TAKING.has(name.toLowerCase().replace(/[^a-z]/g, '')));
      return { messageId, says: taken ? 'taken' : 'begun' };
    };
  },
};

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function namedIn(value: unknown, wanted: Wanted): string | undefined {
  if (typeof value === 'string') return wanted(value.trim().replace(/^<|>$/g, ''));
  if (typeof value !== 'object' || value === null) return undefined;
  for (const each of Object.values(value)) {
    const found = namedIn(each, wanted);
    if (found !== undefined) return found;
  }
  return undefined;
}
