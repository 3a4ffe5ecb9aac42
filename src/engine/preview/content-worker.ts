// A thread that makes content of templates, so that whoever waits for a page does not wait for MJML, which takes half a
// second to load. It stays warm from one save to the next. Run by content-thread.ts.

import { parentPort } from 'node:worker_threads';
import { MailblastError } from '../../domain/errors.js';
import { compileTemplate } from '../../template/compile.js';
import { makeContent } from '../content.js';
import type { Answer, Order } from './content-thread.js';

/** Loads MJML while there is nothing to do yet, and warms it. */
const WARM_UP =
  '<mjml><mj-body><mj-section><mj-column><mj-text>.</mj-text></mj-column></mj-section></mj-body></mjml>';
void compileTemplate({ path: '', text: WARM_UP }, { columns: [], builtins: [] });

parentPort!.on('message', (order: Order) => {
  void answer(order).then((reply) => parentPort!.postMessage(reply));
});

async function answer({ number, request, columns }: Order): Promise<Answer> {
  try {
    return { number, made: await makeContent(request, columns) };
  } catch (error) {
    if (error instanceof MailblastError) {
      const { trouble, place, message } = error;
      return { number, wrong: { trouble, place, message } };
    }
    return { number, bug: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
