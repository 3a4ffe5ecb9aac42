// What is known of relays by their host names, as data with its source.

import type { Rule } from './rule.js';

/**
 * Amazon SES replaces the Message-ID and Date headers, so a signature over them would break there.
 * https://docs.aws.amazon.com/ses/latest/dg/header-fields.html; hosts as in
 * https://docs.aws.amazon.com/general/latest/gr/ses.html
 */
const AMAZON_SES = /^email-smtp(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/;

/** Whether the relay writes a Message-ID and Date of its own. `host` in lower case. */
export function replacesMessageId(host: string): boolean {
  return AMAZON_SES.test(host);
}

/** The rules that hold for a relay. `relay` is its name or host; empty when it is not known. */
export function rulesFor(_relay: string): readonly Rule[] {
  return [];
}
