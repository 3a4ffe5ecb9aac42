// A campaign to start from: laid out by questions or without, never over anything, and right as it lies there.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { KINDS } from '../../../src/engine/kinds.js';
import { missing } from '../../servers/free-port.js';
import { Desk, until } from '../mailblast.js';

const COMMAND = fileURLToPath(new URL('../../../bin/mailblast.js', import.meta.url));
const TERMINAL = fileURLToPath(new URL('../terminal.py', import.meta.url));
const ON_TERMINAL = { skip: missing('python3') };
const FILES = ['.env.example', '.gitignore', 'list.csv', 'mailblast.config.json'];

function desk(t: { after(done: () => void): void }): Desk {
  const one = new Desk();
  t.after(() => one.close());
  return one;
}

/** Words for a shell in which `mailblast` is the built command, and nothing is set by the environment. */
function typed(at: Desk, script: string): Promise<{ code: number; shown: string }> {
  const bin = join(at.folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'mailblast'), `#!/bin/sh\nexec "${process.execPath}" "${COMMAND}" "$@"\n`);
  chmodSync(join(bin, 'mailblast'), 0o755);
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('MAILBLAST_'));
  const env = { ...Object.fromEntries(inherited), PATH: `${bin}:${process.env.PATH}` };
  return new Promise((resolve) =>
    execFile('sh', ['-ec', script], { cwd: at.folder, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), shown: stdout + stderr }),
    ),
  );
}

/** The commands that init prints, in their order. */
function nextCommands(stdout: string): string[] {
  return [...stdout.matchAll(/^[A-Z][\w ,]+: +((?:cd|mailblast) .*)$/gm)].map((found) => found[1]!);
}

for (const { name, triggered } of KINDS) {
  test(`${name}: what is laid out renders without a further word, and check finds nothing`, async (t) => {
    const at = desk(t);
    const { code, stdout, stderr } = await at.run(['init', 'my news', '--template', name, '--yes']);
    assert.equal(code, 0, stderr);
    const folder = join(at.folder, 'my news');
    assert.deepEqual(readdirSync(folder).sort(), [...FILES, `${name}.mjml`].sort());
    const [cd, , check, dryRun] = nextCommands(stdout);
    const checked = await typed(at, `${cd}\n${check}`);
    assert.equal(checked.code, 0, checked.shown);
    assert.match(checked.shown, /Nothing to mend was found\./);
    const { code: dry, shown } = await typed(at, `${cd}\n${dryRun}`);
    assert.equal(dry, 0, shown);
    assert.match(shown, new RegExp(`Campaign list-${name}: nothing is sent[^]* 0 invalid, 0 duplicates`));
    assert.equal(/^List-Unsubscribe: <mailto:you@example\.com>/m.test(shown), !triggered);
    assert.doesNotMatch(shown, /is empty in|MAILBLAST_\w+ is/);
  });
}

test('the rehearsal and the preview work as they are printed', async (t) => {
  const at = desk(t);
  const { stdout } = await at.run(['init', 'news', '--template', 'digest', '--yes']);
  const [cd, preview, , , rehearse] = nextCommands(stdout);
  const rehearsed = await typed(at, `${cd}\n${rehearse}`);
  assert.equal(rehearsed.code, 0, rehearsed.shown);
  assert.match(rehearsed.shown, /Campaign list-digest is complete: 4 accepted/);
  const script = `${cd}\n${preview} > page & pid=$!; trap 'kill $pid' EXIT; cd ..; while ! [ -f end ]; do sleep 0.05; done`;
  const page = typed(at, script);
  const shows = () =>
    existsSync(join(at.folder, 'news/page')) ? readFileSync(join(at.folder, 'news/page'), 'utf8') : '';
  await until('the preview prints its address', () => /^http.*\n/.test(shows()));
  const answer = await fetch(shows().trim());
  assert.equal(answer.status, 200);
  await answer.text();
  at.write('end', '');
  await page;
});

test('the settings that are laid out are taken, the copied .env.example included', async (t) => {
  const at = desk(t);
  const words = ['--from', 'Ada <ada@example.com>', '--relay', 'smtp://news@mail.example.com'];
  await at.run(['init', '--template', 'letter', ...words]);
  const { code, shown } = await typed(at, 'cp .env.example .env\nmailblast config list.csv');
  assert.equal(code, 0, shown);
  assert.match(shown, /^from +Ada <ada@example\.com> +mailblast\.config\.json/m);
  assert.match(shown, /^relay +smtp:\/\/mail\.example\.com:587 /m);
  assert.match(shown, /^user +news@|^user +set/m);
  assert.match(shown, /^unsubscribeMailto +ada@example\.com /m);
  assert.doesNotMatch(shown, /is not known|cut off/);
});

