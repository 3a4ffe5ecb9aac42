// What a careful author would write on nodemailer: its pool, and sendMail with both parts merged by Handlebars for each
// recipient. A process of its own: `node --import tsx nodemailer-sender.ts '{"port": …, "connections": …, "people": …}'`,
// with the parts of a `Dkim` for signed messages.

import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import { createTransport } from 'nodemailer';
import { person } from './lists.js';
import { compileNewsletter, FROM, UNSUBSCRIBE_URL } from './newsletter.js';
import type { Dkim } from './senders.js';

const { port, connections, people, dkim } = JSON.parse(process.argv[2]!) as {
  readonly port: number;
  readonly connections: number;
  readonly people: number;
  readonly dkim?: Dkim;
};
const content = await compileNewsletter();
Handlebars.registerHelper('default', (value: string, otherwise: string) =>
  value === '' ? otherwise : value,
);
Handlebars.registerHelper('linkPart', (value: string) => encodeURIComponent(value));
const [subject, text, html, unsubscribe] = [content.title, content.text, content.html, UNSUBSCRIBE_URL].map(
  (source, part) => Handlebars.compile(source, { noEscape: part !== 2 }),
);
const pool = createTransport({
  pool: true,
  host: '127.0.0.1',
  port,
  ignoreTLS: true,
  maxConnections: connections,
  maxMessages: Number.POSITIVE_INFINITY,
  ...(dkim && {
    dkim: {
      domainName: dkim.domain,
      keySelector: dkim.selector,
      privateKey: readFileSync(dkim.key, 'utf8'),
    },
  }),
});

console.log('start');
let next = 0;
// Twice as many as connections, so that none of them waits for its next message.
await Promise.all(
  Array.from({ length: connections * 2 }, async () => {
    while (next < people) {
      const row = person(next++);
      const fields = { ...row, unsubscribe_url: unsubscribe!(row) };
      await pool.sendMail({
        from: FROM,
        to: row.email,
        subject: subject!(fields),
        text: text!(fields),
        html: html!(fields),
        headers: {
          'List-Id': '<list.example.com>',
          'List-Unsubscribe': `<${fields.unsubscribe_url}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          Precedence: 'bulk',
        },
      });
    }
  }),
);
console.log('done');
pool.close();
