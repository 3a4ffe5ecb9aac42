// From the relays in force to the routes of a run: the one of `--relay`, or those that the settings file names, each with
// what is its own. A flag wins over what a relay's own settings say, those over the rest.

import { resolve } from 'node:path';
import type { Sender } from '../domain/campaign.js';
import { MailblastError } from '../domain/errors.js';
import { nearest } from '../domain/nearest.js';
import { parseRate } from '../domain/rate.js';
import { returnPathOf } from '../engine/content.js';
import type { Route } from '../engine/route.js';
import { mailbox } from '../engine/sender.js';
import type { DkimSigner } from '../message/dkim.js';
import { askForPassword } from './ask-password.js';
import { capsOf } from './caps.js';
import type { Given } from './commands.js';
import { chooseDkim } from './dkim-choice.js';
import type { RunFlags } from './options.js';
import type { Output } from './output.js';
import { chooseRelay, type RelayChoice } from './relay-choice.js';
import type { ConnectionFlags } from './relay-flags.js';
import type { NamedRelay, NamedRelays } from './settings/named-relays.js';

/** The options that choosing takes. */
type ReachFlags = ConnectionFlags & Pick<RunFlags, 'relay'>;

/** A relay that a run will use. */
export interface RouteChoice<Flags extends ReachFlags = RunFlags> {
  /** As the settings file calls it; empty for the relay of `--relay`. */
  readonly name: string;
  /** The options as they hold for this relay. */
  readonly flags: Flags;
  readonly choice: RelayChoice;
  /** Behind the names of its login's variables. */
  readonly suffix: string;
  /** Its share; undefined when it has none. */
  readonly weight: number | undefined;
  /** Of its sender, what is its own. */
  readonly from: string | undefined;
  readonly returnPath: string | undefined;
}

/** Options that are the campaign's, besides the relay's. */
const SENDER = ['from', 'returnPath'] as const;

/**
 * The relays that `flags` name: all of the settings file's when `--relay` says nothing.
 * @throws MailblastError `settings` when there is none, or its login or files are wrong.
 */
export function chooseRoutes<Flags extends ReachFlags>(
  flags: Flags,
  given: Given,
  relays: NamedRelays,
): readonly [RouteChoice<Flags>, ...RouteChoice<Flags>[]] {
  const named = relays.get(flags.relay);
  const [first, ...others] = named !== undefined ? [named] : flags.relay === '' ? [...relays.values()] : [];
  if (first !== undefined) {
    const choose = (relay: NamedRelay) => routeOf(relay, flags, given);
    return [choose(first), ...others.map(choose)];
  }
  if (relays.size > 0 && /^[a-z][\w-]*$/i.test(flags.relay) && flags.relay !== 'sandbox') {
    throw noSuchRelay(flags.relay, relays);
  }
  const choice = chooseRelay(flags.relay, given('relay'), { ...flags, proxyTyped: given('proxy') });
  return [{ name: '', flags, choice, suffix: '', weight: undefined, from: undefined, returnPath: undefined }];
}

/** Asks a person at a terminal for the passwords that are missing. */
export async function askForPasswords(flags: RunFlags, relays: NamedRelays, output: Output): Promise<void> {
  const named = relays.get(flags.relay);
  if (named === undefined && flags.relay !== '' && flags.oauth2 === '') {
    return askForPassword(flags.relay, output);
  }
  for (const { values, suffix } of named === undefined ? relays.values() : [named]) {
    if ((values.oauth2 ?? '') === '') await askForPassword(String(values.relay), output, suffix);
  }
}

function routeOf<Flags extends ReachFlags>(
  { name, values, suffix }: NamedRelay,
  flags: Flags,
  given: Given,
): RouteChoice<Flags> {
  const own = Object.fromEntries(Object.entries(values).filter(([key]) => key === 'relay' || !given(key)));
  // A login is no other relay's, and how one logs in is a part of it.
  const merged = { ...flags, oauth2: '', ...own } as Flags;
  const text = (key: (typeof SENDER)[number]) => {
    return own[key] === undefined ? undefined : String(own[key]);
  };
  try {
    const choice = chooseRelay(merged.relay, false, { ...merged, proxyTyped: given('proxy') }, suffix);
    const weight = values.weight === undefined ? undefined : Number(values.weight);
    return {
      name,
      flags: merged,
      choice,
      suffix,
      weight,
      from: text('from'),
      returnPath: text('returnPath'),
    };
  } catch (error) {
    throw of(name, error);
  }
}

/** What the ledger calls each relay. Accounts at one host are told apart, since their caps are. */
export function ledgerNames(routes: readonly RouteChoice[]): string[] {
  const names = routes.map(({ choice: { target } }) => {
    return target.kind === 'file' ? `file:${resolve(target.folder)}` : target.name;
  });
  return names.map((each, i) => {
    return names.filter((other) => other === each).length > 1 ? `${each} (${routes[i]!.name})` : each;
  });
}

/** Makes the routes of a campaign with this sender, and the signers' notes. */
export function makeRoutes(
  routes: readonly RouteChoice[],
  sender: Sender,
): { readonly routes: readonly Route[]; readonly notes: readonly string[] } {
  const names = ledgerNames(routes);
  const signers = routes.map((route) => signerOf(route, sender));
  return {
    routes: routes.map(({ name, flags, choice, weight, from, returnPath }, i) => ({
      relay: name === '' ? choice.make(flags.depth) : { ...choice.make(flags.depth), name: names[i]! },
      rate: parseRate(flags.rate)!,
      connections: flags.connections,
      depth: flags.depth,
      ...capsOf(flags),
      weight,
      sign: signers[i]?.signature,
      sender: senderOf(sender, from, returnPath),
    })),
    notes: [...new Set(signers.flatMap((signer) => signer?.notes ?? []))],
  };
}

function signerOf({ name, flags, choice, from }: RouteChoice, sender: Sender): DkimSigner | undefined {
  try {
    return chooseDkim(flags, from ?? sender.from, choice.target);
  } catch (error) {
    throw of(name, error);
  }
}

/** A sender of the relay's own; undefined for the campaign's. */
function senderOf(
  common: Sender,
  from: string | undefined,
  returnPath: string | undefined,
): Sender | undefined {
  if (from === undefined && returnPath === undefined) return undefined;
  const address = from === undefined ? common.returnPath : mailbox('--from', from).address.address;
  const own = returnPath === undefined ? address : returnPathOf(returnPath, address);
  return { ...common, from: from ?? common.from, returnPath: own };
}

function noSuchRelay(name: string, relays: NamedRelays): MailblastError {
  const close = nearest(name, relays.keys());
  const there = `There are: ${[...relays.keys()].join(', ')}.`;
  const guess = close === undefined ? there : `Did you mean ${close}? ${there}`;
  return new MailblastError('settings', `The settings file names no relay ${name}. ${guess}`);
}

/** What is wrong with one relay, told with its name. */
function of(name: string, error: unknown): unknown {
  if (!(error instanceof MailblastError) || name === '') return error;
  const { trouble, sentence, place } = error;
  return new MailblastError(trouble, `relays.${name}: ${sentence}`, { place, cause: error });
}
