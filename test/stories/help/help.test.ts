// What --help shows: a command's options are declared only when it is named, and nobody may notice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMANDS } from '../../../src/cli/commands.js';
import { Desk } from '../mailblast.js';

async function said(t: { after(done: () => void): void }, ...args: string[]) {
  const desk = new Desk();
  t.after(() => desk.close());
  return desk.run(args);
}

test('--help lists every command with its arguments', async (t) => {
  const { code, stdout, stderr } = await said(t, '--help');
  assert.equal(code, 0, stderr);
  for (const { name, takes, usage = '[options]' } of COMMANDS) {
    const words = [name, usage, ...takes.map(([argument]) => argument)].join(' ');
    assert.ok(stdout.includes(`\n  ${words} `), `${words} in:\n${stdout}`);
  }
});

test("<command> --help and help <command> show the command's own options", async (t) => {
  for (const { name, usage } of COMMANDS) {
    const { code, stdout } = await said(t, name, '--help');
    assert.equal(code, 0);
    assert.match(stdout, usage === undefined ? /^ {2}--[a-z]/m : /^Commands:/m, name);
    assert.equal((await said(t, 'help', name)).stdout, stdout);
  }
});

test('a command that does not exist is named with the nearest one, and so is an option', async (t) => {
  const command = await said(t, 'sttus');
  assert.equal(command.code, 64);
  assert.match(command.stderr, /unknown command 'sttus'\n\(Did you mean status\?\)/);
  const option = await said(t, 'status', '--jsn');
  assert.equal(option.code, 64);
  assert.match(option.stderr, /unknown option '--jsn'\n\(Did you mean --json\?\)/);
});
