// What a relay has shown of itself in this run: whether commands may leave in groups, and messages in chunks.
// One object for all sessions of a relay. Knows nothing of conversations.

/** Connections lost with several messages in doubt, before it is believed that more would follow. */
const LOSSES = 3;

/** Announced is one thing; what is answered wrongly once is not tried again in the same run. */
export class Manners {
  #groups = true;
  #chunks = true;
  #losses = 0;

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

  /**
   * A connection was lost with several messages unanswered, all of them in doubt now. That may be the network's doing once
   * or twice; a relay that ends its connections so would leave a part of the list in doubt. Gives the sentence at last.
   */
  lostSeveral(): string | undefined {
    this.#losses++;
    if (this.#losses < LOSSES || !this.#chunks) return undefined;
    this.#chunks = false;
    return `${LOSSES} connections were lost with several messages unanswered. From here on each has one at a time, whatever --depth says.`;
  }
}
