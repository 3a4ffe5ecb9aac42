// Lets Node run TypeScript sources, in the main thread and in worker threads alike: tsx by itself leaves the latter out.
// A thread of the built program needs none of it, and begins in 30 ms instead of 230.
import { isMainThread } from 'node:worker_threads';

const built = new URL('../dist/', import.meta.url).pathname;
if (isMainThread || !process.argv[1]?.startsWith(built)) {
  const { register } = await import('tsx/esm/api');
  register();
}
