// A campaign through Debian's OpenSMTPD, which offers no PIPELINING.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startOpensmtpd } from '../../servers/opensmtpd.js';
import { notUnpacked } from '../../servers/unpacked.js';
import { wholeCampaign } from '../third-party-campaign.js';

test('OpenSMTPD takes a whole campaign, everybody once', {
  skip: notUnpacked('opensmtpd'),
}, async (t) => {
  const opensmtpd = await startOpensmtpd({ settings: ['smtp limit max-mails 10000'] });
  t.after(() => opensmtpd.stop());
  await wholeCampaign(t, opensmtpd);
  assert.ok(!/failed-command/.test(await opensmtpd.log()), 'a command was refused');
});

test('its hundred messages a connection cost a new connection, and nobody an attempt', {
  skip: notUnpacked('opensmtpd'),
}, async (t) => {
  const opensmtpd = await startOpensmtpd({});
  t.after(() => opensmtpd.stop());
  await wholeCampaign(t, opensmtpd, ['--connections', '1']);
  const refused = (await opensmtpd.log()).match(/Too many messages sent/g) ?? [];
  assert.ok(refused.length >= 2, `${refused.length}`);
});
