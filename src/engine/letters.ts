// Writes each recipient's message from a campaign's frozen content: merge, compose, done. What is the same for all is
// made once, here, at the beginning. Knows template and message; knows nothing of relays and the ledger.

import { domainOf, isAddress, type Mailbox, parseAddress } from '../domain/address.js';
import type { Outgoing } from '../domain/attempt.js';
import type { Campaign, Sender } from '../domain/campaign.js';
import type { Delivery } from '../domain/delivery.js';
import { UnmergeableRow } from '../domain/errors.js';
import { type PieceEncoder, PLAIN } from '../domain/pieces.js';
import { composer } from '../message/compose.js';
import { identify, token } from '../message/identity.js';
import { Slates } from '../message/slates.js';
import { Stencil } from '../message/stencil.js';
import { compileMerge, type Merge, type Part } from '../template/merge.js';
import { personalAttachment } from './personal-files.js';
import { mailbox } from './sender.js';

/** Merge fields that are always there, unless a column has the name. */
export const BUILTINS = ['email', 'campaign', 'token', 'unsubscribe_url'] as const;

/** One delivery's complete message. */
export interface PersonalMessage extends Outgoing {
  readonly delivery: Delivery;
  /** Its lines are known to be DKIM's relaxed form of themselves. */
  readonly relaxed: boolean;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
  /** The message's Date, milliseconds since 1970: kept with the first mark, so that a second copy has it too. */
  readonly date: number;
  /** Whether its mark was asked for. */
  marked: boolean;
  /** When a session was given it, monotonic milliseconds. */
  begun: number;
}

/**
 * Gives the header that signs a message when it stands in front of it; rejects when it cannot be made.
 * `relaxed`: the message's lines are known to be DKIM's relaxed form of themselves.
 */
export type Sign = (octets: Uint8Array, relaxed: boolean) => Promise<string>;

/** Octets left free in front of a message that will be signed: a signature with a key of 4096 bits has about 1100. */
const ROOM_TO_SIGN = 2048;

