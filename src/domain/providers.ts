// What is known of relays by their host names: whose they are, the rules that hold for their replies, their habits.
// The rules are data, a file for each provider in providers/, each with its source.

import { AMAZON_SES } from './providers/amazon-ses.js';
import { BREVO } from './providers/brevo.js';
import { GOOGLE } from './providers/google.js';
import { MAILGUN } from './providers/mailgun.js';
import { MICROSOFT } from './providers/microsoft.js';
import { RESEND } from './providers/resend.js';
import { SENDGRID } from './providers/sendgrid.js';
import { YAHOO } from './providers/yahoo.js';
import type { Provider, Rule } from './rule.js';

// Postmark is not among them: its SMTP relay takes every message and tells of a refusal by a webhook.
// https://postmarkapp.com/developer/webhooks/smtp-api-error
const PROVIDERS: readonly Provider[] = [
  AMAZON_SES,
  SENDGRID,
  MICROSOFT,
  GOOGLE,
  YAHOO,
  MAILGUN,
  RESEND,
  BREVO,
];

/**
 * The rules that hold for a relay's replies. `relay` is its name or host, such as `smtp://smtp.gmail.com:587`, maybe with an
 * account's name in parentheses behind it; empty when it is not known. The words of a provider count on any relay, since relays pass on what the recipients' servers say, and
 * stand in front of others'.
 */
export function rulesFor(relay: string): readonly Rule[] {
  const host = hostOf(relay);
  return PROVIDERS.flatMap(({ relays, rules }) => {
    const own = relays.test(host);
    return rules.filter((rule) => rule.own !== true || own).map((rule) => (own ? ofRelay(rule) : rule));
  });
}

/** What a recipients' server says of its own domains, its relay says of everything that goes through it. */
function ofRelay(rule: Rule): Rule {
  if (rule.means.action !== 'slow') return rule;
  return { ...rule, means: { ...rule.means, scope: 'relay' } };
}

function hostOf(relay: string): string {
  return relay
    .replace(/^[a-z+]+:\/\/(?:.*@)?/i, '')
    .replace(/ \(.*\)$/, '')
    .replace(/:\d+$/, '')
    .toLowerCase();
}

/**
 * Amazon SES replaces the Message-ID and Date headers, so a signature over them would break there.
 * https://docs.aws.amazon.com/ses/latest/dg/header-fields.html. `host` in lower case.
 */
export function replacesMessageId(host: string): boolean {
  return AMAZON_SES.relays.test(host);
}
