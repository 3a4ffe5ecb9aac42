// Whether compiled HTML is whole for Outlook, which reads MJML's conditional comments, and for everybody else.
// Knows conditional comments and the elements that must be closed.

import assert from 'node:assert/strict';

/** Every start tag of an element that must be closed is closed, in its order, for Outlook and for others. */
export function assertBalanced(html: string): void {
  const opens = html.match(/<!--\[if/g)?.length ?? 0;
  assert.equal(html.match(/<!\[endif\]-->/g)?.length ?? 0, opens);
  const revealed = html.replace(/<!--\[if !mso[^\]]*\]><!-->|<!--<!\[endif\]-->/g, '');
  const others = revealed.replace(/<!--\[if[\s\S]*?<!\[endif\]-->/g, '');
  const outlook = revealed.replace(/<!--\[if[^\]]*\]>|<!\[endif\]-->/g, '');
  for (const view of [others, outlook]) {
    const open: string[] = [];
    for (const [, slash, name] of view.matchAll(/<(\/?)(table|tbody|tr|td|th|div)\b[^>]*>/g)) {
      if (slash === '') open.push(name!);
      else assert.equal(open.pop(), name);
    }
    assert.deepEqual(open, []);
  }
}
