// A campaign: one content, one sender and one list, sent once.
// Knows what is frozen at its start; knows nothing of how it is stored, merged or sent.

/**
 * What a campaign freezes at its start, as templates that are merged per recipient.
 * Every part is Handlebars source. Plain values that survive JSON, since the ledger keeps them.
 */
export interface Content {
  readonly subject: string;
  /** Compiled by MJML, merge tags in their places. */
  readonly html: string;
  /** The text part, made from the compiled HTML. */
  readonly text: string;
  /** Who it is from: what the headers and the envelope say. */
  readonly sender: Sender;
  /** `--header` lines: name and value, the value as written. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** `--list-id`, such as `list.example.com`; goes out as `<list.example.com>`. Empty for `--triggered` mail. */
  readonly listId: string;
  /** Paths of the template and its includes, as they were compiled: "changed" is decided by their hash. */
  readonly sources: readonly string[];
  /** For dates and numbers that name no locale: the template's language. */
  readonly locale: string;
  /** Files that go to everybody, each a complete MIME entity. */
  readonly attachments: readonly string[];
  /** Local images of the template, each a complete MIME entity. Campaigns that began before there were any have none. */
  readonly related?: readonly string[];
  /** Whence each recipient's own attachment comes; not there when there is none. */
  readonly attachColumn?: AttachColumn;
  /** Columns whose cells are JSON, for `each` and `with`. */
  readonly jsonColumns: readonly string[];
  /** Fields that may stand unescaped in the HTML's text, by `--allow-raw`. */
  readonly rawFields: readonly string[];
  /** Empty when not given. */
  readonly unsubscribeUrl: string;
  /** An address, maybe with `?subject=…`, without `mailto:`; empty when not given. */
  readonly unsubscribeMailto: string;
}

/** A column whose cells name each recipient's own file, and the folder that holds the files, as a full path. */
export interface AttachColumn {
  readonly column: string;
  readonly folder: string;
}

/** Who a campaign is from. Changing it makes another campaign. */
export interface Sender {
  /** `Name <address>` as the user wrote it; parsed by `parseMailbox`. */
  readonly from: string;
  /** Empty when not given. */
  readonly replyTo: string;
  /** The address of MAIL FROM (RFC 5321 return path), or a template for one (VERP): `bounce+{{token}}@example.com`. */
  readonly returnPath: string;
}

/** A campaign as the ledger knows it. */
export interface Campaign {
  /** The ledger's own number. */
  readonly number: number;
  readonly name: string;
  /** 32 hex digits, random, made once. Message-IDs and boundaries derive from it, never from the name. */
  readonly id: string;
  /** Begun on a rehearsal (sandbox, files): never continued on a real relay, nor the reverse. */
  readonly rehearsal: boolean;
  /** SHA-256, hex, of the template's sources and the settings that end in the content. */
  readonly contentHash: string;
  readonly content: Content;
  /** The ledger's own number of this content. Deliveries marked with an earlier one keep it. */
  readonly contentNumber: number;
  /** Column names of every list it was given, the newest list's first. Merge tags are resolved against them. */
  readonly columns: readonly string[];
  readonly createdAt: number;
  /** Milliseconds since 1970, when the user ended it for good. */
  readonly abandonedAt: number | undefined;
  /** Stopped by a brake at that moment, for this reason, a sentence; until the user lifts it. */
  readonly braked: { readonly at: number; readonly reason: string } | undefined;
  /** Options of the last run, as the command line keeps them for `resume`. No secrets. */
  readonly options: RunOptions;
  /** Hash of the list as last imported, hex; empty when unknown. */
  readonly listHash: string;
}

/** Options of a run as plain values that survive JSON. */
export type RunOptions = Readonly<Record<string, string | number | boolean | readonly string[]>>;
