// The program as it was built, for whatever is begun many hundred times in the table: its processes and threads load plain
// JavaScript, where those of the sources would compile all their TypeScript again, half a second each time.

/** What `dist/<path>` exports. `T` is `typeof import` of its source. */
export async function built<T>(path: string): Promise<T> {
  return (await import(new URL(`../../dist/${path}`, import.meta.url).href)) as T;
}

export const { openLedger } =
  await built<typeof import('../../src/store/sqlite/open.js')>('store/sqlite/open.js');
