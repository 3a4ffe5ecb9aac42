// Addresses that are well formed and yet look wrong: a provider's name mistyped, a mailbox that no single person reads.
// Knows names; asks no DNS.

import { editDistance, nearest } from '../../domain/nearest.js';

/**
 * Where most people of most lists have their mailboxes. Only what lies next to one of these is called mistyped, so a
 * domain that is missing here is merely not watched over.
 */
const COMMON = [
  'gmail.com',
  'googlemail.com',
  'yahoo.com',
  'yahoo.co.uk',
  'yahoo.fr',
  'yahoo.de',
  'ymail.com',
  'hotmail.com',
  'hotmail.co.uk',
  'hotmail.fr',
  'outlook.com',
  'outlook.de',
  'live.com',
  'msn.com',
  'icloud.com',
  'me.com',
  'aol.com',
  'comcast.net',
  'verizon.net',
  'protonmail.com',
  'proton.me',
  'gmx.de',
  'gmx.net',
  'gmx.at',
  'gmx.com',
  'web.de',
  't-online.de',
  'freenet.de',
  'orange.fr',
  'wanadoo.fr',
  'laposte.net',
  'free.fr',
  'libero.it',
  'mail.ru',
  'yandex.ru',
  'qq.com',
  '163.com',
  'zoho.com',
  'fastmail.com',
] as const;

/** Real providers whose names lie next to a common one's: nobody mistyped them. */
const REAL = new Set([
  'mail.com',
  'email.com',
  'gmx.ch',
  'gmx.fr',
  'gmx.us',
  'ymail.de',
  'rocketmail.com',
  'hotmail.de',
  'hotmail.it',
  'hotmail.es',
  'hotmail.nl',
  'hotmail.be',
  'hotmail.se',
  'hotmail.ca',
  'outlook.fr',
  'outlook.es',
  'outlook.it',
  'outlook.at',
  'outlook.be',
  'outlook.dk',
  'outlook.ie',
  'outlook.pt',
  'live.de',
  'live.fr',
  'live.nl',
  'live.it',
  'live.se',
  'live.ca',
  'live.be',
  'live.dk',
  'live.no',
  'live.cn',
  'yahoo.it',
  'yahoo.es',
  'yahoo.ca',
  'yahoo.in',
  'yahoo.ie',
  'yahoo.gr',
  'yahoo.pl',
  'yahoo.ro',
  'yahoo.no',
  'yahoo.dk',
  'yahoo.se',
  'yahoo.cn',
  'yahoo.co.in',
  'yahoo.co.jp',
  'yahoo.co.id',
  'yahoo.co.nz',
  'yahoo.co.kr',
  'yahoo.co.za',
  'tmail.com',
  'vmail.com',
  'mac.com',
  'web.com',
  'aon.at',
  'aol.de',
  'aol.fr',
  'aol.it',
  'yandex.com',
  'yandex.by',
  'yandex.kz',
  'yandex.ua',
  'protonmail.ch',
  'proton.ch',
  'fastmail.fm',
  'zoho.eu',
  'zoho.in',
  'zohomail.com',
  '126.com',
  '139.com',
  '189.com',
  'sina.com',
  'mail.de',
  'mail.bg',
  'mail.ee',
  'gmx.eu',
  'gmx.info',
  'gmx.org',
  'orange.es',
  'orange.pl',
  'free.de',
  'online.de',
  'freemail.de',
  'hushmail.com',
  'inmail.com',
]);

/** The top-level domains that a slip of the finger makes, none of which is a country that mail comes from. */
const SLIPS = /\.(?:con|cmo|ocm|comm|cim|vom|xom|coom|cpm|c0m|nte|ner|og|rog)$/;

const known = new Set<string>(COMMON);
const judged = new Map<string, string | undefined>();
/** So that a list of a million domains does not fill memory. */
const REMEMBERED = 20_000;

/** The domain that was meant, when the address's own looks mistyped. */
export function meantDomain(domain: string): string | undefined {
  if (known.has(domain) || REAL.has(domain)) return undefined;
  if (judged.has(domain)) return judged.get(domain);
  const meant = judge(domain);
  if (judged.size < REMEMBERED) judged.set(domain, meant);
  return meant;
}

function judge(domain: string): string | undefined {
  if (domain.length < 5 || domain.length > 20 || domain.startsWith('xn--')) return undefined;
  if (SLIPS.test(domain)) {
    const slipped = nearest(domain, COMMON);
    return slipped ?? domain.replace(SLIPS, /n[te]?[etr]$/.test(domain) ? '.net' : '.com');
  }
  const meant = nearest(domain, COMMON);
  if (meant === undefined || !near(domain, meant)) return undefined;
  return meant;
}

/**
 * One slip apart in the name, two in a long one. With the name right, another top-level domain is another company's
 * (`yahoo.dk`) and no slip, unless it is `.com` cut short.
 */
function near(domain: string, meant: string): boolean {
  const name = (text: string) => text.slice(0, text.indexOf('.'));
  const end = (text: string) => text.slice(text.indexOf('.'));
  if (name(meant).length < 5) return false;
  if (name(domain) === name(meant)) return /^\.(?:co|cm|om)$/.test(end(domain)) && end(meant) === '.com';
  if (end(domain) !== end(meant) || domain[0] !== meant[0]) return false;
  return editDistance(name(domain), name(meant)) <= (name(meant).length < 8 ? 1 : 2);
}

/** Local parts of RFC 2142 and their like: mailboxes of a function, read by several people or by a machine. */
const ROLES = new Set(
  'abuse accounts admin administrator billing contact enquiries finance help helpdesk hostmaster hr info inquiries jobs mail mailer-daemon marketing media newsletter no-reply noreply noc office orders postmaster press privacy root sales security service support sysadmin team test undisclosed usenet webmaster www'.split(
    ' ',
  ),
);

export function isRole(local: string): boolean {
  const plus = local.indexOf('+');
  return ROLES.has((plus < 0 ? local : local.slice(0, plus)).toLowerCase());
}
