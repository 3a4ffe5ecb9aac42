// One message to one address of the author's own, rendered with a recipient of the list: `--test`.
// The campaign's ledger is not touched; ids and tokens are those of a ledger that is thrown away.

import { isAddress, parseAddress } from '../domain/address.js';
import type { Attempt } from '../domain/attempt.js';
import type { Campaign, Sender } from '../domain/campaign.js';
import type { Delivery } from '../domain/delivery.js';
import { MailblastError } from '../domain/errors.js';
import { judgeAttempt } from '../domain/policy.js';
import { formatReply } from '../domain/reply.js';
import { type Relay, RelayNotOpened } from '../relay/relay.js';
import type { Ledger } from '../store/ledger.js';
import { begin, type CampaignRequest } from './begin.js';
import { Letters, type PersonalMessage, type Sign } from './letters.js';

/** Stands before the subject, so that nobody takes it for the campaign. */
const MARK = '[Test] ';

export interface TestMessage {
  /** Whose fields it was rendered with. */
  readonly recipient: Delivery;
  readonly to: string;
  readonly octets: number;
  /** The relay's words. */
  readonly reply: string;
}

export interface TestOptions {
  readonly to: string;
  /** The list's line to render, 0 for the first usable one. */
  readonly line: number;
  readonly now: number;
  readonly sign: Sign | undefined;
  /** Whom it is from; undefined for the campaign's own sender. */
  readonly sender: Sender | undefined;
}

/**
 * Sends it. `ledger` is a new, empty one.
 * @throws MailblastError when it cannot be rendered, the relay cannot be used, or the relay does not take it.
 */
export async function sendTest(
  request: CampaignRequest,
  ledger: Ledger,
  relay: Relay,
  test: TestOptions,
): Promise<TestMessage> {
  const to = parseAddress(test.to);
  if (!isAddress(to)) throw new MailblastError('usage', `--test ${test.to}: ${to.reason}.`);
  const { campaign, lock } = await begin(request, ledger, test.now, async () => true);
  try {
    const recipient = await recipientOn(ledger, campaign, test);
    const content = { ...campaign.content, subject: `${MARK}${campaign.content.subject}` };
    const letters = new Letters({ ...campaign, content }, ledger.secret, test.sign, test.sender);
    const message = letters.write({ ...recipient, ...to }, test.now);
    const reply = await handOver(await letters.sign(message), relay);
    return { recipient, to: to.address, octets: message.octets.length, reply };
  } finally {
    lock.release();
  }
}

async function recipientOn(
  ledger: Ledger,
  campaign: Campaign,
  { line, now }: { readonly line: number; readonly now: number },
): Promise<Delivery> {
  let after = { dueAt: -1, id: 0 };
  for (;;) {
    const claimed = await ledger.claim(campaign, after, now, 500);
    const found = line === 0 ? claimed[0] : claimed.find((each) => each.line === line);
    if (found !== undefined) return found;
    const last = claimed.at(-1);
    if (last === undefined) {
      throw new MailblastError(
        'usage',
        `--row ${line}: no usable recipient begins on that line of the list.`,
      );
    }
    after = { dueAt: last.dueAt, id: last.id };
  }
}

async function handOver(message: PersonalMessage, relay: Relay): Promise<string> {
  try {
    const session = await relay.open();
    let attempt: Attempt | undefined;
    let taken = false;
    await session.run<PersonalMessage>({
      next: async () => {
        if (taken) return undefined;
        taken = true;
        return message;
      },
      nextNow: () => undefined,
      mark: async () => {},
      ended: (_, end) => {
        attempt = end;
      },
      notice: () => {},
    });
    return wordsOf(attempt, relay.name);
  } catch (error) {
    if (!(error instanceof RelayNotOpened)) throw error;
    const trouble = error.failure.stage === 'auth' ? 'refused' : 'unreachable';
    throw new MailblastError(trouble, `${relay.name}: ${error.failure.why}`, { cause: error });
  } finally {
    await relay.close();
  }
}

function wordsOf(attempt: Attempt | undefined, relay: string): string {
  if (attempt?.ended === 'replied') {
    if (judgeAttempt(attempt).action === 'accepted') return formatReply(attempt.reply);
    throw new MailblastError(
      'refused',
      `The relay did not take the test message: "${formatReply(attempt.reply)}".`,
    );
  }
  const why = attempt?.why ?? 'the connection was lost';
  throw new MailblastError(
    'unreachable',
    `${relay}: ${why}. Whether the test message went out is not known.`,
  );
}
