// `mailblast send --test me@example.com`: a message to the author through each relay, the campaign's ledger untouched.

import type { CampaignRequest } from '../../engine/begin.js';
import { returnPathOf } from '../../engine/content.js';
import type { Route } from '../../engine/route.js';
import { mailbox } from '../../engine/sender.js';
import { sendTest } from '../../engine/test-message.js';
import { EXIT } from '../exit-codes.js';
import type { SendOptions } from '../options.js';
import type { Output } from '../output.js';
import { makeRoutes, type RouteChoice } from '../routes.js';
import { withThrowAwayLedger } from '../throw-away-ledger.js';
import { size } from '../words.js';

export async function runTestMessage(
  request: CampaignRequest,
  chosen: readonly RouteChoice[],
  options: SendOptions,
  output: Output,
): Promise<number> {
  const { from, replyTo, returnPath } = request;
  const sender = {
    from,
    replyTo,
    returnPath: returnPathOf(returnPath, mailbox('--from', from).address.address),
  };
  const { routes, notes } = makeRoutes(chosen, sender);
  for (const note of notes) output.say(note);
  for (const route of routes) await throughOne(request, route, options, output);
  return EXIT.done;
}

function throughOne(
  request: CampaignRequest,
  { relay, sign, sender }: Route,
  options: SendOptions,
  output: Output,
): Promise<void> {
  return withThrowAwayLedger(async (ledger) => {
    const test = { to: options.test, line: options.row, now: Date.now(), sign, sender };
    const sent = await sendTest(request, ledger, relay, test);
    const { address, line } = sent.recipient;
    output.say(
      `A test message went to ${sent.to} (${size(sent.octets)}), rendered for ${address} on line ${line}.`,
    );
    output.say(`${relay.name} said: ${sent.reply}`);
    output.json({
      event: 'test',
      to: sent.to,
      line,
      octets: sent.octets,
      reply: sent.reply,
      relay: relay.name,
    });
  });
}
