// The letters of a campaign whose content was updated: what was marked before is written from the content that it was
// marked with (R6), everything else from the newest. Knows which content is whose; the writing is in letters.ts.

import type { Campaign, Sender } from '../domain/campaign.js';
import type { Delivery } from '../domain/delivery.js';
import type { Ledger } from '../store/ledger.js';
import { Letters, type PersonalMessage, type Sign } from './letters.js';

/** What a run needs of letters. */
export type Writer = Pick<Letters, 'write' | 'signed' | 'sign' | 'wipe' | 'emptyFields'>;

export class Editions implements Writer {
  readonly #campaign: Campaign;
  readonly #ledger: Pick<Ledger, 'content' | 'secret'>;
  readonly #sign: Sign | undefined;
  readonly #sender: Sender | undefined;
  readonly #newest: Letters;
  /** Earlier ones by their content's number, made when the first delivery needs them. */
  readonly #earlier = new Map<number, Letters>();

  /**
   * `sender`: whom the messages are from, if not from the campaign's own.
   * @throws MailblastError `data` when the content uses a field that no list of the campaign has.
   */
  constructor(
    campaign: Campaign,
    ledger: Pick<Ledger, 'content' | 'secret'>,
    sign: Sign | undefined,
    sender?: Sender,
  ) {
    this.#campaign = campaign;
    this.#ledger = ledger;
    this.#sign = sign;
    this.#sender = sender;
    this.#newest = new Letters(campaign, ledger.secret, sign, sender);
  }

  write(delivery: Delivery, now: number): PersonalMessage {
    return this.#of(delivery.content).write(delivery, now);
  }

  get signed(): boolean {
    return this.#newest.signed;
  }

  sign(message: PersonalMessage): Promise<PersonalMessage> {
    return this.#newest.sign(message);
  }

  wipe(message: PersonalMessage): void {
    this.#newest.wipe(message);
  }

  /** How often a field without a fallback was empty, by field, over all contents. */
  get emptyFields(): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const { emptyFields } of [this.#newest, ...this.#earlier.values()]) {
      for (const [field, times] of emptyFields) sums.set(field, (sums.get(field) ?? 0) + times);
    }
    return sums;
  }

  #of(number: number | undefined): Letters {
    if (number === undefined || number === this.#campaign.contentNumber) return this.#newest;
    let letters = this.#earlier.get(number);
    if (letters === undefined) {
      const content = this.#ledger.content(this.#campaign, number);
      letters = new Letters({ ...this.#campaign, content }, this.#ledger.secret, this.#sign, this.#sender);
      this.#earlier.set(number, letters);
    }
    return letters;
  }
}
