// The options with which `check` looks at a relay. Those that `send` has too are declared there, once.

import { Command } from 'commander';
import { several } from './option-kinds.js';
import { type RunFlags, type SendOptions, sendFlags } from './options.js';

/** The options of `send` that the look at a relay reads. */
const SHARED = [
  'state',
  'json',
  'config',
  'debug',
  'relay',
  'oauth2',
  'proxy',
  'tlsCa',
  'tlsCert',
  'tlsKey',
  'from',
  'returnPath',
  'rate',
  'connections',
  'dkimDomain',
  'dkimSelector',
  'dkimKey',
  'unsubscribeUrl',
  'unsubscribeMailto',
  'triggered',
  'quiet',
] as const;

/** Options of `check --relay`, as commander gives them. */
export interface CheckRelayOptions extends Pick<RunFlags & SendOptions, (typeof SHARED)[number]> {
  readonly sendingIp: readonly string[];
  readonly dnsServer: readonly string[];
}

/** Adds what the command does not have yet, so that it may have options of `send` already. */
export function relayCheckFlags(command: Command): Command {
  const there = new Set(command.options.map((option) => option.attributeName()));
  for (const option of sendFlags(new Command()).options) {
    const key = option.attributeName();
    if ((SHARED as readonly string[]).includes(key) && !there.has(key)) command.addOption(option);
  }
  return command
    .addOption(several('--sending-ip <address>', 'an address that the relay, being your own, sends from'))
    .addOption(
      several('--dns-server <address>', "ask this name server, such as 9.9.9.9, instead of the system's"),
    );
}
