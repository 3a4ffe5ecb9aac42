// Asks a person at a terminal what a new campaign is to be. The only file that knows @clack/prompts.
// Knows questions, their defaults and how an answer is checked; lays out nothing.

import { isCancel, select, text } from '@clack/prompts';
import { MailblastError } from '../domain/errors.js';
import { KINDS, type Kind } from '../engine/kinds.js';
import { mailbox } from '../engine/sender.js';
import { parseRelayUrl } from '../relay/relay-url.js';

/** What is not undefined was said on the command line, and is not asked for. */
export interface Wanted {
  readonly kind: Kind | undefined;
  readonly from: string | undefined;
  readonly relay: string | undefined;
}

/** What is taken without a word from anybody. The sandbox sends nothing on. */
export const DEFAULTS = { kind: KINDS[0]!, from: 'Your Name <you@example.com>', relay: 'sandbox' } as const;

/** The answers; undefined when the person wants none of it (Ctrl-C). */
export async function askForCampaign(
  wanted: Wanted,
): Promise<{ kind: Kind; from: string; relay: string } | undefined> {
  // A terminal that does not know its size says 0. Each letter would be given a line of its own, and what changes on a
  // line below the last row, such as why an answer cannot be taken, would never be drawn.
  if (process.stdout.columns === 0) process.stdout.columns = 80;
  if (process.stdout.rows === 0) process.stdout.rows = 24;
  const kind = wanted.kind ?? (await askKind());
  if (isCancel(kind)) return undefined;
  const from =
    wanted.from ?? (await ask('Who sends it?', DEFAULTS.from, (answer) => mailbox('That', answer)));
  if (isCancel(from)) return undefined;
  const relay =
    wanted.relay ??
    (await ask(
      'Through which relay? smtp://mail.example.com:587 and the like, or sandbox to rehearse',
      DEFAULTS.relay,
      checkRelay,
    ));
  if (isCancel(relay)) return undefined;
  return { kind, from, relay };
}

/** What is answered goes into the settings file. */
function checkRelay(answer: string): void {
  const target = parseRelayUrl(answer, 'environment');
  if (target.kind !== 'smtp' || target.password === '') return;
  throw new MailblastError(
    'settings',
    'Leave the password out here, since others get to read the settings file; it belongs into .env.',
  );
}

function askKind() {
  return select({
    message: 'What kind of mail is it?',
    options: KINDS.map((kind) => ({ value: kind, label: kind.name, hint: kind.about })),
    initialValue: DEFAULTS.kind,
  });
}

/** A line of text; an empty one is the default. `check` throws for what cannot be taken, and the question stays. */
function ask(message: string, byDefault: string, check: (answer: string) => unknown) {
  return text({
    message,
    placeholder: byDefault,
    defaultValue: byDefault,
    validate: (answer) => {
      if (answer === undefined || answer.trim() === '') return undefined;
      try {
        check(answer);
      } catch (error) {
        if (error instanceof MailblastError) return error.message;
        throw error;
      }
      return undefined;
    },
  });
}
