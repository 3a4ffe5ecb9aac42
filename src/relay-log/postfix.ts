// Postfix's log: which messages it took. Knows what its daemons write, and when.
//
// cleanup(8) writes `message-id=` when it has read the header, long before the message's end: that proves nothing but a
// beginning, since the client may have gone away, or a filter may have said no, and then the file is removed. While
// cleanup is writing, the queue file has mode 0600 and the queue manager passes it over; when all of the message is on
// disk cleanup changes it to 0700, tells the queue manager, and smtpd says 250. So a line of qmgr(8) about that queue
// file, `from=<…>, size=…, nrcpt=… (queue active)`, or of what delivers from the queue (`to=<…>, … status=…`), proves
// that Postfix has taken the message, whether or not its 250 was heard.
// https://www.postfix.org/QSHAPE_README.html#queues ("incoming"), https://www.postfix.org/cleanup.8.html

import type { LogKind, Sign } from './kinds.js';

/** Daemon and queue id, behind host and syslog_name. No more of a line is looked at than its first such place. */
const DAEMON = /\/(\w+)\[\d+\]: ([0-9A-Za-z]{5,}): /;

export const postfix: LogKind = {
  name: 'Postfix',
  line: /\/(?:cleanup|qmgr|smtpd)\[\d+\]: /,
  reader(wanted) {
    /** Which message has a queue file, by host, instance and queue id. */
    const queued = new Map<string, string>();
    return (line): Sign | undefined => {
      const match = DAEMON.exec(line);
      if (match === null) return undefined;
      const [tag, daemon, id] = match;
      const [host = '', name = ''] = line.slice(0, match.index).split(' ').slice(-2);
      // Behind the line's own tag stands what clients say of themselves.
      if (/\[\d+\]: /.test(line.slice(0, match.index))) return undefined;
      const says = line.slice(match.index + tag.length);
      // Of syslog_name the first part is the instance's: postfix/submission and postfix share their queue.
      const file = `${host} ${name.split('/')[0]} ${id}`;
      const named = /^message-id=<?([^<>\s]*)/.exec(says);
      if (daemon === 'cleanup' && named !== null) {
        const messageId = wanted(named[1]!);
        if (messageId === undefined) queued.delete(file);
        else queued.set(file, messageId);
        return messageId === undefined ? undefined : { messageId, says: 'begun' };
      }
      const messageId = queued.get(file);
      if (messageId === undefined) return undefined;
      if (/^(?:client|uid)=/.test(says)) {
        // Short queue ids are used again and again: the next message has this one now.
        queued.delete(file);
        return undefined;
      }
      if (/^(?:milter-)?reject: /.test(says)) return { messageId, says: 'refused' };
      const delivers = /^to=<.* status=/.test(says);
      const manages = daemon === 'qmgr' && (says.startsWith('from=<') || says.startsWith('removed'));
      return delivers || manages ? { messageId, says: 'taken' } : undefined;
    };
  },
};
