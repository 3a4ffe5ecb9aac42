// The ledger that a stage begins with: its list imported, nobody tried. Knows how an import is called.
// Most stages begin with the same people and content, so what was imported once is copied.

import { readFileSync, writeFileSync } from 'node:fs';
import type { Content } from '../../src/domain/campaign.js';
import type { ListRow } from '../../src/domain/recipient.js';
import { CONTENT, person } from '../engine/campaigns.js';
import { openLedger } from './built.js';

export const CAMPAIGN = 'torture';

export interface Laid {
  readonly people: number;
  /** Merge fields beside the address; a name unless told. */
  readonly fields?: (number: number) => Record<string, string>;
  readonly content?: Partial<Content>;
}

/** Ledgers of usual people and content, octet for octet, by how many people they have. */
const usual = new Map<number, Uint8Array>();

/** Makes the ledger at `path`. `now`: of a clock, in milliseconds. */
export async function layLedger(path: string, laid: Laid, now: number): Promise<void> {
  const copy = laid.fields === undefined && laid.content === undefined;
  const known = copy ? usual.get(laid.people) : undefined;
  if (known !== undefined) return writeFileSync(path, known, { mode: 0o600 });
  await importPeople(path, laid, now);
  if (copy) usual.set(laid.people, readFileSync(path));
}

async function importPeople(
  path: string,
  { people, fields = () => ({}), content = {} }: Laid,
  now: number,
): Promise<void> {
  const rows: ListRow[] = Array.from({ length: people }, (_, index) => ({
    kind: 'recipient',
    line: index + 2,
    address: person(index + 1),
    key: person(index + 1),
    fields: {
      email: person(index + 1),
      name: `P${index + 1}`,
      link: 'https://example.com/',
      ...fields(index + 1),
    },
  }));
  async function* batches() {
    yield rows;
  }
  const columns = ['email', 'name', 'link'];
  const plan = {
    name: CAMPAIGN,
    id: '0123456789abcdef0123456789abcdef',
    rehearsal: false,
    content: { ...CONTENT, ...content },
  };
  const rest = { contentHash: 'c', replaceContent: false, now, options: {}, listHash: '', mayWithdraw: 1 };
  const ledger = openLedger(path);
  try {
    ledger.lock(CAMPAIGN);
    await ledger.import({ ...plan, ...rest, columns }, batches());
  } finally {
    ledger.close();
  }
}
