// One try at handing a message to a relay: what goes in, and what can come out.
// The values that engine, message and relay hand each other; pure types.

import type { Reply } from './reply.js';

/** RFC 5321 envelope, apart from the headers. Addresses without angle brackets; the recipient's may need SMTPUTF8. */
export interface Envelope {
  readonly returnPath: string;
  readonly recipient: string;
}

/**
 * A complete message in hand. Its octets are final: CRLF line ends only, no line begins with a dot, no NUL,
 * no line over 998 octets, and it ends in CRLF. The relay appends the end-of-data dot.
 */
export interface Outgoing {
  readonly envelope: Envelope;
  readonly octets: Uint8Array;
}

/** Where in the conversation something happened. `body` is what came after the end-of-data dot. */
export type Stage = 'connect' | 'greeting' | 'ehlo' | 'tls' | 'auth' | 'mail' | 'rcpt' | 'data' | 'body';

/**
 * How an attempt ended.
 * `replied`: the relay decided, at this stage, with these words.
 * `lost`: no (sensible) reply at this stage; `lastOctetLeft` says whether the message's end may have reached the
 * relay, which makes it in doubt (R4). `why` is a sentence part: "the connection was reset".
 * `unable`: this relay cannot be asked to take this recipient; nothing was said, and the session goes on.
 */
export type Attempt =
  | { readonly ended: 'replied'; readonly stage: 'mail' | 'rcpt' | 'data' | 'body'; readonly reply: Reply }
  | { readonly ended: 'unable'; readonly why: string }
  | { readonly ended: 'lost'; readonly stage: Stage; readonly lastOctetLeft: boolean; readonly why: string };

/** Why no session could be opened. `reply` is the relay's, if it got that far; `why` a sentence part. */
export interface ConnectFailure {
  readonly stage: 'connect' | 'greeting' | 'ehlo' | 'tls' | 'auth';
  readonly reply: Reply | undefined;
  readonly why: string;
  /** The connection ended, or nothing sensible was said: no word on what the stage is about, such as the login. */
  readonly lost?: boolean;
}
