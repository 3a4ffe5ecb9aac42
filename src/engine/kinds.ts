// The kinds of mail that there is a template for, a row each. Each has a file in templates/ and sample rows in samples/.
// Knows the templates' names and what a campaign with them has to say; knows nothing of where files are laid.

export interface Kind {
  /** The base name of its template and of its sample rows. */
  readonly name: string;
  /** What it is for, in half a line. */
  readonly about: string;
  /** Columns that hold JSON, for `--json-column`. */
  readonly jsonColumns: readonly string[];
  /** Triggered by what its reader did: it tells why it came, and has no unsubscribe line. */
  readonly triggered: boolean;
}

/** The first one is what `mailblast init` takes when nothing else is said. */
export const KINDS: readonly Kind[] = [
  list('newsletter', 'several stories, and a paragraph for some of the readers'),
  list('announcement', 'one message and one button'),
  list('digest', 'as many entries as there are for each reader', ['items']),
  list('invitation', 'an event: when, where, and an answer by one click'),
  list('letter', 'nothing but words, as one person writes to another'),
  triggered('welcome', 'an account was opened: confirm the address, then three steps'),
  triggered('password-reset', 'one link, and how long it is good for'),
  triggered('order-confirmation', 'what was ordered, what it costs, where it goes', ['items']),
  triggered('delivery-confirmation', 'the parcel is there, and what was in it', ['items']),
];

function list(name: string, about: string, jsonColumns: readonly string[] = []): Kind {
  return { name, about, jsonColumns, triggered: false };
}

function triggered(name: string, about: string, jsonColumns: readonly string[] = []): Kind {
  return { name, about, jsonColumns, triggered: true };
}
