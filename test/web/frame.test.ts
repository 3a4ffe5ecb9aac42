// A message's HTML as it stands in the page's frame: nothing of it is lost but what could reach the network.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameDocument, hasDarkStyles, remotePictures } from '../../src/web/frame.js';

const OFF = { dark: false, pictures: false };

test('without images the policy lets nothing be loaded; with images, images alone', () => {
  assert.match(frameDocument('', [], OFF).policy, /default-src 'none'; .*img-src 'none'; .*sandbox$/);
  assert.match(frameDocument('', [], { ...OFF, pictures: true }).policy, /img-src data: https: http:; /);
});

test('elements that open connections ahead of need, or move links, become others', () => {
  const { html } = frameDocument(
    '<!DOCTYPE html><head><LINK rel=preconnect href=//evil.example><link\nrel="dns-prefetch"><base href="//evil.example/">' +
      '<iframe src="//evil.example"></iframe><object data="//evil.example"></object><embed src="//evil.example">' +
      '<meta http-equiv="refresh" content="0;url=//evil.example"></head><p>about links and bases</p>',
    [],
    OFF,
  );
  assert.doesNotMatch(html, /<(?:link|iframe|object|embed)|<base(?! target="_blank">)| http-equiv/i);
  assert.match(html, /^<!DOCTYPE html><base target="_blank">/);
  assert.match(html, /<p>about links and bases<\/p>$/);
});

test('dark mode is what was chosen, not what the machine is set to', () => {
  const mail =
    '<head><meta name="color-scheme" content="light dark"><style>:root{color-scheme:light dark}' +
    '@media (prefers-color-scheme: dark){p{color:red}}@media ( Prefers-Color-Scheme:light ){p{color:blue}}</style></head>' +
    '<p>prefers-color-scheme: dark</p>';
  const dark = frameDocument(mail, [], { ...OFF, dark: true }).html;
  assert.match(dark, /@media \(min-width:0\)\{p\{color:red\}\}@media \(max-width:0\)\{p\{color:blue\}\}/);
  assert.match(dark, /:root\{color-scheme:only dark\}/);
  assert.match(dark, /<p>prefers-color-scheme: dark<\/p>/);
  const light = frameDocument(mail, [], OFF).html;
  assert.match(light, /@media \(max-width:0\)\{p\{color:red\}\}/);
  assert.match(light, /:root\{color-scheme:only light\}/);
  assert.ok(hasDarkStyles(mail));
  assert.ok(!hasDarkStyles('<p>plain</p>'));
  assert.match(frameDocument('<p>', [], { ...OFF, dark: true }).html, /only light/);
});

test('images that come along are shown from within, once images are on', () => {
  const picture = { contentId: 'a+b@x', type: 'image/png', octets: Buffer.from('png') };
  const page = { contentId: 'c@x', type: 'text/html', octets: Buffer.from('<script>') };
  const mail = '<img src="cid:a%2Bb@x"><img src=cid:a+b@x><img src="cid:c@x"><img src="cid:none">';
  const on = frameDocument(mail, [picture, page], { ...OFF, pictures: true }).html;
  assert.equal(on.split('data:image/png;base64,cG5n').length, 3);
  assert.match(on, /<img src="cid:c@x"><img src="cid:none">/);
  assert.doesNotMatch(frameDocument(mail, [picture], OFF).html, /data:/);
});

test('images from elsewhere are counted, each address once', () => {
  const mail =
    '<img src="https://a.example/1.png"><img src=\'//a.example/2.png\'><td background="http://a.example/3.png">' +
    '<p style="background:url(https://a.example/1.png)"><a href="https://a.example/4.png"><img src="cid:5">';
  assert.equal(remotePictures(mail), 3);
});
