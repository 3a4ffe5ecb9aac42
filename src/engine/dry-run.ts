// Renders every row and sends nothing: the same import and the same letters as a real run, in a ledger that is thrown
// away. Opens no connection. What it finds is what a run would find.

import type { Campaign } from '../domain/campaign.js';
import type { Delivery } from '../domain/delivery.js';
import { UnmergeableRow } from '../domain/errors.js';
import type { Imported, Ledger } from '../store/ledger.js';
import { begin, type CampaignRequest } from './begin.js';
import { Letters, type PersonalMessage, type Sign } from './letters.js';

export interface DryRun {
  readonly campaign: Campaign;
  readonly imported: Imported;
  readonly notes: readonly string[];
  /** Who is on the list and must not be mailed. */
  readonly suppressed: number;
  /** Messages that would be sent. */
  readonly messages: number;
  /** Rows that the template cannot take, the first ones with their reasons; `unmergeable` counts all. */
  readonly unmergeable: number;
  readonly faults: readonly { readonly line: number; readonly address: string; readonly reason: string }[];
  /** Octets of the messages: all, and the largest with its recipient. */
  readonly octets: number;
  readonly largest: { readonly octets: number; readonly address: string } | undefined;
  readonly first: { readonly headers: string; readonly subject: string; readonly text: string } | undefined;
  readonly emptyFields: ReadonlyMap<string, number>;
}

const FAULTS_SHOWN = 10;
const CLAIM = 500;

/**
 * `ledger` is a new, empty one; `isSuppressed` asks the real one. `keep` is handed each message, for `--out`.
 * @throws MailblastError as `begin` does.
 */
export async function dryRun(
  request: CampaignRequest,
  ledger: Ledger,
  now: number,
  sign: Sign | undefined,
  isSuppressed: (key: string) => boolean,
  keep: (message: PersonalMessage) => Promise<void>,
): Promise<DryRun> {
  const { campaign, imported, notes, lock } = await begin(request, ledger, now, async () => true);
  try {
    const letters = new Letters(campaign, ledger.secret, sign);
    const faults: { line: number; address: string; reason: string }[] = [];
    let unmergeable = 0;
    let suppressed = 0;
    let messages = 0;
    let octets = 0;
    let largest: DryRun['largest'];
    let first: DryRun['first'];
    for await (const delivery of everyDelivery(ledger, campaign, now)) {
      if (isSuppressed(delivery.key)) {
        suppressed++;
        continue;
      }
      try {
        const message = letters.write(delivery, now);
        const size = message.octets.length;
        octets += size;
        if (largest === undefined || size > largest.octets)
          largest = { octets: size, address: delivery.address };
        // A signature is made for what is shown or kept: for a million rows it would take minutes.
        first ??= { headers: headersOf((await letters.sign(message)).octets), ...letters.read(delivery) };
        await keep(message);
        messages++;
      } catch (error) {
        if (!(error instanceof UnmergeableRow)) throw error;
        unmergeable++;
        if (faults.length < FAULTS_SHOWN) {
          faults.push({ line: delivery.line, address: delivery.address, reason: error.message });
        }
      }
    }
    const { emptyFields } = letters;
    return {
      campaign,
      imported: imported!,
      notes,
      suppressed,
      messages,
      unmergeable,
      faults,
      octets,
      largest,
      first,
      emptyFields,
    };
  } finally {
    lock.release();
  }
}

async function* everyDelivery(ledger: Ledger, campaign: Campaign, now: number): AsyncGenerator<Delivery> {
  let after = { dueAt: -1, id: 0 };
  for (;;) {
    const claimed = await ledger.claim(campaign, after, now, CLAIM);
    yield* claimed;
    const last = claimed.at(-1);
    if (last === undefined) return;
    after = { dueAt: last.dueAt, id: last.id };
  }
}

/** The header section, without the empty line behind it. */
function headersOf(octets: Uint8Array): string {
  const message = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  return message.toString('latin1', 0, message.indexOf('\r\n\r\n'));
}
