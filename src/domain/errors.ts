// The errors a user can cause or must hear of: what kind of trouble, where, and what to do about it.
// Knows nothing of exit codes or terminals; src/cli/ translates.

/**
 * What kind of trouble stops a run. The command line gives each its exit code:
 * `usage` the command is not understood; `data` the list, the template or changed content is wrong;
 * `no_input` a named file cannot be read; `unreachable` the relay cannot be reached, or not safely;
 * `refused` the relay refused the login or the sender; `settings` a setting is missing or wrong;
 * `cannot_create` / `cannot_write` the ledger or an output file; `unfinished` deliveries are left for another run.
 */
export type Trouble =
  | 'usage'
  | 'data'
  | 'no_input'
  | 'unreachable'
  | 'refused'
  | 'settings'
  | 'cannot_create'
  | 'cannot_write'
  | 'unfinished';

/** Where in the author's material the trouble is. Lines and columns count from 1. */
export interface Place {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
}

/**
 * An expected error: one or two sentences that name the place and the way out.
 * The message begins with the place, as compilers write it: `news.mjml:12:3: …`.
 */
export class MailblastError extends Error {
  override readonly name = 'MailblastError';
  readonly trouble: Trouble;
  readonly place: Place;
  /** Without its place. */
  readonly sentence: string;
  /** The merge field that nothing gives, where that is the trouble. */
  readonly unknownField: string | undefined;

  constructor(
    trouble: Trouble,
    sentence: string,
    about: { place?: Place; cause?: unknown; unknownField?: string } = {},
  ) {
    const place = about.place ?? {};
    super(placed(place, sentence), about.cause === undefined ? undefined : { cause: about.cause });
    this.trouble = trouble;
    this.place = place;
    this.sentence = sentence;
    this.unknownField = about.unknownField;
  }
}

function placed(place: Place, sentence: string): string {
  const where = [place.file, place.line, place.column].filter((part) => part !== undefined).join(':');
  if (where === '') return sentence;
  return place.file === undefined ? `line ${where}: ${sentence}` : `${where}: ${sentence}`;
}

/**
 * A row that cannot be merged into the template. The delivery ends as `invalid` and the run goes on.
 */
export class UnmergeableRow extends Error {
  override readonly name = 'UnmergeableRow';
  readonly field: string;
  readonly reason: string;

  /** `field` is the merge field's name, `reason` a sentence part: "is not a link that may be sent (javascript:)". */
  constructor(field: string, reason: string) {
    super(`${field} ${reason}`);
    this.field = field;
    this.reason = reason;
  }
}
