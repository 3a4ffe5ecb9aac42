// A campaign through Debian's Exim.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startExim } from '../../servers/exim.js';
import { notUnpacked } from '../../servers/unpacked.js';
import { wholeCampaign } from '../third-party-campaign.js';

test('Exim takes a whole campaign over STARTTLS, everybody once', {
  skip: notUnpacked('exim'),
}, async (t) => {
  const exim = await startExim();
  t.after(() => exim.stop());
  await wholeCampaign(t, exim);
  assert.match(await exim.log(), /<= news@example\.com .* X=TLS1\.[23]:/);
});
