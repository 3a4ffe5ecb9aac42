// Each provider's words come to what is right, by the rule that is named: without the rule, its row here fails.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain, type NamedStage } from '../../src/domain/explanation.js';
import { rulesFor } from '../../src/domain/providers.js';
import type { Reply } from '../../src/domain/reply.js';
import { STANDARDS } from '../../src/domain/standards.js';
import { parseReply } from '../../src/relay/replies.js';

interface Row {
  readonly says: string;
  /** Guessed when not given, as `mailblast explain` does. */
  readonly stage?: NamedStage;
  readonly relay?: string;
  readonly comes: string;
  readonly rule: string;
}

const ROWS: readonly Row[] = [
  {
    says: '454 Throttling failure: Maximum sending rate exceeded.',
    comes: 'slow relay',
    rule: 'ses-sending-rate',
  },
  {
    says: '454 Throttling failure: Maximum sending rate exceeded.',
    stage: 'rcpt',
    comes: 'slow relay',
    rule: 'ses-sending-rate',
  },
  {
    says: '454 Throttling failure: Daily message quota exceeded.',
    comes: 'rest 60 min relay',
    rule: 'ses-daily-quota',
  },
  {
    says: '554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: a@example.com',
    comes: 'stop',
    rule: 'ses-not-verified',
  },
  {
    says: '421 Too many concurrent SMTP connections',
    stage: 'connect',
    comes: 'slow relay',
    rule: 'connections',
  },
  {
    says: '451 Authentication failed: Maximum credits exceeded',
    comes: 'rest 60 min relay',
    rule: 'sendgrid-credits',
  },
  {
    says: '451 Authentication failed: Maximum credits exceeded',
    stage: 'body',
    comes: 'rest 60 min relay',
    rule: 'sendgrid-credits',
  },
  {
    says: '403 You are not authorized to send from that email address',
    comes: 'stop',
    rule: 'sendgrid-sender',
  },
  {
    says: '550 The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.',
    comes: 'stop',
    rule: 'sendgrid-sender',
  },
  { says: '550 Unauthenticated senders not allowed', stage: 'rcpt', comes: 'stop', rule: 'sendgrid-login' },
  {
    says: '432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.',
    comes: 'slow relay, 3 connections',
    rule: 'microsoft-connections',
  },
  {
    says: '432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded',
    stage: 'auth',
    comes: 'slow relay, 3 connections',
    rule: 'microsoft-connections',
  },
  {
    says: "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
    comes: 'rest 60 min relay',
    rule: 'microsoft-recipient-limit',
  },
  {
    says: '550 5.2.2 Submission quota exceeded',
    comes: 'rest 60 min relay',
    rule: 'microsoft-submission-quota',
  },
  {
    says: '554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException',
    comes: 'rest 60 min relay',
    rule: 'microsoft-submission-quota',
  },
  { says: '552 5.2.2 Mailbox full', stage: 'rcpt', comes: 'reject', rule: 'rcpt-5yz' },
  {
    says: "550 5.7.233 Your message can't be sent because your tenant exceeded its daily limit for sending email to external recipients",
    comes: 'rest 60 min relay',
    rule: 'microsoft-tenant-limit',
  },
  {
    says: '554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded',
    comes: 'stop',
    rule: 'microsoft-sender-full',
  },
  {
    says: '554 5.2.252 SendAsDenied; a@example.com not allowed to send as b@example.com',
    comes: 'stop',
    rule: 'microsoft-send-as',
  },
  {
    says: '550 5.2.255 Sender throttled due to continuous invalid recipients errors.',
    comes: 'stop',
    rule: 'microsoft-continuous-errors',
  },
  {
    says: '451 4.7.500 Server busy. Access denied, please try again later',
    comes: 'slow domain',
    rule: 'microsoft-suspicious',
  },
  {
    says: '550 5.7.515 Access denied, sending domain EXAMPLE.COM does not meet the required authentication level.',
    comes: 'stop',
    rule: 'outlook-authentication',
  },
  {
    says: "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140).",
    stage: 'mail',
    comes: 'stop',
    rule: 'outlook-block-list',
  },
  {
    says: '450 4.2.1 Peak SMTP relay limit exceeded for this customer. This is a temporary error.',
    stage: 'rcpt',
    comes: 'slow relay',
    rule: 'google-relay-peak',
  },
  {
    says: '450 4.2.1 The user you are trying to contact is receiving mail too quickly.',
    stage: 'rcpt',
    comes: 'retry',
    rule: 'rcpt-4yz',
  },
  {
    says: '550 5.4.5 Daily SMTP relay limit exceeded for this customer.',
    comes: 'rest 60 min relay',
    rule: 'google-daily-limit',
  },
  {
    says: '550 5.4.5 Daily user sending quota exceeded. o65sm25351206pga.71 - gsmtp',
    comes: 'rest 60 min relay',
    rule: 'google-daily-limit',
  },
  {
    says: '421 4.7.28 [192.0.2.1] Our system has detected an unusual rate of unsolicited mail originating from your IP address.',
    comes: 'slow domain',
    rule: 'google-unsolicited-rate',
  },
  {
    says: '421 4.7.0 [192.0.2.1 15] Our system has detected an unusual rate of unsolicited mail originating from your IP address.',
    relay: 'smtp://smtp-relay.gmail.com:587',
    comes: 'slow relay',
    rule: 'google-unsolicited-rate',
  },
  {
    says: '421 4.7.0 Try again later, closing connection. (EHLO)',
    stage: 'connect',
    comes: 'slow relay',
    rule: 'google-busy',
  },
  {
    says: '550 5.7.26 This mail has been blocked because the sender is unauthenticated.',
    comes: 'stop',
    rule: 'google-unauthenticated',
  },
  { says: '550 5.7.26 policy', comes: 'reject', rule: 'body-5yz' },
  {
    says: '421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1',
    stage: 'mail',
    comes: 'slow domain',
    rule: 'yahoo-deferred',
  },
  {
    says: '421 4.7.1 [TS03] All messages from 192.0.2.1 permanently deferred',
    stage: 'mail',
    comes: 'stop',
    rule: 'yahoo-permanently-deferred',
  },
  {
    says: '421 Domain example.org is not allowed to send: recipient limit exceeded, try again after Sun, 05 Oct 2025 19:22:44 UTC',
    stage: 'data',
    comes: 'rest 15 min relay',
    rule: 'mailgun-limit',
  },
  {
    says: '421 Domain example.org is not allowed to send: Please activate your Mailgun account.',
    stage: 'data',
    comes: 'stop',
    rule: 'mailgun-domain',
  },
  { says: '450 Too many requests.', relay: 'smtp.resend.com', comes: 'slow relay', rule: 'resend-rate' },
  { says: '450 Too many requests.', relay: 'mail.example.com', comes: 'retry', rule: 'body-4yz' },
  {
    says: '550 You have reached your daily email sending quota.',
    relay: 'smtp.resend.com',
    comes: 'rest 60 min relay',
    rule: 'resend-quota',
  },
  {
    says: '550 The example.com domain is not verified. Please, add and verify your domain.',
    relay: 'smtps://smtp.resend.com:465',
    comes: 'stop',
    rule: 'resend-domain',
  },
  {
    says: '502 5.7.0 Your SMTP account is not yet activated. Please contact us',
    stage: 'rcpt',
    comes: 'stop',
    rule: 'brevo-not-activated',
  },
  { says: '502 5.7.0 Please authenticate first', stage: 'rcpt', comes: 'stop', rule: 'brevo-login' },
  {
    says: '452 4.5.3 Too many recipients: Too many messages sent',
    stage: 'mail',
    comes: 'put_back',
    rule: 'session-spent',
  },
  // A quota of somebody else's, at the same place.
  { says: '452 4.5.3 Daily message limit exceeded', stage: 'mail', comes: 'retry', rule: 'mail-4yz' },
  {
    says: '421 4.7.0 mx.example.com Error: too many connections from 192.0.2.1',
    stage: 'connect',
    comes: 'slow relay',
    rule: 'connections',
  },
  {
    says: '450 4.7.1 Error: too much mail from 192.0.2.1',
    stage: 'mail',
    comes: 'slow relay',
    rule: 'client-rate',
  },
  {
    says: '421 4.3.2 All server ports are busy',
    stage: 'connect',
    comes: 'slow relay',
    rule: 'server-ports-busy',
  },
  {
    says: '452 4.3.1 Insufficient system storage',
    stage: 'mail',
    comes: 'rest 5 min relay',
    rule: 'no-room',
  },
  {
    says: '450 4.2.0 <a@example.org>: Recipient address rejected: Greylisted, see http://postgrey.example/help',
    stage: 'rcpt',
    comes: 'retry after 5 min',
    rule: 'greylisted',
  },
  { says: '421 4.4.5 Server busy, try again later.', stage: 'mail', comes: 'slow relay', rule: 'congestion' },
  { says: '451 4.7.28 Mail flood', comes: 'slow domain', rule: 'mail-flood' },
  { says: '552 Message size exceeds fixed limit', stage: 'mail', comes: 'reject', rule: 'too-large' },
  { says: '554 5.3.4 Message too big', stage: 'mail', comes: 'reject', rule: 'too-large-enhanced' },
  {
    says: '530 5.7.0 Must issue a STARTTLS command first',
    stage: 'mail',
    comes: 'stop',
    rule: 'login-required',
  },
  { says: '550 5.7.13 User account disabled', comes: 'stop', rule: 'login-wrong' },
  {
    says: '554 5.7.1 <a@example.org>: Relay access denied',
    stage: 'rcpt',
    comes: 'stop',
    rule: 'relaying-denied',
  },
  {
    says: '550 5.1.1 <a@example.org>: Recipient address rejected: undeliverable address: host mx.example.org[192.0.2.9] said: 550 5.7.1 Relaying denied',
    stage: 'rcpt',
    comes: 'reject',
    rule: 'rcpt-5yz',
  },
  {
    says: '550 5.1.1 <a@example.org>: Recipient address rejected: undeliverable address: host mx.example.org[192.0.2.9] said: 550 Sender address rejected',
    stage: 'rcpt',
    comes: 'reject',
    rule: 'rcpt-5yz',
  },
  {
    says: '553 5.7.1 <a@example.com>: Sender address rejected: not owned by user news',
    stage: 'rcpt',
    comes: 'stop',
    rule: 'sender-rejected',
  },
  {
    says: '501 5.1.8 Access denied, bad outbound sender',
    stage: 'rcpt',
    comes: 'stop',
    rule: 'sender-invalid',
  },
];

