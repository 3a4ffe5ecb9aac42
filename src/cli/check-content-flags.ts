// The options with which `check` looks at a letter. Those that `send` has too are declared there, once.

import { Command, InvalidArgumentError, type Option } from 'commander';
import { isRule, RULES, type Rule } from '../check/finding.js';
import { nearest } from '../domain/nearest.js';
import { several } from './option-kinds.js';
import { type SendOptions, sendFlags } from './options.js';

/** The options of `send` that end in a letter. */
const SHARED = [
  'template',
  'subject',
  'from',
  'header',
  'attach',
  'attachColumn',
  'attachDir',
  'assetsUrl',
  'jsonColumn',
  'allowRaw',
  'emailColumn',
  'unsubscribeUrl',
  'unsubscribeMailto',
  'triggered',
  'relay',
  'state',
  'json',
  'config',
  'debug',
  'quiet',
] as const;

/** Options of `check <list.csv>`, as commander gives them. */
export interface CheckContentOptions extends Pick<SendOptions, (typeof SHARED)[number]> {
  readonly silence: readonly Rule[];
}

export function contentCheckFlags(command: Command): Command {
  for (const option of sendFlags(new Command()).options) {
    if ((SHARED as readonly string[]).includes(option.attributeName())) command.addOption(option);
  }
  return command.addOption(silenceOption());
}

/** The preview has it too, so that a line in the settings silences both. */
export function silenceOption(): Option {
  const silence = several('--silence <rule>', 'do not tell what this rule finds, such as missing-alt');
  const keep = silence.parseArg!;
  return silence.argParser((value: string, earlier: unknown) => keep(ruleNamed(value), earlier));
}

function ruleNamed(name: string): Rule {
  if (isRule(name)) return name;
  const close = nearest(name, Object.keys(RULES));
  throw new InvalidArgumentError(
    close === undefined
      ? `There is no such rule. There are: ${Object.keys(RULES).join(', ')}.`
      : `There is no such rule; did you mean ${close}?`,
  );
}
