// The relaxed canonical form of a message (RFC 6376 3.4.2 and 3.4.4): what DKIM hashes instead of the octets themselves.
// Knows blanks and line ends; knows nothing of signatures and keys.

const TAB = 9;
const LF = 10;
const CR = 13;
const BLANK = 32;

const TWO_BLANKS = Buffer.from('  ', 'latin1');
const BLANK_BEFORE_END = Buffer.from(' \r\n', 'latin1');
const LINE_END = Buffer.from('\r\n', 'latin1');

/** As many octets without a change end looking at each. */
const NEAR = 256;

/** A header field as it stands in a message, folded, without the line end behind it. One character an octet. */
export interface HeaderField {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
}

/** A header section's fields, from its first to its last. `section` is without the line end behind it. */
export function headerFields(section: string): HeaderField[] {
  return section.split(/\r\n(?![\t ])/).map((field) => {
    const colon = field.indexOf(':');
    return { name: field.slice(0, colon).trimEnd().toLowerCase(), value: field.slice(colon + 1) };
  });
}

/** The field in one line: `subject:News`, without the line end that separates it from the next. */
export function relaxedField({ name, value }: HeaderField): string {
  const unfolded = value.replace(/\r\n/g, '').replace(/[\t ]+/g, ' ');
  return `${name}:${unfolded.replace(/^ | $/g, '')}`;
}

/** Whether whole lines come out as they are: no tab, no two blanks side by side, none at a line's end. */
export function isRelaxed(lines: Uint8Array): boolean {
  for (let at = 0; at < lines.length; at++) {
    const octet = lines[at]!;
    if (octet === TAB) return false;
    if (octet === BLANK && (lines[at + 1] === BLANK || lines[at + 1] === CR)) return false;
  }
  return true;
}

/**
 * The body with each run of blanks as one, without those at the ends of lines and without empty lines at its end;
 * it ends in CRLF unless it is empty. A body that is like this already comes back as it is, a part of the same memory.
 * `known`: its lines are, by `isRelaxed`. To find that out here takes 35 µs for 33 kB, more than its hash.
 */
export function relaxedBody(body: Buffer, known = false): Buffer {
  const end = lastContent(body);
  if (end === 0) return body.subarray(0, 0);
  if (known && endsLine(body, end)) return body.subarray(0, end + LINE_END.length);
  const search = { tab: -2, two: -2, trailing: -2 };
  let change = nextChange(body, 0, end, search);
  if (change === end && endsLine(body, end)) return body.subarray(0, end + LINE_END.length);
  // Nothing gets longer but the last line, which may lack its end.
  const relaxed = Buffer.allocUnsafe(end + LINE_END.length);
  let length = 0;
  let from = 0;
  while (change < end) {
    let runStart = change;
    while (runStart > from && isBlank(body[runStart - 1])) runStart--;
    length += body.copy(relaxed, length, from, runStart);
    from = runStart;
    // Changes seldom come alone, and a search costs as much as looking at a hundred octets.
    let calm = from + NEAR;
    while (from < calm && from < end) {
      const octet = body[from]!;
      if (isBlank(octet)) {
        const start = from;
        while (isBlank(body[from])) from++;
        const trailing = endsLine(body, from);
        if (!trailing) relaxed[length++] = BLANK;
        if (trailing || octet === TAB || from - start > 1) calm = from + NEAR;
      } else {
        relaxed[length++] = octet;
        from++;
      }
    }
    change = nextChange(body, from, end, search);
  }
  length += body.copy(relaxed, length, from, end);
  length += LINE_END.copy(relaxed, length);
  return relaxed.subarray(0, length);
}

/** Where the last line that is not empty ends, blanks at its end left out; 0 when all are empty. */
function lastContent(body: Buffer): number {
  let end = body.length;
  for (;;) {
    while (end > 0 && isBlank(body[end - 1])) end--;
    if (end < 2 || !endsLine(body, end - 2)) return end;
    end -= 2;
  }
}

/** Where each kind of change stands next; -2 before the first search. */
interface Search {
  tab: number;
  two: number;
  trailing: number;
}

/** The first place at or behind `from` where a run of blanks is not one blank within a line; `end` without any. */
function nextChange(body: Buffer, from: number, end: number, search: Search): number {
  // Each search goes on from where it last found something, so that all of them together are linear.
  if (search.tab < from) search.tab = found(body.indexOf(TAB, from), end);
  if (search.two < from) search.two = found(body.indexOf(TWO_BLANKS, from), end);
  if (search.trailing < from) search.trailing = found(body.indexOf(BLANK_BEFORE_END, from), end);
  return Math.min(search.tab, search.two, search.trailing);
}

function found(at: number, end: number): number {
  return at < 0 || at > end ? end : at;
}

function endsLine(body: Buffer, at: number): boolean {
  return body[at] === CR && body[at + 1] === LF;
}

function isBlank(octet: number | undefined): boolean {
  return octet === BLANK || octet === TAB;
}