function replyOf(text: string): Reply {
  const reply = parseReply(text);
  assert.ok(reply !== undefined, text);
  return reply;
}

function comesTo({ says, stage, relay }: Row): { comes: string; rule: string; source: string } {
  const { verdict } = explain(replyOf(says), stage, relay);
  const { rule, source } = verdict;
  const scope = 'scope' in verdict ? ` ${verdict.scope}` : '';
  const rest = 'restMs' in verdict ? ` ${verdict.restMs / 60_000} min` : '';
  const after = 'afterMs' in verdict ? ` after ${Number(verdict.afterMs) / 60_000} min` : '';
  const connections = 'connectionsAtMost' in verdict ? `, ${verdict.connectionsAtMost} connections` : '';
  return { comes: `${verdict.action}${rest}${after}${scope}${connections}`, rule, source };
}

for (const row of ROWS) {
  const where = [row.stage, row.relay].filter((each) => each !== undefined).join(', ');
  test(`"${row.says.slice(0, 70)}" (${where}): ${row.comes}`, () => {
    const { comes, rule } = comesTo(row);
    assert.deepEqual({ comes, rule }, { comes: row.comes, rule: row.rule });
  });
}

/** Where rules stand that count on their own relay only. */
const RELAYS = ['', 'smtp.resend.com'];

