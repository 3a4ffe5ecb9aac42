// Relays that many send through: the hosts they are reached at, and what a sender's SPF record includes for them. Data.

export interface KnownRelay {
  readonly name: string;
  readonly hosts: RegExp;
  /** The domain behind `include:`. */
  readonly spf: string;
  readonly source: string;
}

const KNOWN: readonly KnownRelay[] = [
  {
    name: 'Amazon SES',
    hosts: /^email-smtp(?:-fips)?\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/,
    spf: 'amazonses.com',
    source: 'https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-spf.html',
  },
  {
    name: 'Google',
    hosts: /^(?:smtp|smtp-relay)\.(?:gmail|google|googlemail)\.com$/,
    spf: '_spf.google.com',
    source: 'https://support.google.com/a/answer/33786',
  },
  {
    name: 'Microsoft 365',
    hosts: /^smtp\.office365\.com$|\.mail\.protection\.outlook\.com$/,
    spf: 'spf.protection.outlook.com',
    source: 'https://learn.microsoft.com/defender-office-365/email-authentication-spf-configure',
  },
  {
    name: 'SendGrid',
    hosts: /^smtp\.(?:eu\.)?sendgrid\.net$/,
    spf: 'sendgrid.net',
    source: 'https://www.twilio.com/docs/sendgrid/ui/account-and-settings/spf-records',
  },
  {
    name: 'Mailgun',
    hosts: /^smtp\.(?:eu\.)?mailgun\.org$/,
    spf: 'mailgun.org',
    source: 'https://documentation.mailgun.com/docs/mailgun/user-manual/domains/domains-verify',
  },
];

/** `host` in lower case. */
export function knownRelay(host: string): KnownRelay | undefined {
  return KNOWN.find(({ hosts }) => hosts.test(host));
}
