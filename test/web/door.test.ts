// Who may come in: the address that was printed, by this machine's own names. Everything else hears 403.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { Hono } from 'hono';
import { behindDoor } from '../../src/web/door.js';
import { serve } from '../../src/web/serve.js';

const HOST = '127.0.0.1:4711';
const site = new Hono();
site.get('/', (c) => c.text('the page'));
site.get('/data', (c) => c.text(`data ${c.req.query('x')}`));
site.post('/clear', (c) => c.text('cleared'));
const app = behindDoor({ token: 'sesame', hosts: () => [HOST, 'localhost:4711'] }, site);

function ask(path: string, headers: Record<string, string> = {}, method = 'GET') {
  return app.request(`http://${HOST}${path}`, { method, headers: { Host: HOST, ...headers } });
}

test('the address itself answers with the page, and its paths with what they are', async () => {
  assert.equal(await (await ask('/sesame/')).text(), 'the page');
  assert.equal(await (await ask('/sesame/data?x=1')).text(), 'data 1');
  const without = await ask('/sesame');
  assert.deepEqual([without.status, without.headers.get('Location')], [308, '/sesame/']);
  assert.equal((await ask('/sesame/nothing')).status, 404);
});

for (const path of [
  '/',
  '/sesam/',
  '/sesame2/',
  '/data',
  '/SESAME/',
  '//sesame/',
  '/favicon.ico',
  '/x/../y',
]) {
  test(`without the token ${path} is 403`, async () => {
    const answer = await ask(path);
    assert.equal(answer.status, 403);
    assert.doesNotMatch(await answer.text(), /sesame/);
  });
}

test('a name that is not this machine is 403, token or not: that is DNS rebinding', async () => {
  for (const host of ['evil.example', 'evil.example:4711', '127.0.0.1', '127.0.0.1:4712', '']) {
    assert.equal((await ask('/sesame/', { Host: host })).status, 403, host);
  }
  assert.equal((await ask('/sesame/', { Host: 'LOCALHOST:4711' })).status, 200);
});

test('an order from a page of elsewhere is 403', async () => {
  assert.equal((await ask('/sesame/clear', { Origin: 'http://evil.example' }, 'POST')).status, 403);
  assert.equal((await ask('/sesame/clear', { Origin: 'null' }, 'POST')).status, 403);
  assert.equal((await ask('/sesame/clear', { Origin: `http://${HOST}` }, 'POST')).status, 200);
});

test('no answer can be kept, sniffed, or tells others where it came from', async () => {
  for (const path of ['/', '/sesame/', '/sesame/data', '/sesame/nothing']) {
    const { headers } = await ask(path);
    assert.equal(headers.get('Referrer-Policy'), 'no-referrer');
    assert.equal(headers.get('Cache-Control'), 'no-store');
    assert.equal(headers.get('X-Content-Type-Options'), 'nosniff');
  }
});

test('a served site listens on loopback alone, under another token each time', async () => {
  const one = await serve(site, 0);
  const other = await serve(site, 0);
  try {
    assert.match(one.address, /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\/$/);
    assert.notEqual(new URL(one.address).pathname, new URL(other.address).pathname);
    assert.equal(await (await fetch(one.address)).text(), 'the page');
    assert.equal((await fetch(new URL('/', one.address))).status, 403);
    const port = Number(new URL(one.address).port);
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of others) assert.equal(await answers(address, port), false);
  } finally {
    await Promise.all([one.close(), other.close()]);
  }
});

test('a port in use is told with the way out', async () => {
  const one = await serve(site, 0);
  try {
    await assert.rejects(serve(site, Number(new URL(one.address).port)), /is in use; name another one/);
  } finally {
    await one.close();
  }
});

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
