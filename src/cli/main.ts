// The command line: makes commander of the commands' rows, runs what is named, and gives the exit code.
// Translates, decides nothing. What a command needs is loaded when it is named, so that --help is quick.

import { Command, CommanderError } from 'commander';
import { COMMANDS, type Run } from './commands.js';
import { describeCommand, describeOption } from './help.js';
import { takeVariables, type Variables, yesOrNo } from './settings/environment.js';
import type { InForce } from './settings/in-force.js';
import { version } from './version.js';

/** Runs the command line. Resolves with the exit code; never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  let code = 0;
  const variables = takeVariables();
  try {
    const program = await commands(argv, variables, (result) => {
      code = result;
    });
    await program.parseAsync(argv as string[]);
    return code;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const { MAILBLAST_DEBUG = variables.get('MAILBLAST_DEBUG') ?? '' } = process.env;
    const { failed } = await import('./failed.js');
    return failed(error, argv.includes('--debug') || yesOrNo(MAILBLAST_DEBUG) === true);
  }
}

async function commands(
  argv: readonly string[],
  variables: Variables,
  done: (code: number) => void,
): Promise<Command> {
  let inForce: InForce;
  const run: Run = { done, inForce: () => inForce };
  const program = new Command('mailblast')
    .description(
      'Sends a personal newsletter to every address of a list over an SMTP relay: nobody left out, nobody twice.',
    )
    .version(version())
    .exitOverride()
    .configureHelp({ optionDescription: describeOption, subcommandTerm: describeCommand })
    .showHelpAfterError('(mailblast --help, or mailblast <command> --help, shows what there is)')
    .enablePositionalOptions();

  const undeclared = new Map(COMMANDS.map((row) => [row, program.command(row.name).description(row.about)]));
  for (const [{ takes, usage }, command] of undeclared) {
    if (usage !== undefined) command.usage(usage);
    for (const [argument, help] of takes) command.argument(argument, help);
  }
  const declare = async (isWanted: (name: string) => boolean) => {
    for (const [row, command] of undeclared) {
      if (!isWanted(row.name)) continue;
      await row.declare(command, await import('./options.js'), run);
      undeclared.delete(row);
    }
  };
  // Whichever of the words is the command: `help send` and `send` both want send's options.
  await declare((name) => argv.includes(name));
  return program.hook('preAction', async (_program, command) => {
    // Every command's options are settings, which a settings file may hold.
    await declare(() => true);
    const { putInForce } = await import('./settings/in-force.js');
    inForce = await putInForce(command, variables, (sentence) =>
      process.stderr.write(`mailblast: ${sentence}\n`),
    );
  });
}
