// `mailblast config` for people, the sample settings file, and what a start without settings does not load.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Desk } from '../mailblast.js';
import { BARE, config } from './in-force.js';

const SAMPLE = fileURLToPath(new URL('../../../samples/mailblast.config.json', import.meta.url));
const MAIN = new URL('../../../dist/cli/main.js', import.meta.url).href;

test('config works in an empty folder and lists every option of send, each a default', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  const { code, stdout, stderr } = await desk.run(['config'], BARE);
  assert.equal(code, 0);
  assert.equal(stderr, '');
  assert.match(stdout, /^Settings file: none/m);
  assert.match(stdout, /^\.env: none$/m);
  assert.match(stdout, /^Ledger: mailblast\.db beside the list$/m);
  assert.match(stdout, /^rate +10\/s +default$/m);
  assert.match(stdout, /^password +- +default$/m);
  const help = await desk.run(['send', '--help']);
  const flags = [...help.stdout.matchAll(/^ {2}--([a-z0-9-]+)/gm)].map(([, flag]) =>
    flag!.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
  );
  assert.ok(flags.length > 20);
  for (const flag of flags) {
    if (flag !== 'config') assert.match(stdout, new RegExp(`^${flag} `, 'm'));
  }
});

test('config says for each value the flag, the variable, or the file and line it comes from', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  const settingsFile = desk.write(
    'mailblast.config.json',
    '{\n  // slowly\n  "rate": "4/s",\n  "header": ["X-A: 1",\n    "X-B: 2",],\n}\n',
  );
  const dotenv = desk.write('.env', '\nMAILBLAST_SUBJECT="Bread, and \\u0007"\nMAILBLAST_LIMIT=5\n');
  const { stdout } = await desk.run(['config', '--connections', '2', '--row', '3'], {
    ...BARE,
    MAILBLAST_RETRY_FOR: '3d',
  });
  assert.ok(stdout.startsWith(`Settings file: ${settingsFile}\n.env: ${dotenv}\n`));
  assert.match(stdout, /^rate +4\/s +mailblast\.config\.json:3$/m);
  assert.match(stdout, /^header +X-A: 1 +mailblast\.config\.json:4\n +X-B: 2$/m);
  assert.match(stdout, /^limit +5 +\.env:3 MAILBLAST_LIMIT$/m);
  assert.match(stdout, /^retryFor +3d +environment MAILBLAST_RETRY_FOR$/m);
  assert.match(stdout, /^connections +2 +--connections$/m);
  assert.match(stdout, /^row +3 +--row$/m);
});

test('config says where the ledger lies', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  assert.equal((await config(desk)).ledger, null);
  assert.equal((await config(desk, ['lists/a.csv'])).ledger, join(desk.folder, 'lists/mailblast.db'));
  assert.equal((await config(desk, ['--state', 'x.db'])).ledger, join(desk.folder, 'x.db'));
  assert.equal(
    (await config(desk, ['--relay', 'sandbox'])).ledger,
    join(desk.folder, 'sandbox/mailblast.db'),
  );
});

test('the sample settings file is right, as far as this machine can tell', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  desk.write('mailblast.config.json', readFileSync(SAMPLE));
  const { setting, stderr } = await config(desk, [], { MAILBLAST_PASSWORD: 'x' });
  assert.equal(stderr, '');
  assert.equal(setting('from').from, 'settings file');
  assert.equal(setting('relay').value, 'smtp://mail.example.com:587');
});

test('the parser of settings files is loaded only where there is one', async (t) => {
  const desk = new Desk();
  t.after(() => desk.close());
  const script = `
    import { createRequire } from 'node:module';
    import { main } from ${JSON.stringify(MAIN)};
    await main(['node', 'mailblast', ...process.argv.slice(1)]);
    const loaded = Object.keys(createRequire(import.meta.url).cache);
    console.log('\\nloaded:' + ['commander', 'jsonc-parser'].filter((name) => loaded.some((file) => file.includes(name))));
  `;
  const loaded = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', script, '--', ...args],
      { cwd: desk.folder },
    );
    return /loaded:(.*)/.exec(stdout)![1];
  };
  assert.equal(await loaded('--version'), 'commander');
  assert.equal(await loaded('config'), 'commander');
  desk.write('mailblast.config.json', '{}');
  assert.equal(await loaded('send', '--help'), 'commander');
  assert.equal(await loaded('config'), 'commander,jsonc-parser');
});
