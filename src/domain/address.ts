// Mail addresses: which ones can be mailed, how they go out, and the key by which people are found again.
// Knows the grammar of RFC 5321 4.1.2 as far as newsletters need it; knows nothing of lists or relays.

/** An address that can be mailed. */
export interface Address {
  /** As first written, its domain as A-labels (RFC 5891) and in lower case. The local part may be Unicode (RFC 6531). */
  readonly address: string;
  /** The key for duplicates, merging and suppression: the whole address case-folded. */
  readonly key: string;
}

/** A mailbox with the name shown to its reader: `Ada <ada@example.com>`. */
export interface Mailbox {
  /** May be empty. Unicode, without control characters. */
  readonly name: string;
  readonly address: Address;
}

/** Either an address, or the reason why the text is none, for the one who keeps the list. */
export type ParsedAddress = Address | { readonly reason: string };

const ATEXT = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
/** RFC 6531 3.3: atext and dots, or any letter beyond ASCII. Blanks and invisible characters are refused before. */
const UTF8_LOCAL = /^(?!\.)(?!.*\.\.)(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]|(?!\s)[\u{80}-\u{10ffff}])+(?<!\.)$/u;
const LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
const NON_ASCII = /[^\x00-\x7f]/;

/** Such as the zero-width space that comes along from a web page. Joiners belong into some domains (RFC 5892 A.1). */
const INVISIBLE = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const SEVERAL = /@.*[\s,;].*@/;

/** Reads one address, blanks around it ignored. Never throws. */
export function parseAddress(text: string): ParsedAddress {
  const written = text.trim();
  if (written === '') return { reason: 'the address is missing' };
  // Before the patterns below, which take long over long texts.
  if (written.length > 254) return { reason: 'the address is longer than 254 characters' };
  const invisible = INVISIBLE.exec(written);
  if (invisible) {
    const code = invisible[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    return { reason: `the address holds an invisible character (U+${code})` };
  }
  const at = written.lastIndexOf('@');
  if (at < 0) return { reason: 'the address has no @' };
  if (written.endsWith('>')) return { reason: 'the address stands between < and >, with a name or without' };
  if (SEVERAL.test(written)) return { reason: 'there is more than one address' };
  const local = written.slice(0, at);
  if (local === '') return { reason: 'nothing stands before the @' };
  const octets = NON_ASCII.test(local) ? new TextEncoder().encode(local).length : local.length;
  if (octets > 64) return { reason: 'the part before the @ is longer than 64 characters' };
  if (!(octets === local.length ? ATEXT : UTF8_LOCAL).test(local))
    return { reason: 'the part before the @ is not a valid local part' };
  // Servers are known to decode such a local part (RFC 2047), and to deliver to whoever stands in it.
  if (/=\?.*\?=/.test(local)) return { reason: 'the part before the @ looks like an encoded word (=?…?=)' };
  const domain = knownDomain(written.slice(at + 1));
  if (domain === undefined) return { reason: 'the part behind the @ is not a valid domain' };
  const address = `${local}@${domain}`;
  if (address.length > 254) return { reason: 'the address is longer than 254 characters' };
  return { address, key: (octets === local.length ? address : address.normalize('NFC')).toLowerCase() };
}

/** Whether a relay must offer SMTPUTF8 (RFC 6531) to take the address. */
export function needsSmtpUtf8(address: string): boolean {
  return NON_ASCII.test(address);
}

/** True when the parse gave an address. */
export function isAddress(parsed: ParsedAddress): parsed is Address {
  return 'key' in parsed;
}

/** The part behind the @. */
export function domainOf(address: Address): string {
  return address.key.slice(address.key.lastIndexOf('@') + 1);
}

/** What `asciiDomain` said of domains before. The people of a list share few, and judging one costs a fifth of an address. */
const judged = new Map<string, string | undefined>();
/** Then it begins anew: half a megabyte at the most. */
const MOST_JUDGED = 2000;

function knownDomain(text: string): string | undefined {
  const known = judged.get(text);
  if (known !== undefined || judged.has(text)) return known;
  if (judged.size >= MOST_JUDGED) judged.clear();
  const domain = asciiDomain(text);
  judged.set(text, domain);
  return domain;
}

/**
 * The domain as A-labels in lower case, or undefined. Two labels at least: a newsletter goes to no bare host name.
 * Unicode goes through the URL parser, which every JavaScript runtime has and which does UTS #46.
 */
function asciiDomain(text: string): string | undefined {
  let domain = text.toLowerCase();
  if (NON_ASCII.test(domain)) {
    if (/[\s/?#@:%\\[\]]/.test(domain)) return undefined;
    try {
      domain = new URL(`http://${domain}/`).hostname;
    } catch {
      return undefined;
    }
  }
  const labels = domain.split('.');
  if (labels.length < 2 || domain.length > 253 || !labels.every((label) => LABEL.test(label)))
    return undefined;
  if (/^[0-9]+$/.test(labels[labels.length - 1]!)) return undefined;
  return domain;
}

/**
 * Reads `Name <address>`, `"Name" <address>` or a bare address.
 * The name comes back without its quotes; a reason comes back where it cannot be read.
 */
export function parseMailbox(text: string): Mailbox | { readonly reason: string } {
  const written = text.trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
  if (/[\x00-\x08\x0a-\x1f\x7f-\x9f]/.test(written))
    return { reason: 'it holds a control character or a line break' };
  const angled = /^(.*)<([^<>]*)>$/.exec(written);
  const address = parseAddress(angled ? angled[2]! : written);
  if (!isAddress(address)) return address;
  const name = (angled?.[1] ?? '').trim();
  if (angled && !name.startsWith('"') && /[<>]/.test(name))
    return { reason: 'there is more than one address' };
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(name);
  return { name: quoted ? quoted[1]!.replace(/\\(.)/g, '$1') : name, address };
}
