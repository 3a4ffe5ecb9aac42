// Octets that some server somewhere has taken for the end of a message ("SMTP smuggling", SEC Consult 2023,
// CVE-2023-51764 to -51766, CVE-2024-27305), each followed by a message of the smuggler's.

const ENDS: readonly string[] = [
  '\r\n.\r\n',
  '\n.\n',
  '\r.\r',
  '\n.\r\n',
  '\r\n.\r',
  '\r\n.\n',
  '\r.\r\n',
  '\n.\r',
  '\r.\n',
  '\r\r\n.\r\r\n',
  '\r\n.\r\r\n',
  '\r\n..\r\n',
  '\n..\n',
  '\r\n. \r\n',
  '\r\n.\t\r\n',
  '\u0085.\u0085',
  '\u2028.\u2028',
  '\r\n\u200b.\r\n',
  '=0D=0A.=0D=0A',
  '%0D%0A.%0D%0A',
  '&#13;&#10;.&#13;&#10;',
  '\r\n\0.\r\n',
  '\r\0\n.\r\0\n',
];

const EVIL =
  'RSET\r\nMAIL FROM:<evil@example.net>\r\nRCPT TO:<victim@example.net>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n.\r\n';

/** Each end alone, at the beginning, at the end, and with a smuggled message behind it. */
export const SMUGGLES: readonly string[] = [
  ...ENDS,
  ...ENDS.map((end) => `text${end}${EVIL}`),
  ...ENDS.map((end) => `text${end}${EVIL.replaceAll('\r\n', '\n')}`),
  `.\r\n${EVIL}`,
  `\r\n.\r\nBDAT 10 LAST\r\n${EVIL}`,
];

/** A control character that no list's row may hold. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters in question.
export const isRefused = (value: string): boolean => /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(value);
