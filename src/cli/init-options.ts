// The options of `init`. What is not given is asked for or taken by default, so it is undefined here, and comes neither from
// the environment nor from a settings file: those are the settings of a campaign that is there already.
// Knows commander; decides nothing.

import type { Command } from 'commander';
import { KINDS } from '../engine/kinds.js';

export interface InitOptions {
  readonly template: string | undefined;
  readonly from: string | undefined;
  readonly relay: string | undefined;
  readonly yes: boolean;
}

export function initFlags(command: Command): Command {
  return command
    .option('--template <name>', KINDS.map(({ name }) => name).join(', '))
    .option('--from <mailbox>', 'the sender: "Name <you@example.com>"')
    .option('--relay <url>', 'smtps://host:465, smtp://host:587, sandbox or file:<dir>')
    .option('--yes', 'ask nothing; what is not given is a newsletter on the sandbox', false);
}
