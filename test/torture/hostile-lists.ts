// Lists that want to fill the memory, or to be more than data, through the real command: what a list's rules refuse is
// listed, the rest arrives, nothing else does, and the process stays small. What each value becomes in a message is
// held by test/engine/hostile-rows and by smuggling.ts.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type Finished, type Running, TEMPLATE } from '../stories/mailblast.js';
import type { Row } from './row.js';
import { Trial } from './trial.js';

/** Resident memory that no list may drive the process beyond, in octets. An empty run takes about 110 MB. */
const MOST = 260 * 2 ** 20;

/** The most resident memory that it had, by the kernel's count, octets. */
async function withPeak(running: Running): Promise<Finished & { readonly peak: number }> {
  let peak = 0;
  const look = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${running.process.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024);
    } catch {
      // It has ended.
    }
  }, 10);
  const finished = await running.finished;
  clearInterval(look);
  assert.ok(peak > 0, 'its memory was not seen');
  return { ...finished, peak };
}

const megabytes = (octets: number) => `${Math.round(octets / 2 ** 20)} MB`;

/** A line that is made while it is read: nobody has it in a file, or in memory. */
function longLine(where: string, before: string, size: number, says: RegExp, long: boolean): Row {
  return {
    name: `list: a line of ${megabytes(size)} ${where}`,
    end: `65, ${says.source}; nothing is sent; resident memory below ${megabytes(MOST)}`,
    ...(long ? { long: true as const } : {}),
    run: () =>
      Trial.with({ people: 1, lookAt: 0 }, async (trial) => {
        const line = `{ printf '%b' "$0"; head -c ${size} /dev/zero | tr '\\0' x; }`;
        trial.desk.through = ['bash', '-c', `exec "$@" < <(${line})`, before];
        const command = ['send', '-', '--template', 'news.mjml', '--campaign', 'long'];
        const { code, stderr, peak } = await withPeak(trial.desk.start(command, trial.env));
        assert.equal(code, 65, stderr);
        assert.match(stderr, says);
        assert.equal(trial.relay.connections, 0);
        assert.ok(peak < MOST, `${megabytes(peak)} resident`);
        return { recipients: 0, note: `${megabytes(peak)} resident at the most` };
      }),
  };
}

const LONG = /longer than a megabyte/;
const UNCLOSED = /not closed|longer than a megabyte/;

const longLines = (size: number, long: boolean): Row[] => [
  longLine('in a cell', 'email,name\\np1@example.org,', size, LONG, long),
  longLine('in an unclosed quote', 'email,name\\np1@example.org,\\"', size, UNCLOSED, long),
  longLine('for a header', 'email,', size, LONG, long),
];

function columns(many: number, refused: boolean): Row {
  const people = 20;
  return {
    name: `list: ${many.toLocaleString('en')} columns`,
    end: `${refused ? '65 with the most that may be, nothing is sent' : '0, everybody accepted'}; resident memory below ${megabytes(MOST)}`,
    run: () =>
      Trial.with({ people }, async (trial) => {
        const names = Array.from({ length: many - 1 }, (_, index) => `c${index}`);
        const rows = Array.from(
          { length: people },
          (_, index) => `p${index + 1}@example.org${',x'.repeat(many - 1)}`,
        );
        trial.desk.write('list.csv', `email,${names.join(',')}\n${rows.join('\n')}\n`);
        trial.desk.write('news.mjml', TEMPLATE.replaceAll('{{name}}', `{{c0}} {{c${many - 2}}}`));
        const { code, stderr, peak } = await withPeak(trial.start());
        assert.equal(code, refused ? 65 : 0, stderr);
        if (refused) assert.match(stderr, /list\.csv:1: .* 16384 are the most/);
        else assert.equal(trial.judge().counts.accepted, people);
        assert.equal(trial.journal.bodies, refused ? 0 : people);
        assert.ok(peak < MOST, `${megabytes(peak)} resident`);
        return { recipients: refused ? 0 : people, note: `${megabytes(peak)} resident at the most` };
      }),
  };
}

/** Addresses that want to be commands, headers, several people or a formula, and values that want to be lines. */
const ADDRESSES: readonly string[] = [
  'a@example.org\r\nRCPT TO:<victim@example.net>',
  'a@example.org\r\n.\r\nMAIL FROM:<evil@example.net>',
  'a@example.org\nBcc: victim@example.net',
  'a@example.org>\rRCPT TO:<victim@example.net',
  'a@example.org> NOTIFY=NEVER ORCPT=rfc822;victim@example.net',
  '<a@example.org>,<victim@example.net>',
  'a@example.org, victim@example.net',
  'a@example.org;victim@example.net',
  '@relay.example:victim@example.net',
  'a\0@example.org',
  'a@exa\u2028mple.org',
  '"\r\n.\r\n"@example.org',
  'a@example.org\u0085DATA',
  '.@example.org',
  '.',
];

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;

