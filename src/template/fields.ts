// Which merge field a name in a template means, and what to say when it means none.
// Knows the list's columns and the fields that are always there; knows nothing of HTML or of how a tag is written.

import { MailblastError } from '../domain/errors.js';
import { nearest } from '../domain/nearest.js';
import { type Fields, foldColumn } from '../domain/recipient.js';

/** The names a template may use. */
export interface Schema {
  /** Column names as the list has them; several lists' columns when rows of several lists are merged. */
  readonly columns: readonly string[];
  /** Fields that are always there (`email`, `token`, …), unless a column has that name. */
  readonly builtins: readonly string[];
  /** Columns whose cells hold JSON, so that `each` and `with` can walk them. */
  readonly jsonColumns?: readonly string[];
  /** Columns whose values may stand in the HTML as they are, in `{{{…}}}`. By name or folded name, like `jsonColumns`. */
  readonly rawFields?: readonly string[];
  /** For dates and numbers that name no locale: `de`, `en-GB`. English when not given. */
  readonly locale?: string;
}

/** What a name in the template stands for. */
export interface Field {
  /** As the template writes it. */
  readonly name: string;
  /** Columns it may mean, best first: the first one that a row has gives the value. */
  readonly columns: readonly string[];
  /** The name under which mailblast gives it when the row has none of the columns. */
  readonly builtin: string | undefined;
  readonly json: boolean;
  readonly raw: boolean;
}

/**
 * The field of that name: a column's own name (`First Name`), or a name that folds to the same (`first_name`,
 * `First_Name`). Undefined when neither a column nor mailblast gives it.
 */
export function findField(name: string, schema: Schema): Field | undefined {
  const wanted = name.normalize('NFC');
  const folded = foldColumn(wanted);
  const exact = schema.columns.filter((column) => column.normalize('NFC') === wanted);
  const alike =
    folded === ''
      ? []
      : schema.columns.filter((column) => !exact.includes(column) && foldColumn(column) === folded);
  const columns = [...exact, ...alike];
  // Another spelling of a field that is always there is that field only where a column allows the spelling.
  const given = [wanted, ...(columns.length > 0 ? [folded] : [])];
  const builtin = given.find((one) => schema.builtins.includes(one));
  if (columns.length === 0 && builtin === undefined) return undefined;
  const named = (names: readonly string[] = []) =>
    columns.some((column) => names.some((one) => means(one, column)));
  return { name, columns, builtin, json: named(schema.jsonColumns), raw: named(schema.rawFields) };
}

/** True when an option that names a column means this one. */
function means(option: string, column: string): boolean {
  const folded = foldColumn(option);
  return (
    option.normalize('NFC') === column.normalize('NFC') || (folded !== '' && folded === foldColumn(column))
  );
}

/**
 * Every column that `--json-column` and `--allow-raw` name must be there.
 * @throws MailblastError `data`
 */
export function checkNamedColumns(schema: Schema): void {
  const given = [
    ['--json-column', schema.jsonColumns],
    ['--allow-raw', schema.rawFields],
  ] as const;
  for (const [option, names = []] of given) {
    for (const name of names) {
      if (schema.columns.some((column) => means(name, column))) continue;
      throw new MailblastError('data', `${option} ${name}: ${unknownField(name, schema)}`);
    }
  }
}

/** The value of a field in a row; empty when the row has none of its columns. */
export function fieldValue(field: Field, fields: Fields, builtins: Readonly<Record<string, string>>): string {
  for (const column of field.columns) {
    if (Object.hasOwn(fields, column)) return fields[column]!;
  }
  const { builtin } = field;
  return builtin !== undefined && Object.hasOwn(builtins, builtin) ? builtins[builtin]! : '';
}

/** Says that no field has the name, which one may be meant, and which there are. */
export function unknownField(name: string, schema: Schema): string {
  const dotted = schema.columns.includes(name) ? `; write {{[${name}]}} for the column of that name` : '';
  const near =
    dotted === '' ? nearest(name, [...schema.columns.map(written), ...schema.builtins]) : undefined;
  const hint = near === undefined ? dotted : `; did you mean ${near}?`;
  return `no column is called ${name}${hint}${hint.endsWith('?') ? '' : '.'} ${columnsThereAre(schema)}`;
}

/** How a template writes a column's name: folded where that is possible, else in brackets. */
function written(column: string): string {
  return foldColumn(column) || `[${column}]`;
}

function columnsThereAre(schema: Schema): string {
  if (schema.columns.length === 0) return 'The list has no columns.';
  const names = [...new Set(schema.columns.map(written))];
  const shown = names.slice(0, 20).join(', ');
  return `The list has: ${shown}${names.length > 20 ? ` and ${names.length - 20} more` : ''}.`;
}
