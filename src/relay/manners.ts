// What a relay has shown of itself in this run: whether commands may leave in groups, and messages in chunks.
// One object for all sessions of a relay. Knows nothing of conversations.

/** Announced is one thing; what is answered wrongly once is not tried again in the same run. */
export class Manners {
  #groups = true;
  #chunks = true;

  /** Commands may leave in groups (RFC 2920), where that is announced. */
  get groups(): boolean {
    return this.#groups;
  }

  /** Messages may leave as chunks (RFC 3030), where that is announced. */
  get chunks(): boolean {
    return this.#groups && this.#chunks;
  }

  /** Gives the sentence for the user the first time. `why`: "the relay answered DATA with 250". */
  noGroups(why: string): string | undefined {
    if (!this.#groups) return undefined;
    this.#groups = false;
    return `The relay announces PIPELINING but cannot keep up with it (${why}). It is spoken to one command at a time from here on.`;
  }

  /** The same for chunks. */
  noChunks(why: string): string | undefined {
    if (!this.#chunks) return undefined;
    this.#chunks = false;
    return `The relay announces CHUNKING but does not take BDAT (${why}). It is given DATA from here on, one message at a time on a connection.`;
  }
}
