// `mailblast send --test me@example.com`: one message to the author, the campaign's ledger untouched.

import type { CampaignRequest } from '../../engine/begin.js';
import { sendTest } from '../../engine/test-message.js';
import type { DkimSigner } from '../../message/dkim.js';
import type { Relay } from '../../relay/relay.js';
import { EXIT } from '../exit-codes.js';
import type { SendOptions } from '../options.js';
import type { Output } from '../output.js';
import { withThrowAwayLedger } from '../throw-away-ledger.js';
import { size } from '../words.js';

export function runTestMessage(
  request: CampaignRequest,
  relay: Relay,
  signer: DkimSigner | undefined,
  options: SendOptions,
  output: Output,
): Promise<number> {
  return withThrowAwayLedger(async (ledger) => {
    const test = { to: options.test, line: options.row, now: Date.now(), sign: signer?.signature };
    const sent = await sendTest(request, ledger, relay, test);
    for (const note of signer?.notes ?? []) output.say(note);
    const { address, line } = sent.recipient;
    output.say(
      `A test message went to ${sent.to} (${size(sent.octets)}), rendered for ${address} on line ${line}.`,
    );
    output.say(`${relay.name} said: ${sent.reply}`);
    output.json({ event: 'test', to: sent.to, line, octets: sent.octets, reply: sent.reply });
    return EXIT.done;
  });
}
