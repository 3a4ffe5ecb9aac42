// What a list is made of: its columns, its usable rows, and the rows that cannot be mailed.
// Knows nothing of CSV; src/list/ reads it, src/store/ keeps it.

/** The merge fields of one recipient by column name. Without a prototype, so `__proto__` is a plain column. */
export type Fields = Readonly<Record<string, string>>;

/** A list's columns as its first line names them, blanks around them taken off, in their order. */
export interface Columns {
  readonly names: readonly string[];
  /** The one that holds the address. */
  readonly email: string;
}

/** A row that can be mailed, unless its address was seen before. */
export interface RecipientRow {
  readonly kind: 'recipient';
  /** Line of the list on which the row begins, counted from 1. */
  readonly line: number;
  /** As `Address.address`. */
  readonly address: string;
  /** As `Address.key`. */
  readonly key: string;
  readonly fields: Fields;
}

/** A row that cannot be mailed. */
export interface InvalidRow {
  readonly kind: 'invalid';
  readonly line: number;
  /** What stands in the address column, as far as it can be told; control characters made visible. */
  readonly address: string;
  /** A sentence part for the one who keeps the list: "the address has no @". */
  readonly reason: string;
}

export type ListRow = RecipientRow | InvalidRow;

/**
 * The form of a column's name that a template may use instead: `First Name` answers to `first_name`.
 * Lower case, accents kept, every run of other characters one underscore.
 */
export function foldColumn(name: string): string {
  return name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '_')
    .replace(/^_+|_+$/g, '');
}