test('every rule has a row here, and a source', () => {
  const rules = [...RELAYS.flatMap((relay) => rulesFor(relay)), ...STANDARDS].filter(
    ({ rule }, index, all) => all.findIndex((each) => each.rule === rule) === index,
  );
  const tried = new Set(ROWS.map(({ rule }) => rule));
  assert.deepEqual(
    rules.map(({ rule }) => rule).filter((rule) => !tried.has(rule)),
    [],
  );
  assert.ok(rules.length > 30);
  assert.deepEqual(
    rules.filter(({ source }) => !/^(?:https?:\/\/\S+|RFC \d+)/.test(source)),
    [],
  );
});

test("words that anybody could say count on the provider's own relay only", () => {
  const says = (relay: string) =>
    comesTo({ says: '450 Too many requests.', relay, comes: '', rule: '' }).rule;
  assert.equal(says('smtp://smtp.resend.com:587'), 'resend-rate');
  assert.equal(says('smtp://user:p@ss/word@SMTP.resend.com:587'), 'resend-rate');
  assert.equal(says(''), 'body-4yz');
  assert.equal(says('smtp://smtp.resend.com.example.org:587'), 'body-4yz');
});

test('the words of a quota behind another code are no quota', () => {
  const { comes } = comesTo({
    says: '554 Throttling failure: Daily message quota exceeded',
    comes: '',
    rule: '',
  });
  assert.equal(comes, 'reject');
});

test('a login is told by its words when no stage is named, and everything else is said to the body', () => {
  const stageOf = (says: string) => explain(replyOf(says)).stage;
  assert.equal(stageOf('535 5.7.8 Error: authentication failed'), 'auth');
  assert.equal(stageOf('454 4.7.0 Temporary authentication failure'), 'auth');
  assert.equal(stageOf('535 Authentication Credentials Invalid'), 'auth');
  assert.equal(stageOf('451 Authentication failed: Maximum credits exceeded'), 'auth');
  assert.equal(stageOf('454 Throttling failure: Maximum sending rate exceeded'), 'body');
  assert.equal(stageOf('550 5.7.26 The sender is unauthenticated, Gmail requires authentication'), 'body');
  assert.equal(stageOf('550 5.7.515 does not meet the required authentication level'), 'body');
  assert.equal(stageOf('250 2.0.0 password newsletter queued'), 'body');
});

test('a yes before the body lets the conversation go on', () => {
  assert.equal(comesTo({ says: '235 ok', stage: 'auth', comes: '', rule: '' }).comes, 'accepted');
  assert.equal(comesTo({ says: '354 go', stage: 'data', comes: '', rule: '' }).comes, 'accepted');
  assert.equal(comesTo({ says: '250 ok', stage: 'data', comes: '', rule: '' }).comes, 'put_back');
});
