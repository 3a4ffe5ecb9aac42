// What is used of mailauth's lib/tools.js, which has no types of its own.

declare module 'mailauth/lib/tools.js' {
  /**
   * Looks a DKIM key up. Rejects with Node's code when there is none, else with EINVALIDVAL, EINVALIDVER, EINVALIDTYPE or
   * ESHORTKEY, and `rr` as far as there was a record.
   */
  export function getPublicKey(
    type: 'DKIM',
    name: string,
    minBitLength: number,
    resolver: (name: string, type: string) => Promise<string[]>,
  ): Promise<{ publicKey: string; rr: string; modulusLength: number | undefined }>;
}
