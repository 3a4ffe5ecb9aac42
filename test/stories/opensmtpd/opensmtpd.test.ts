// A campaign through Debian's OpenSMTPD, which offers no PIPELINING.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startOpensmtpd } from '../../servers/opensmtpd.js';
import { notUnpacked } from '../../servers/unpacked.js';
import { wholeCampaign } from '../third-party-campaign.js';

test('OpenSMTPD takes a whole campaign, everybody once', {
  skip: notUnpacked('opensmtpd'),
}, async (t) => {
  // By default it says "452 4.5.3 Too many recipients: Too many messages sent" to every MAIL behind a connection's
  // hundredth, which defers those left by a minute: a matter of the policy, not of this story.
  const opensmtpd = await startOpensmtpd({ settings: ['smtp limit max-mails 10000'] });
  t.after(() => opensmtpd.stop());
  await wholeCampaign(t, opensmtpd);
  assert.ok(!/failed-command/.test(await opensmtpd.log()), 'a command was refused');
});
