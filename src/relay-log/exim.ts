// Exim's main log: which messages it took. `<=` is written once for each message that arrived, when its files are
// complete and Exim has made sure that the client is still there: a message whose client is lost after the final dot is
// thrown away, with another line ("SMTP connection lost after final dot"). `id=` is the Message-ID.
// https://www.exim.org/exim-html-current/doc/html/spec_html/ch-log_files.html; src/receive.c, receive_msg()

import type { LogKind, Sign } from './kinds.js';

/** Exim's own number of a message, as versions before and since 4.97 write it. */
const NUMBER = '[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4}';
const ARRIVED = new RegExp(`\\b${NUMBER} <= .*? id=(\\S+)`);

export const exim: LogKind = {
  name: 'Exim',
  line: new RegExp(`\\b${NUMBER} (?:<=|=>|->|\\*\\*|==|Completed)`),
  reader(wanted) {
    return (line): Sign | undefined => {
      const messageId = wanted(ARRIVED.exec(line)?.[1]?.replace(/^<|>$/g, '') ?? '');
      return messageId === undefined ? undefined : { messageId, says: 'taken' };
    };
  },
};
