// From what was written for a setting to the option's value, by the very parser that the flag has.
// Knows which texts only a campaign would find wrong, and finds them here, where their place is known.

import type { Option } from 'commander';
import { parseMailbox } from '../../domain/address.js';
import { MailblastError } from '../../domain/errors.js';
import { parseHeaderOption } from '../../message/header-option.js';
import { parseListId } from '../../message/list-headers.js';
import { parseProxyUrl } from '../../relay/proxy.js';
import { parseRelayUrl } from '../../relay/relay-url.js';
import { yesOrNo } from './environment.js';
import { isFlag, SECRET_REFUSED } from './known.js';
import { calledBy, type GivenSetting } from './setting.js';

/** What a command checks later, for settings whose flags take any text. Each throws MailblastError. */
const CHECKS: Readonly<Record<string, (text: string, given: GivenSetting) => void>> = {
  relay: checkRelay,
  proxy: checkProxy,
  from: checkMailbox,
  replyTo: checkMailbox,
  header: parseHeaderOption,
  listId: parseListId,
};

/**
 * The option's value. `relays` are those that the settings file names.
 * @throws MailblastError `settings` with the setting's place when the text is not one that the flag would take.
 */
export function optionValue(
  option: Option,
  given: GivenSetting,
  relays: ReadonlyMap<string, unknown> = new Map(),
): unknown {
  const called = calledBy(given);
  const { place } = given.origin;
  if (isFlag(option)) {
    const [word = ''] = given.texts;
    const answer = yesOrNo(word);
    if (answer !== undefined) return answer;
    throw new MailblastError('settings', `${called} is ${shown(word)}. Write true or false.`, { place });
  }
  let value: unknown = option.defaultValue;
  for (const text of given.texts) {
    try {
      value = option.parseArg ? option.parseArg(text, value) : text;
      const named = given.key === 'relay' && relays.has(text);
      if (text !== '' && !named) CHECKS[given.key]?.(text, given);
    } catch (error) {
      if (error instanceof MailblastError) {
        // It speaks of the flag; the user wrote something else.
        const sentence = error.message.replace(/^--[a-z-]+/, called);
        const named = sentence.startsWith(called) ? sentence : `${called}: ${sentence}`;
        throw new MailblastError('settings', named, { place, cause: error });
      }
      if ((error as { code?: unknown }).code !== 'commander.invalidArgument') throw error;
      throw new MailblastError(
        'settings',
        `${called} is ${typeof option.defaultValue === 'number' ? text : shown(text)}. ${(error as Error).message}`,
        { place, cause: error },
      );
    }
  }
  return value;
}

function checkRelay(text: string, { origin }: GivenSetting): void {
  const target = parseRelayUrl(text, 'environment');
  if (origin.from === 'settings file' && target.kind === 'smtp' && target.password !== '') {
    throw new MailblastError('settings', SECRET_REFUSED);
  }
}

function checkProxy(text: string, { origin }: GivenSetting): void {
  const proxy = parseProxyUrl(text, 'environment');
  if (origin.from === 'settings file' && proxy.password !== '') {
    throw new MailblastError('settings', SECRET_REFUSED);
  }
}

function checkMailbox(text: string, given: GivenSetting): void {
  const parsed = parseMailbox(text);
  if (!('reason' in parsed)) return;
  throw new MailblastError(
    'settings',
    `${calledBy(given)} is ${shown(text)}: ${parsed.reason}. Write it as "Name <you@example.com>".`,
  );
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
