// Rows of a list, all the way to their messages: a CSV file, the reader of lists, an import, and the letters.
// Knows the public functions of the engine; the tests judge what comes out.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnmergeableRow } from '../../src/domain/errors.js';
import { begin, type CampaignRequest } from '../../src/engine/begin.js';
import { Letters, type PersonalMessage } from '../../src/engine/letters.js';
import { openLedger } from '../../src/store/sqlite/open.js';

/** What became of a row: a message, or the reason why there is none. */
export type WrittenRow = { readonly message: PersonalMessage } | { readonly reason: string };

export interface RowsRequest {
  /** The header, and the cells of each row below it. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** MJML source. */
  readonly template: string;
  /** A text part of one's own, if there is one. */
  readonly text: string | undefined;
  readonly settings: Partial<CampaignRequest>;
}

/** Every row's message or reason, in the list's order. Fails when a row has come to nothing, or to two things. */
export async function writeRows({
  columns,
  rows,
  template,
  text,
  settings,
}: RowsRequest): Promise<WrittenRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'mailblast-rows-'));
  const ledger = openLedger(':memory:');
  try {
    const list = join(folder, 'list.csv');
    writeFileSync(list, [columns, ...rows].map(csvLine).join(''));
    writeFileSync(join(folder, 'news.mjml'), template);
    if (text !== undefined) writeFileSync(join(folder, 'news.txt'), text);
    const request = { ...REQUEST, list: { path: list, emailColumn: 'email' } };
    const { campaign, lock } = await begin(
      { ...request, template: join(folder, 'news.mjml'), ...settings },
      ledger,
      Date.now(),
      async () => false,
    );
    const byLine = new Map<number, WrittenRow>();
    const put = (line: number, row: WrittenRow) => {
      if (byLine.has(line)) throw new Error(`line ${line} has come to two things`);
      byLine.set(line, row);
    };
    for (const { line, reason } of ledger.recipients(campaign, ['invalid', 'duplicate']))
      put(line, { reason });
    const letters = new Letters(campaign, ledger.secret);
    const claimed = await ledger.claim(campaign, { dueAt: -1, id: 0 }, Date.now(), rows.length + 1);
    for (const delivery of claimed) {
      try {
        put(delivery.line, { message: letters.write(delivery, Date.now()) });
      } catch (error) {
        if (!(error instanceof UnmergeableRow)) throw error;
        put(delivery.line, { reason: error.message });
      }
    }
    lock.release();
    return linesOf(columns, rows).map((line) => {
      const row = byLine.get(line);
      if (row === undefined) throw new Error(`the row of line ${line} has come to nothing`);
      return row;
    });
  } finally {
    ledger.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const REQUEST: CampaignRequest = {
  name: 'rows',
  list: { path: '', emailColumn: '' },
  template: '',
  subject: '',
  from: 'News <news@example.com>',
  replyTo: '',
  returnPath: 'bounces@example.com',
  listId: 'list.example.com',
  headers: [],
  attachments: [],
  attachColumn: '',
  attachFolder: '',
  assetsUrl: '',
  jsonColumns: [],
  rawFields: [],
  unsubscribeUrl: '',
  unsubscribeMailto: '',
  rehearsal: true,
  options: {},
  allowWithdraw: false,
  updateContent: false,
};

/** RFC 4180. */
function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\r\n`;
}

/** The line on which each row begins, as an editor counts. */
function linesOf(columns: readonly string[], rows: readonly (readonly string[])[]): number[] {
  let line = 1;
  return [columns, ...rows]
    .map((row) => {
      const begins = line;
      line += csvLine(row).split('\n').length - 1;
      return begins;
    })
    .slice(1);
}
