// News for the pages as they come: server-sent events (HTML 9.2). A page that was away asks for everything anew, so the
// news say only that there are some. Knows nothing of what they are about.

import type { Context } from 'hono';

/** Milliseconds between signs of life, so that a page notices when its server is gone. */
const SIGN_OF_LIFE = 15_000;

/**
 * Tells a page whenever `subscribe` calls back. Calls that come while one is being told become one.
 * `subscribe` gives the function that ends the subscription.
 */
export async function live(c: Context, subscribe: (tell: () => void) => () => void): Promise<Response> {
  const { streamSSE } = await import('hono/streaming');
  return streamSSE(c, async (stream) => {
    let wake: () => void = () => {};
    let waiting = true;
    const end = subscribe(() => {
      waiting = true;
      wake();
    });
    stream.onAbort(() => wake());
    try {
      while (!stream.aborted) {
        await stream.writeSSE(waiting ? { event: 'news', data: '' } : { event: 'alive', data: '' });
        waiting = false;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, SIGN_OF_LIFE);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
          if (waiting || stream.aborted) wake();
        });
      }
    } finally {
      end();
    }
  });
}
