// The command line: declares the commands and turns whatever happens into one sentence and an exit code.
// Translates, decides nothing. What a command needs is loaded when it runs, so that --help is quick.

import { Command, CommanderError } from 'commander';
import { MailblastError } from '../domain/errors.js';
import type { SandboxOptions } from './commands/sandbox.js';
import { EXIT, exitCodeOf } from './exit-codes.js';
import { describeOption, EVERYWHERE } from './help.js';
import {
  type HouseFlags,
  houseFlags,
  type RecipientsFlags,
  type RunFlags,
  recipientsFlags,
  runFlags,
  type SendOptions,
  sendFlags,
} from './options.js';
import { type PreviewOptions, pageFlags, previewFlags } from './page-options.js';
import { takeVariables, type Variables, yesOrNo } from './settings/environment.js';
import type { InForce } from './settings/in-force.js';
import { version } from './version.js';

/** Runs the command line. Resolves with the exit code; never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  let code: number = EXIT.done;
  const variables = takeVariables();
  const program = commands(variables, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(argv as string[]);
    return code;
  } catch (error) {
    const { MAILBLAST_DEBUG = variables.get('MAILBLAST_DEBUG') ?? '' } = process.env;
    return failed(error, argv.includes('--debug') || yesOrNo(MAILBLAST_DEBUG) === true);
  }
}

function commands(variables: Variables, done: (code: number) => void): Command {
  let inForce: InForce;
  const program = new Command('mailblast')
    .description(
      'Sends a personal newsletter to every address of a list over an SMTP relay: nobody left out, nobody twice.',
    )
    .version(version())
    .exitOverride()
    .configureHelp({ optionDescription: describeOption })
    .showHelpAfterError('(mailblast --help, or mailblast <command> --help, shows what there is)')
    .enablePositionalOptions()
    .hook('preAction', async (_program, command) => {
      const { putInForce } = await import('./settings/in-force.js');
      inForce = await putInForce(command, variables, (sentence) =>
        process.stderr.write(`mailblast: ${sentence}\n`),
      );
    });

  sendFlags(program.command('send').addHelpText('after', EVERYWHERE).argument('<list.csv>', 'the recipients'))
    .description('start the campaign, or continue it')
    .action(async (list: string, options: SendOptions, command: Command) => {
      const { runSend } = await import('./commands/send.js');
      done(await runSend(list, options, given(command)));
    });
  runFlags(
    program.command('resume').argument('[campaign]', 'its name; not needed when only one is unfinished'),
  )
    .description('continue from the ledger alone')
    .action(async (name: string | undefined, options: RunFlags, command: Command) => {
      const { runResume } = await import('./commands/resume.js');
      done(await runResume(name, options, given(command)));
    });
  houseFlags(program.command('status').argument('[campaign]', 'its name; without it, all campaigns'))
    .description('what became of it')
    .action(async (name: string | undefined, options: HouseFlags) => {
      const { runStatus } = await import('./commands/status.js');
      done(await runStatus(name, options));
    });
  recipientsFlags(program.command('recipients').argument('<campaign>', 'its name'))
    .description('who, and what became of them')
    .action(async (name: string, options: RecipientsFlags) => {
      const { runRecipients } = await import('./commands/recipients.js');
      done(await runRecipients(name, options));
    });
  houseFlags(program.command('abandon').argument('<campaign>', 'its name'))
    .description('end it for good; nobody left is sent')
    .option('--yes', 'do not ask', false)
    .action(async (name: string, options: HouseFlags & { yes: boolean }) => {
      const { runAbandon } = await import('./commands/abandon.js');
      done(await runAbandon(name, options));
    });
  suppressCommands(
    program.command('suppress').description('who must not be mailed, whatever the campaign'),
    done,
  );
  sendFlags(program.command('config').argument('[list.csv]', "to see where the list's ledger would lie"))
    .description('which settings are in force for send, and from where; secrets are not shown')
    .action(async (list: string | undefined, options: SendOptions) => {
      const { runConfig } = await import('./commands/config.js');
      done(await runConfig(list ?? '', options, inForce));
    });
  previewFlags(program.command('preview').argument('<list.csv>', 'the recipients'))
    .description('see it in a browser, for any recipient, as you write it')
    .action(async (list: string, options: PreviewOptions) => {
      const { runPreview } = await import('./commands/preview.js');
      done(await runPreview(list, options));
    });
  pageFlags(program.command('sandbox'), '--web-port <n>', "the inbox page's port on 127.0.0.1")
    .description('a local relay that keeps what it gets and sends nothing on, with an inbox to look into')
    .option('--port <n>', 'the port on 127.0.0.1', '2525')
    .option('--keep <dir>', 'where the messages are kept', 'sandbox')
    .action(async (options: SandboxOptions) => {
      const { runSandbox } = await import('./commands/sandbox.js');
      done(await runSandbox(options));
    });
  return program;
}

function suppressCommands(suppress: Command, done: (code: number) => void): void {
  const entries = 'ada@example.com, or @example.com for everybody there';
  houseFlags(suppress.command('add').argument('<address...>', entries))
    .description('mail them no more')
    .option('--reason <text>', 'why, for the record', '')
    .action(async (texts: string[], options: HouseFlags & { reason: string }) => {
      const { runSuppressAdd } = await import('./commands/suppress.js');
      done(await runSuppressAdd(texts, options));
    });
  houseFlags(suppress.command('import').argument('<file>', 'one address or @domain a line, or a CSV list'))
    .description('the same for every address of a file; a column called reason is kept')
    .option('--email-column <name>', 'the column of the addresses', '')
    .action(async (file: string, options: HouseFlags & { emailColumn: string }) => {
      const { runSuppressImport } = await import('./commands/suppress.js');
      done(await runSuppressImport(file, options));
    });
  houseFlags(suppress.command('list'))
    .description('who is suppressed, since when and why')
    .option('--csv', 'as CSV', false)
    .action(async (options: HouseFlags & { csv: boolean }) => {
      const { runSuppressList } = await import('./commands/suppress.js');
      done(await runSuppressList(options));
    });
  houseFlags(suppress.command('remove').argument('<address...>', entries))
    .description('mail them again')
    .action(async (texts: string[], options: HouseFlags) => {
      const { runSuppressRemove } = await import('./commands/suppress.js');
      done(await runSuppressRemove(texts, options));
    });
}

/** Tells whether an option was given on the command line, not by the environment or as a default. */
export type Given = (option: string) => boolean;

function given(command: Command): Given {
  return (option) => command.getOptionValueSource(option) === 'cli';
}

function failed(error: unknown, debug: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : exitCodeOf('usage');
  if (error instanceof MailblastError) {
    process.stderr.write(`mailblast: ${error.message}\n`);
    if (debug)
      process.stderr.write(`${error.stack}\n${error.cause === undefined ? '' : `${String(error.cause)}\n`}`);
    return exitCodeOf(error.trouble);
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`mailblast: This is a bug in mailblast, please report it: ${message}\n`);
  if (debug) process.stderr.write(`${stack}\n`);
  else
    process.stderr.write(
      'Run it again with --debug to see where. The ledger is as the last message left it.\n',
    );
  return EXIT.bug;
}
