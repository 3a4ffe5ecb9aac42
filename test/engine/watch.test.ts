// Files are followed however they are saved.

import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { FileWatch } from '../../src/engine/preview/watch.js';

let folder: string;
let watch: FileWatch;
let told: string[][];
let heard: (() => void) | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailblast-watch-'));
  told = [];
  watch = new FileWatch((paths) => {
    told.push(paths.map((path) => path.slice(folder.length + 1)));
    heard?.();
  });
});
afterEach(() => {
  watch.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = (name: string) => join(folder, name);

/** The next word of the watch, after `save`. */
async function after(save: () => void): Promise<string[]> {
  const word = new Promise<void>((resolve) => {
    heard = resolve;
  });
  save();
  await word;
  heard = undefined;
  return told.splice(0).flat();
}

test('a file is followed through writing in place, renaming over, taking away and coming back', async () => {
  writeFileSync(at('news.mjml'), 'one');
  await watch.follow([at('news.mjml')]);
  assert.deepEqual(await after(() => writeFileSync(at('news.mjml'), 'two')), ['news.mjml']);
  const byRename = () => {
    writeFileSync(at('.news.swp'), 'three');
    renameSync(at('.news.swp'), at('news.mjml'));
  };
  assert.deepEqual(await after(byRename), ['news.mjml']);
  assert.deepEqual(await after(byRename), ['news.mjml'], 'and again, by another inode');
  assert.deepEqual(await after(() => unlinkSync(at('news.mjml'))), ['news.mjml']);
  assert.deepEqual(await after(() => writeFileSync(at('news.mjml'), 'four')), ['news.mjml']);
});

test('a file that is not there yet is followed, and other files are nobody’s business', async () => {
  await watch.follow([at('header.mjml')]);
  writeFileSync(at('other.txt'), 'x');
  assert.deepEqual(await after(() => writeFileSync(at('header.mjml'), '')), ['header.mjml']);
});

test('a link’s target is followed though its folder gives no events', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'mailblast-watch-'));
  writeFileSync(join(elsewhere, 'real.mjml'), 'one');
  symlinkSync(join(elsewhere, 'real.mjml'), at('news.mjml'));
  await watch.follow([at('news.mjml')]);
  assert.deepEqual(await after(() => writeFileSync(join(elsewhere, 'real.mjml'), 'three')), ['news.mjml']);
  rmSync(elsewhere, { recursive: true });
});