const COMMANDS: Row = {
  name: 'list: commands, headers and line ends in addresses and values',
  end: 'every such address is listed as invalid; the people beside them get one message each, and nobody else does',
  run: () => {
    const people = 12;
    return Trial.with({ people, relay: {} }, async (trial) => {
      const value =
        'x\r\n.\r\nRSET\r\nMAIL FROM:<evil@example.net>\r\nRCPT TO:<victim@example.net>\r\nDATA\r\n';
      const good = Array.from({ length: people }, (_, index) => `p${index + 1}@example.org,${quoted(value)}`);
      const bad = ADDRESSES.map((address) => `${quoted(address)},x`);
      trial.desk.write(
        'list.csv',
        `email,name\r\n${[...bad, ...good, 'p99@example.org,"a\0b"'].join('\r\n')}\r\n`,
      );
      const { code, stderr } = await trial.settled(trial.start());
      assert.equal(code, 0, stderr);
      assert.deepEqual(trial.relay.faults, []);
      const taken = [...trial.journal.accepted().keys()].sort();
      assert.deepEqual(
        taken,
        Array.from({ length: people }, (_, index) => `p${index + 1}@example.org`).sort(),
      );
      const { stdout } = await trial.desk.run(['recipients', 'list-news', '--state', 'invalid']);
      const listed = stdout.trim().split('\n');
      assert.equal(listed.length, ADDRESSES.length + 1, stdout);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is the point.
      for (const line of listed) assert.doesNotMatch(line, /[\0-\x1f\x7f-\x9f]/);
      assert.match(stdout, /p99@example\.org.* the control character U\+0000/);
      return { recipients: people + listed.length, note: `${listed.length} rows refused` };
    });
  },
};

const SURROGATES: Row = {
  name: 'list: lone surrogates, in UTF-8 and in UTF-16',
  end: 'UTF-8: 65 with the line, nothing is sent; UTF-16: sent, with U+FFFD in their place',
  run: () =>
    Trial.with({ people: 2 }, async (trial) => {
      const rows = Buffer.concat([
        Buffer.from('email,name\np1@example.org,Grüße aus Łódź und anderswo\np2@example.org,'),
        Buffer.of(0xed, 0xa0, 0x80),
        Buffer.from('\n'),
      ]);
      trial.desk.write('list.csv', rows);
      const refused = await trial.settled(trial.start());
      assert.equal(refused.code, 65, refused.stderr);
      assert.match(refused.stderr, /list\.csv:3: .*not UTF-8/);
      assert.equal(trial.journal.bodies, 0);
      const wide = '\ufeffemail,name\np1@example.org,\ud800x\np2@example.org,x\udc00\n';
      trial.desk.write('list.csv', Buffer.from(wide, 'utf16le'));
      assert.equal((await trial.settled(trial.start())).code, 0);
      assert.equal(trial.judge().counts.accepted, 2);
      return { recipients: 2 };
    }),
};

const FORMULAS: Row = {
  name: 'list: formula cells',
  end: 'sent as plain text, and no cell of recipients --csv is one',
  run: () => {
    const addresses = [
      '=1+2@example.org',
      '+49@example.org',
      '-x@example.org',
      "=cmd|'/c_calc'!a0@example.org",
    ];
    return Trial.with({ people: addresses.length }, async (trial) => {
      const rows = addresses.map(
        (address) => `${quoted(address)},${quoted('=HYPERLINK("http://evil.example")')}\n`,
      );
      trial.desk.write('list.csv', `email,name\n${rows.join('')}`);
      const { code, stderr } = await trial.settled(trial.start());
      assert.equal(code, 0, stderr);
      const verdict = trial.judge();
      assert.equal(verdict.counts.accepted, addresses.length);
      const { stdout } = await trial.desk.run(['recipients', 'list-news', '--csv']);
      for (const cell of stdout.split(/[\r\n,]+/)) assert.doesNotMatch(cell, /^"?[=+\-@\t]/);
      return { recipients: addresses.length };
    });
  },
};

export const LIST_ROWS: readonly Row[] = [
  ...longLines(64 * 2 ** 20, false),
  ...longLines(2 ** 30, true),
  columns(50_000, true),
  columns(16_384, false),
  COMMANDS,
  SURROGATES,
  FORMULAS,
];
