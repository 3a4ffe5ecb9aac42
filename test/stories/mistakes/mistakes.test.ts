// What people get wrong: each mistake is answered by a sentence with the place and the way out, and by its exit code.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Desk } from '../mailblast.js';

interface Mistake {
  readonly what: string;
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  readonly files?: Record<string, string>;
  readonly code: number;
  readonly says: RegExp;
}

const SEND = ['send', 'list.csv', '--template', 'news.mjml', '--relay', 'sandbox'];

function newsWith(text: string): string {
  return `<mjml>\n<mj-head><mj-title>News</mj-title></mj-head>\n<mj-body><mj-section><mj-column>\n<mj-text>${text}</mj-text>\n</mj-column></mj-section></mj-body>\n</mjml>\n`;
}

const MISTAKES: readonly Mistake[] = [
  { what: 'an unknown command', args: ['sned'], code: 64, says: /unknown command 'sned'[\s\S]*send/ },
  {
    what: 'an unknown option',
    args: [...SEND, '--tempalte', 'x'],
    code: 64,
    says: /--tempalte[\s\S]*--template/,
  },
  { what: 'no template', args: ['send', 'list.csv'], code: 64, says: /--template/ },
  { what: 'a rate that is none', args: [...SEND, '--rate', '10'], code: 64, says: /10\/s/ },
  {
    what: 'a duration that is none',
    args: [...SEND, '--retry-for', '1 day'],
    code: 64,
    says: /90s, 10m, 4h or 3d/,
  },
  { what: 'no connections', args: [...SEND, '--connections', '0'], code: 64, says: /--connections/ },
  { what: 'an unknown word', args: [...SEND, '--in-doubt', 'retry'], code: 64, says: /resend/ },
  {
    what: 'no sender',
    args: SEND,
    env: { MAILBLAST_FROM: '' },
    code: 78,
    says: /--from "Your Name <you@example.com>"/,
  },
  { what: 'a sender that is none', args: [...SEND, '--from', 'news'], code: 78, says: /--from "news".*no @/ },
  { what: 'no relay', args: SEND.slice(0, 4), code: 78, says: /--relay smtp:\/\// },
  {
    what: 'a relay that is none',
    args: [...SEND.slice(0, 4), '--relay', 'http://x'],
    code: 78,
    says: /smtps:\/\//,
  },
  {
    what: 'a list that is not there',
    args: ['send', 'lits.csv', ...SEND.slice(2)],
    code: 66,
    says: /lits\.csv/,
  },
  {
    what: 'a template that is not there',
    args: [...SEND, '--template', 'mews.mjml'],
    code: 66,
    says: /mews\.mjml/,
  },
  { what: 'a header of ours', args: [...SEND, '--header', 'Subject: x'], code: 64, says: /--subject/ },
  {
    what: 'a misspelt field',
    args: SEND,
    files: { 'news.mjml': newsWith('Hello {{nmae}}') },
    code: 65,
    says: /news\.mjml:4:\d+: .*nmae.*name/,
  },
  {
    what: 'broken MJML',
    args: SEND,
    files: { 'news.mjml': newsWith('x').replace('</mj-text>', '</mj-txt>') },
    code: 65,
    says: /news\.mjml:\d+/,
  },
  {
    what: 'an unclosed quote',
    args: SEND,
    files: { 'list.csv': 'email,name\na@example.org,Ada\nb@example.org,"Bob\nc@example.org,Cy\n' },
    code: 65,
    says: /list\.csv:3/,
  },
  {
    what: 'no address column',
    args: SEND,
    files: { 'list.csv': 'name,city\nAda,London\n' },
    code: 65,
    says: /list\.csv.*--email-column/,
  },
  {
    what: 'no usable address',
    args: SEND,
    files: { 'list.csv': 'email,name\nnone,Ada\n' },
    code: 65,
    says: /list\.csv/,
  },
  {
    what: 'no subject',
    args: SEND,
    files: { 'news.mjml': newsWith('x').replace('<mj-title>News</mj-title>', '') },
    code: 65,
    says: /--subject/,
  },
  {
    what: 'no way to unsubscribe where the template needs one',
    args: SEND,
    files: { 'news.mjml': newsWith('<a href="{{unsubscribe_url}}">x</a>') },
    code: 78,
    says: /--unsubscribe-url/,
  },
  { what: 'a status without a ledger', args: ['status'], code: 66, says: /mailblast\.db.*--state/ },
  { what: '--out without --dry-run', args: [...SEND, '--out', 'x'], code: 64, says: /--dry-run/ },
];

for (const { what, args, env = {}, files = {}, code, says } of MISTAKES) {
  test(`${what}: ${code}`, async (t: TestContext) => {
    const desk = new Desk();
    t.after(() => desk.close());
    desk.campaign(2);
    for (const [name, text] of Object.entries(files)) desk.write(name, text);
    const finished = await desk.run(args, env);
    assert.equal(finished.code, code, finished.stderr);
    assert.match(finished.stderr, says);
    assert.doesNotMatch(finished.stderr, /\n\s+at .*:\d+:\d+/, 'a stack was shown');
    const kept = join(desk.folder, 'sandbox');
    assert.ok(
      !existsSync(join(kept, 'mailblast.db')) || !finished.stdout.includes('Sending'),
      'something was sent',
    );
  });
}

test('a misspelt campaign is answered with the one that was meant', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.campaign(2);
  assert.equal((await desk.run([...SEND, '--state', 'mailblast.db'])).code, 0);
  const { code, stderr } = await desk.run(['status', 'list-mews']);
  assert.equal(code, 64);
  assert.match(stderr, /Did you mean list-news\?/);
  const wrongState = await desk.run(['recipients', 'list-news', '--state', 'acepted']);
  assert.equal(wrongState.code, 64);
  assert.match(wrongState.stderr, /Did you mean accepted\?/);
});
