// The templates that come with mailblast, with their sample rows, and the messages that they make.
// Knows the two folders and the engine's public functions; the tests judge what comes out.

import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { ParsedMail } from 'mailparser';
import { KINDS, type Kind } from '../../src/engine/kinds.js';
import { writeRows } from '../engine/written-rows.js';
import { readWithMailparser } from '../message/readers.js';

export interface Shipped extends Kind {
  readonly source: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const ROOT = new URL('../../', import.meta.url);

export const SHIPPED: readonly Shipped[] = KINDS.map((kind) => {
  const sample = readFileSync(new URL(`samples/${kind.name}.csv`, ROOT), 'utf8');
  const [columns = [], ...rows] = parse(sample) as string[][];
  const source = readFileSync(new URL(`templates/${kind.name}.mjml`, ROOT), 'utf8');
  return { ...kind, source, columns, rows };
});

export function shipped(name: string): Shipped {
  return SHIPPED.find((template) => template.name === name)!;
}

/** A message as it leaves, and as mailparser reads it. */
export interface Letter {
  readonly octets: Uint8Array;
  readonly mail: ParsedMail;
  readonly html: string;
  readonly text: string;
}

/** The row's message. Fails for a row that cannot be merged. */
export async function letterOf(template: Shipped, row: readonly string[]): Promise<Letter> {
  const [written] = await writeRows({
    columns: template.columns,
    rows: [row],
    template: template.source,
    text: undefined,
    settings: {
      jsonColumns: template.jsonColumns,
      unsubscribeUrl: template.triggered ? '' : 'https://example.com/u?t={{token}}',
    },
  });
  if (written === undefined || 'reason' in written) throw new Error(written?.reason ?? 'no message');
  const { octets } = written.message;
  const mail = await readWithMailparser(octets);
  return { octets, mail, html: String(mail.html), text: mail.text ?? '' };
}

/** The template's first sample row with other values. */
export function rowWith(template: Shipped, values: Readonly<Record<string, string>>): readonly string[] {
  const unknown = Object.keys(values).filter((column) => !template.columns.includes(column));
  if (unknown.length > 0) throw new Error(`${template.name} has no ${unknown.join(', ')}`);
  return template.columns.map((column, index) => values[column] ?? template.rows[0]![index]!);
}
