// `mailblast init`: lays out a campaign to start from, and says what to type next. Sends nothing.

import { relative, resolve } from 'node:path';
import { MailblastError } from '../../domain/errors.js';
import { nearest } from '../../domain/nearest.js';
import { KINDS, type Kind } from '../../engine/kinds.js';
import { type LaidOut, LIST, layOut, type NewCampaign, refuseToOverwrite } from '../../engine/lay-out.js';
import { EXIT, SIGNAL_CODES } from '../exit-codes.js';
import type { InitOptions } from '../init-options.js';
import { quoted } from '../next-command.js';
import { makeOutput, type Output } from '../output.js';

export async function runInit(dir: string, options: InitOptions): Promise<number> {
  const output = makeOutput({ json: false, quiet: false });
  const folder = resolve(dir);
  const kind = options.template === undefined ? undefined : kindNamed(options.template);
  refuseToOverwrite(folder, kind);
  const { askForCampaign, DEFAULTS } = await import('../ask-campaign.js');
  const { from, relay } = options;
  const complete = kind !== undefined && from !== undefined && relay !== undefined;
  if (!options.yes && !complete && !output.interactive) {
    throw new MailblastError(
      'usage',
      'There is no terminal to ask at. Add --yes to take the defaults, with --template <name>, --from and --relay where you want something else.',
    );
  }
  const answers = options.yes
    ? { kind: kind ?? DEFAULTS.kind, from: from ?? DEFAULTS.from, relay: relay ?? DEFAULTS.relay }
    : await askForCampaign({ kind, from, relay });
  if (answers === undefined) {
    output.say('Nothing was written.');
    return SIGNAL_CODES.SIGINT;
  }
  if (!options.yes) output.say('');
  const campaign = { folder, ...answers };
  sayLaidOut(campaign, layOut(campaign), answers.from === DEFAULTS.from, output);
  return EXIT.done;
}

function kindNamed(name: string): Kind {
  const kind = KINDS.find((each) => each.name === name);
  if (kind !== undefined) return kind;
  const names = KINDS.map((each) => each.name);
  const close = nearest(name, names);
  const guess = close === undefined ? '' : ` Did you mean ${close}?`;
  throw new MailblastError('usage', `There is no template ${name}.${guess} There are: ${names.join(', ')}.`);
}

function sayLaidOut(
  { folder, kind, relay }: NewCampaign,
  { files, notIgnored }: LaidOut,
  senderIsMissing: boolean,
  output: Output,
): void {
  const width = Math.max(...files.map(([name]) => name.length));
  output.say(`${folder} holds a campaign to start from (${kind.name}):`);
  for (const [name, about] of files) output.say(`  ${name.padEnd(width)}  ${about}`);
  if (notIgnored.length > 0) {
    output.say(`The .gitignore that was there is as it was; it should have: ${notIgnored.join('  ')}`);
  }
  if (senderIsMissing)
    output.say('Before anybody else gets it, put your own sender into mailblast.config.json.');
  if (/^smtp/i.test(relay))
    output.say('If your relay asks for a login, copy .env.example to .env and fill it in.');
  output.say('');
  if (folder !== process.cwd()) output.say(`Go there:            cd ${quoted(nearFolder(folder))}`);
  output.say(`See it in a browser: mailblast preview ${LIST}`);
  output.say(`Find what is wrong:  mailblast check ${LIST}`);
  output.say(`Render every row:    mailblast send ${LIST} --dry-run`);
  output.say(`Rehearse, locally:   mailblast send ${LIST} --relay sandbox`);
}

/** As short as it can be typed. */
function nearFolder(folder: string): string {
  const near = relative('.', folder);
  return near.startsWith('..') ? folder : near;
}
