// Which merge field a name in a template means, and what to say when it means none.
// Knows the list's columns and the fields that are always there; knows nothing of HTML or of how a tag is written.

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
}

/** What a name in the template stands for. */
export interface Field {
  /** As the template writes it. */
  readonly name: string;
  /** Columns it may mean, best first: the first one that a row has gives the value. */
  readonly columns: readonly string[];
  /** Given by mailblast when no column of the row has the name. */
  readonly builtin: boolean;
  readonly json: boolean;
}

/**
 * The field of that name: a column's own name (`First Name`) or its folded form (`first_name`).
 * Undefined when neither a column nor mailblast gives it.
 */
export function findField(name: string, schema: Schema): Field | undefined {
  const wanted = name.normalize('NFC');
  const exact = schema.columns.filter((column) => column.normalize('NFC') === wanted);
  const folded = exact.length > 0 ? foldColumn(wanted) : wanted;
  const alike =
    folded === ''
      ? []
      : schema.columns.filter((column) => !exact.includes(column) && foldColumn(column) === folded);
  const columns = [...exact, ...alike];
  const builtin = schema.builtins.includes(wanted);
  if (columns.length === 0 && !builtin) return undefined;
  return { name, columns, builtin, json: columns.some((column) => schema.jsonColumns?.includes(column)) };
}

/** The value of a field in a row; empty when the row has none of its columns. */
export function fieldValue(field: Field, fields: Fields, builtins: Readonly<Record<string, string>>): string {
  for (const column of field.columns) {
    if (Object.hasOwn(fields, column)) return fields[column]!;
  }
  return field.builtin && Object.hasOwn(builtins, field.name) ? builtins[field.name]! : '';
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
