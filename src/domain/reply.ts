// A relay's reply as a value: code, enhanced status code, text. RFC 5321 4.2, RFC 2034, RFC 3463.
// Knows nothing of sockets; src/relay/replies.ts puts replies together from octets.

/** One whole reply, however many lines it came in. */
export interface Reply {
  /** 200 to 599. */
  readonly code: number;
  /** RFC 3463 `class.subject.detail` when its class agrees with the code's first digit; else empty. */
  readonly enhanced: string;
  /** The text of all lines joined by blanks, without codes; characters that no terminal should get are taken out. */
  readonly text: string;
}

/** The reply's class: 2 yes, 3 go on, 4 not now, 5 no. */
export function replyClass(reply: Reply): number {
  return Math.floor(reply.code / 100);
}

/** As people quote it: `550 5.1.1 No such user`. */
export function formatReply(reply: Reply): string {
  return [String(reply.code), reply.enhanced, reply.text].filter((part) => part !== '').join(' ');
}
