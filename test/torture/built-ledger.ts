// The ledger as it was built: its writing threads load plain JavaScript, where those of the sources would compile all
// their TypeScript again, half a second for each of the many hundred runs of the table.

type Opening = typeof import('../../src/store/sqlite/open.js');

const built = (await import(new URL('../../dist/store/sqlite/open.js', import.meta.url).href)) as Opening;

export const { openLedger } = built;
