// How long a relay may take at each step. Figures only.

/** All in milliseconds. RFC 5321 4.5.3.2 gives the least that a client should wait at each step of a transaction. */
export interface Timeouts {
  /** Name lookup, TCP, and TLS where it comes first. A relay is near, unlike the MX hosts the RFC thinks of. */
  readonly connect: number;
  /** The greeting, and the TLS handshake after STARTTLS. */
  readonly greeting: number;
  /** The reply to any command, from EHLO to RCPT. */
  readonly command: number;
  /** The reply to DATA. */
  readonly data: number;
  /** The relay's taking of one piece of the body. */
  readonly block: number;
  /** The reply to the end of the body. Cutting it short makes deliveries in doubt. */
  readonly body: number;
  /** The reply to QUIT, which nothing depends on. */
  readonly quit: number;
}

export const TIMEOUTS: Timeouts = {
  connect: 30_000,
  greeting: 30_000,
  command: 300_000,
  data: 120_000,
  block: 180_000,
  body: 600_000,
  quit: 2_000,
};