export class Letters {
  readonly #campaign: Campaign;
  readonly #secret: Uint8Array;
  readonly #from: Mailbox;
  readonly #returnPathText: string;
  /** The campaign's, whoever a relay's messages are from: a second copy by another relay has the same Message-ID (R5). */
  readonly #idDomain: string;
  readonly #compose: ReturnType<typeof composer>;
  readonly #sign: Sign | undefined;
  readonly #slates = new Slates();
  readonly #merges: {
    readonly subject: Merge;
    readonly text: Merge;
    readonly html: Merge;
    readonly unsubscribe: Merge;
    readonly returnPath: Merge;
  };
  readonly #headers: readonly (readonly [name: string, value: Merge])[];
  readonly #empty = new Map<string, number>();
  readonly #countEmpty = (field: string): void => {
    this.#empty.set(field, (this.#empty.get(field) ?? 0) + 1);
  };

  /**
   * `sender` takes the place of the campaign's own.
   * @throws MailblastError `data` when the content uses a field that no list of the campaign has.
   */
  constructor(campaign: Campaign, secret: Uint8Array, sign?: Sign, sender: Sender = campaign.content.sender) {
    const { content } = campaign;
    this.#sign = sign;
    this.#campaign = campaign;
    this.#secret = secret;
    this.#from = mailbox('--from', sender.from);
    this.#returnPathText = sender.returnPath;
    this.#idDomain = domainOf(mailbox('--from', content.sender.from).address);
    const stencil = new Stencil();
    const room = sign === undefined ? 0 : ROOM_TO_SIGN;
    this.#compose = composer(
      {
        from: this.#from,
        replyTo: sender.replyTo === '' ? undefined : mailbox('--reply-to', sender.replyTo),
        listId: content.listId,
        headers: [],
        stencil,
        attachments: content.attachments,
        related: content.related ?? [],
      },
      (length) => this.#slates.take(room + length).subarray(room),
    );
    this.#merges = {
      subject: this.#merge('header', content.subject, 'the subject'),
      text: this.#merge('text', content.text, 'the text part', stencil),
      html: this.#merge('html', content.html, 'the template', stencil),
      unsubscribe: this.#merge('url', content.unsubscribeUrl, '--unsubscribe-url'),
      returnPath: this.#merge('header', sender.returnPath, '--return-path'),
    };
    this.#headers = content.headers.map(([name, value]) => [
      name,
      this.#merge('header', value, `--header ${name}`),
    ]);
  }

  /** How often a field without a fallback was empty, by field. */
  get emptyFields(): ReadonlyMap<string, number> {
    return this.#empty;
  }

  /**
   * The delivery's message; `now` becomes its Date unless it was marked before.
   * @throws UnmergeableRow when a value cannot stand where the template puts it.
   */
  write(delivery: Delivery, now: number): PersonalMessage {
    const { content, id } = this.#campaign;
    const { fields } = delivery;
    const { builtins, unsubscribeUrl } = this.#builtins(delivery);
    const identity = identify(id, delivery.key, this.#idDomain);
    const date = delivery.markedAt ?? now;
    const { octets, relaxed } = this.#compose({
      to: { address: delivery.address, key: delivery.key },
      subject: this.#merges.subject.render(fields, builtins, this.#countEmpty),
      text: this.#merges.text.render(fields, builtins),
      html: this.#merges.html.render(fields, builtins, this.#countEmpty),
      date,
      messageId: identity.messageId,
      boundary: identity.boundary,
      key: identity.mailblastId,
      unsubscribeUrl,
      unsubscribeMailto: content.unsubscribeMailto,
      headers: this.#headers.map(([name, value]) => [name, value.render(fields, builtins)] as const),
      attachments:
        content.attachColumn === undefined ? [] : [personalAttachment(fields, content.attachColumn)],
    });
    return {
      envelope: { returnPath: this.#returnPath(delivery, builtins), recipient: delivery.address },
      octets,
      relaxed,
      writtenAt: now,
      delivery,
      date,
      marked: false,
      begun: 0,
    };
  }

  /** Whether messages are to be signed before they leave. */
  get signed(): boolean {
    return this.#sign !== undefined;
  }

  /** The message with its signature. Rejects when it cannot be signed: then nothing leaves. */
  async sign(message: PersonalMessage): Promise<PersonalMessage> {
    if (this.#sign === undefined) return message;
    const { octets, relaxed } = message;
    const header = Buffer.from(await this.#sign(octets, relaxed), 'latin1');
    const start = octets.byteOffset - header.length;
    if (start < 0) return { ...message, octets: Buffer.concat([header, octets]) };
    const signed = Buffer.from(octets.buffer, start, header.length + octets.length);
    header.copy(signed);
    return { ...message, octets: signed };
  }

  /** The message's octets are not needed any more: their memory serves another one. */
  wipe(message: PersonalMessage): void {
    this.#slates.wipe(message.octets);
  }

  /** The delivery's subject and text as its reader sees them. */
  read(delivery: Delivery): { readonly subject: string; readonly text: string } {
    const { builtins } = this.#builtins(delivery);
    const text = this.#merge('text', this.#campaign.content.text, 'the text part');
    return {
      subject: this.#merges.subject.render(delivery.fields, builtins),
      text: text.render(delivery.fields, builtins),
    };
  }

  /** The return path, filled in where it is a template (VERP). */
  #returnPath(delivery: Delivery, builtins: Readonly<Record<string, string>>): string {
    const returnPath = this.#returnPathText;
    if (!returnPath.includes('{{')) return returnPath;
    const filled = this.#merges.returnPath.render(delivery.fields, builtins);
    const parsed = parseAddress(filled);
    if (!isAddress(parsed)) throw new UnmergeableRow('--return-path', `gives ${filled}: ${parsed.reason}`);
    return parsed.address;
  }

  #builtins(delivery: Delivery): {
    readonly builtins: Record<string, string>;
    readonly unsubscribeUrl: string;
  } {
    const { content, name, id } = this.#campaign;
    const secret = this.#secret;
    const builtins = {
      email: delivery.address,
      campaign: name,
      // Made only for a template that has it.
      get token() {
        return token(secret, id, delivery.key);
      },
      unsubscribe_url: '',
    };
    const unsubscribeUrl = this.#merges.unsubscribe.render(delivery.fields, builtins);
    builtins.unsubscribe_url =
      unsubscribeUrl !== ''
        ? unsubscribeUrl
        : content.unsubscribeMailto === ''
          ? ''
          : `mailto:${content.unsubscribeMailto}`;
    return { builtins, unsubscribeUrl };
  }

  #merge(part: Part, source: string, what: string, encoder: PieceEncoder = PLAIN): Merge {
    const { columns, content } = this.#campaign;
    const schema = {
      columns,
      builtins: BUILTINS,
      jsonColumns: content.jsonColumns,
      rawFields: content.rawFields,
      locale: content.locale,
    };
    return compileMerge(part, source, { ...schema, what, encoder });
  }
}

/** The Message-ID of a delivery, without angle brackets, by its address's key. */
export function messageIdOf(campaign: Campaign, key: string): string {
  return identify(campaign.id, key, domainOf(mailbox('--from', campaign.content.sender.from).address))
    .messageId;
}
