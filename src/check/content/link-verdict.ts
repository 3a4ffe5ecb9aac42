// What is wrong with a link, as its reader finds out by following it. Knows URLs; knows nothing of files or merge tags.

export interface Verdict {
  readonly rule: 'empty-link' | 'localhost-link' | 'broken-link' | 'http-link' | 'unmerged-tag';
  /** A sentence's end, behind the link: "leads nowhere". */
  readonly reason: string;
  readonly mend: string;
}

const PRIVATE =
  /^(?:localhost|.*\.localhost|.*\.local|.*\.test|.*\.internal|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\]|10(?:\.\d+){3}|192\.168(?:\.\d+){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2})$/i;

/** Undefined when nothing is wrong. `written` is as a reader's mail program gets it, or has tags covered by letters. */
export function verdictOn(written: string): Verdict | undefined {
  const link = written.trim();
  if (link.includes('{{')) {
    return {
      rule: 'unmerged-tag',
      reason: 'still holds a merge tag, which is sent as it stands and opens an error page',
      mend: 'Take the backslash before {{ away, or take the tag out.',
    };
  }
  if (link === '' || link === '#' || /^(?:https?:\/*|mailto:|tel:|javascript:.*)$/i.test(link)) {
    return {
      rule: 'empty-link',
      reason: 'leads nowhere: a click does nothing, or opens the mail program itself',
      mend: 'Give the whole address (https://…), or take the link away.',
    };
  }
  if (link.startsWith('#') || /^(?:mailto|tel|sms|cid|data):/i.test(link)) return undefined;
  if (!/^[a-z][a-z0-9+.-]*:/i.test(link) || /^localhost:/i.test(link)) {
    const local = PRIVATE.test(link.replace(/^\/+/, '').split(/[/:?#]/)[0] ?? '');
    return local
      ? LOCAL
      : {
          rule: 'broken-link',
          reason:
            'is no whole address: in a mail there is no page that it could start from, so it opens nothing',
          mend: `Write it with its beginning: https://${link.replace(/^\/+/, '')}.`,
        };
  }
  let url: URL;
  try {
    url = new URL(link);
  } catch {
    return {
      rule: 'broken-link',
      reason: 'cannot be read as an address, so it opens nothing',
      mend: 'Copy the address anew from the browser.',
    };
  }
  if (PRIVATE.test(url.hostname)) return LOCAL;
  if (url.protocol !== 'http:') return undefined;
  return {
    rule: 'http-link',
    reason: 'is not encrypted (http:): browsers warn of it, and whoever listens sees who follows it',
    mend: 'Write https: if the site offers it, as almost all do.',
  };
}

const LOCAL: Verdict = {
  rule: 'localhost-link',
  reason: "leads to your own machine or network: on the reader's there is nothing",
  mend: 'Give the address that the public has.',
};