test('git keeps neither the login nor the ledger nor what rehearsals leave', {
  skip: missing('git'),
}, async (t) => {
  const at = desk(t);
  await at.run(['init', 'news', '--yes']);
  const { code, shown } = await typed(
    at,
    'cd news; git init -q; touch .env mailblast.db mailblast.db-wal; mkdir sandbox; touch sandbox/x; git add -A; git ls-files',
  );
  assert.equal(code, 0, shown);
  assert.deepEqual(shown.trim().split('\n').sort(), [...FILES, 'newsletter.mjml'].sort());
});

test('nothing is overwritten: what is there is named, and nothing is written beside it', async (t) => {
  const at = desk(t);
  at.write('list.csv', 'email\nada@example.com\n');
  at.write('letter.mjml', 'mine');
  const { code, stderr } = await at.run(['init', '--template', 'letter', '--yes']);
  assert.equal(code, 73);
  assert.match(stderr, / holds letter\.mjml, list\.csv already, and nothing is overwritten/);
  assert.deepEqual(readdirSync(at.folder).sort(), ['letter.mjml', 'list.csv']);
  assert.equal(readFileSync(join(at.folder, 'letter.mjml'), 'utf8'), 'mine');
  at.write('taken', '');
  const file = await at.run(['init', 'taken', '--yes']);
  assert.equal(file.code, 73, file.stderr);
});

test('a .gitignore that is there stays as it is, and what it lacks is told', async (t) => {
  const at = desk(t);
  at.write('.gitignore', 'node_modules\n.env\n');
  const { code, stdout } = await at.run(['init', '--yes']);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /The \.gitignore that was there is as it was; it should have: mailblast\.db\* {2}sandbox\//,
  );
  assert.equal(readFileSync(join(at.folder, '.gitignore'), 'utf8'), 'node_modules\n.env\n');
});

test('what cannot be taken is said before anything is written', async (t) => {
  const at = desk(t);
  const refused = async (code: number, sentence: RegExp, ...words: string[]) => {
    const result = await at.run(['init', 'news', ...words]);
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, sentence);
    assert.deepEqual(readdirSync(at.folder), []);
  };
  await refused(64, /There is no terminal to ask at\. Add --yes/);
  await refused(64, /There is no template digst\. Did you mean digest\?/, '--template', 'digst', '--yes');
  await refused(78, /--from "ada" is not usable/, '--from', 'ada', '--yes');
  await refused(64, /holds a password/, '--relay', 'smtp://u:secret@mail.example.com', '--yes');
});

test('a terminal is asked for what was not said; Enter takes the default', ON_TERMINAL, async (t) => {
  const at = desk(t);
  const atTerminal = (answers: readonly (readonly [string, string])[], ...words: string[]) => {
    at.through = ['python3', TERMINAL, JSON.stringify(answers)];
    const finished = at.run(['init', ...words]);
    at.through = [];
    return finished;
  };
  const settings = (folder: string) =>
    JSON.parse(readFileSync(join(at.folder, folder, 'mailblast.config.json'), 'utf8')) as Record<
      string,
      unknown
    >;

  const defaults = await atTerminal(
    [
      ['What kind', '\r'],
      ['Who sends', '\r'],
      ['which relay', '\r'],
    ],
    'one',
  );
  assert.equal(defaults.code, 0, defaults.stdout);
  assert.deepEqual(settings('one'), {
    template: 'newsletter.mjml',
    from: 'Your Name <you@example.com>',
    relay: 'sandbox',
    rate: '10/s',
    unsubscribeMailto: 'you@example.com',
  });

  const answered = await atTerminal(
    [
      ['What kind', '\x1b[B\x1b[B\r'],
      ['Who sends', 'nobody\r'],
      ['not usable', '\x7f\x7f\x7f\x7f\x7f\x7fAda <ada@example.com>\r'],
      ['which relay', 'smtp://u:secret@mail.example.com\r'],
      ['Leave the password out', `${'\x7f'.repeat(32)}smtps://mail.example.com\r`],
    ],
    'two',
  );
  assert.equal(answered.code, 0, answered.stdout);
  assert.equal(settings('two').template, 'digest.mjml');
  assert.equal(settings('two').from, 'Ada <ada@example.com>');
  assert.equal(settings('two').relay, 'smtps://mail.example.com:465');

  const words = ['--template', 'welcome', '--relay', 'sandbox'];
  const one = await atTerminal([['Who sends', 'Ada <ada@example.com>\r']], 'three', ...words);
  assert.equal(one.code, 0, one.stdout);
  assert.doesNotMatch(one.stdout, /What kind|which relay/);

  const left = await atTerminal(
    [
      ['What kind', '\r'],
      ['Who sends', '\x03'],
    ],
    'four',
  );
  assert.equal(left.code, 130, left.stdout);
  assert.match(left.stdout, /Nothing was written\./);
  assert.equal(existsSync(join(at.folder, 'four')), false);
});
