// The commands, a row each: what --help says of it, and what it takes. Translates, decides nothing.
// Every start reads this file, so a row loads its options when it is named, and its work when it runs.

import type { Command } from 'commander';
import type { CheckOptions } from './commands/check.js';
import type { ExplainFlags } from './commands/explain.js';
import type { ResolveFlags } from './commands/resolve.js';
import type { SandboxOptions } from './commands/sandbox.js';
import { EVERYWHERE } from './help.js';
import type { InitOptions } from './init-options.js';
import type { HouseFlags, RecipientsFlags, RunFlags, SendOptions } from './options.js';
import type { PreviewOptions } from './page-options.js';
import type { InForce } from './settings/in-force.js';

export interface CommandRow {
  readonly name: string;
  /** What it does, in half a line. */
  readonly about: string;
  /** Each argument as commander writes it, `<list.csv>`, with its help. */
  readonly takes: readonly (readonly [argument: string, help: string])[];
  /** What stands behind its name in the help, where its arguments do not say it. */
  readonly usage?: string;
  /** Declares its options, and what it does; resolves when that is done. `flags` is options.ts. */
  declare(command: Command, flags: Flags, run: Run): unknown;
}

export type Flags = typeof import('./options.js');

/** What a command knows of the process that it runs in. */
export interface Run {
  /** Takes the exit code. */
  done(code: number): void;
  /** Where each setting comes from. */
  inForce(): InForce;
}

export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'send',
    about: 'start the campaign, or continue it',
    takes: [['<list.csv>', 'the recipients']],
    declare: (command, { sendFlags }, { done, inForce }) =>
      sendFlags(command.addHelpText('after', EVERYWHERE)).action(
        async (list: string, options: SendOptions, command: Command) => {
          const { runSend } = await import('./commands/send.js');
          done(await runSend(list, options, given(command), inForce().relays));
        },
      ),
  },
  {
    name: 'resume',
    about: 'continue from the ledger alone',
    takes: [['[campaign]', 'its name; not needed when only one is unfinished']],
    declare: (command, { runFlags }, { done, inForce }) =>
      runFlags(command).action(async (name: string | undefined, options: RunFlags, command: Command) => {
        const { runResume } = await import('./commands/resume.js');
        done(await runResume(name, options, given(command), inForce().relays));
      }),
  },
  {
    name: 'status',
    about: 'what became of it',
    takes: [['[campaign]', 'its name; without it, all campaigns']],
    declare: (command, { houseFlags }, { done }) =>
      houseFlags(command).action(async (name: string | undefined, options: HouseFlags) => {
        const { runStatus } = await import('./commands/status.js');
        done(await runStatus(name, options));
      }),
  },
  {
    name: 'recipients',
    about: 'who, and what became of them',
    takes: [['<campaign>', 'its name']],
    declare: (command, { recipientsFlags }, { done }) =>
      recipientsFlags(command).action(async (name: string, options: RecipientsFlags) => {
        const { runRecipients } = await import('./commands/recipients.js');
        done(await runRecipients(name, options));
      }),
  },
  {
    name: 'resolve',
    about: "close what is in doubt, by a relay's log or by your word",
    takes: [['<campaign>', 'its name']],
    declare: (command, { houseFlags }, { done }) =>
      houseFlags(command)
        .option(
          '--from-log <file...>',
          "the relay's log (Postfix, Exim, events as JSON), gzipped or not; - for stdin",
        )
        .option('--accepted <addresses>', 'these were accepted; separated by commas, or all', '')
        .option('--resend <addresses>', 'send these again; separated by commas, or all', '')
        .option('--dry-run', 'say what would be settled, and change nothing', false)
        .action(async (name: string, options: ResolveFlags) => {
          const { runResolve } = await import('./commands/resolve.js');
          done(await runResolve(name, options));
        }),
  },
  {
    name: 'abandon',
    about: 'end it for good; nobody left is sent',
    takes: [['<campaign>', 'its name']],
    declare: (command, { houseFlags }, { done }) =>
      houseFlags(command)
        .option('--yes', 'do not ask', false)
        .action(async (name: string, options: HouseFlags & { yes: boolean }) => {
          const { runAbandon } = await import('./commands/abandon.js');
          done(await runAbandon(name, options));
        }),
  },
  {
    name: 'preview',
    about: 'see it in a browser, for any recipient, as you write it',
    takes: [['<list.csv>', 'the recipients']],
    declare: async (command, _flags, { done }) => {
      const { previewFlags } = await import('./page-options.js');
      previewFlags(command).action(async (list: string, options: PreviewOptions) => {
        const { runPreview } = await import('./commands/preview.js');
        done(await runPreview(list, options));
      });
    },
  },
  {
    name: 'check',
    about:
      'find what is wrong before anyone gets it: in the letter and its list, at the relay and in its DNS',
    takes: [['[list.csv]', 'the recipients; without it, only the relay is looked at']],
    declare: async (command, _flags, { done, inForce }) => {
      const { contentCheckFlags } = await import('./check-content-flags.js');
      const { relayCheckFlags } = await import('./check-relay-flags.js');
      relayCheckFlags(contentCheckFlags(command)).action(
        async (list: string | undefined, options: CheckOptions, command: Command) => {
          const { runCheck } = await import('./commands/check.js');
          done(await runCheck(list, options, given(command), inForce().relays));
        },
      );
    },
  },
  {
    name: 'explain',
    about: "what mailblast would do about a relay's reply, and why",
    takes: [['<reply...>', 'its words: "454 Throttling failure: Maximum sending rate exceeded"']],
    declare: (command, { houseFlags }, { done }) =>
      houseFlags(command)
        .option(
          '--stage <stage>',
          "connect, tls, auth, mail, rcpt, data or body (default: the words' own)",
          '',
        )
        .addOption(
          command
            .createOption('--relay <host>', 'the relay that said it')
            .env('MAILBLAST_RELAY')
            .default('', 'none'),
        )
        .action(async (words: string[], options: ExplainFlags) => {
          const { runExplain } = await import('./commands/explain.js');
          done(runExplain(words, options));
        }),
  },
  {
    name: 'suppress',
    about: 'who must not be mailed, whatever the campaign',
    takes: [],
    usage: '<command>',
    declare: (command, { houseFlags }, { done }) => {
      const entries = 'ada@example.com, or @example.com for everybody there';
      houseFlags(command.command('add').argument('<address...>', entries))
        .description('mail them no more')
        .option('--reason <text>', 'why, for the record', '')
        .action(async (texts: string[], options: HouseFlags & { reason: string }) => {
          const { runSuppressAdd } = await import('./commands/suppress.js');
          done(await runSuppressAdd(texts, options));
        });
      houseFlags(command.command('import').argument('<file>', 'one address or @domain a line, or a CSV list'))
        .description('the same for every address of a file; a column called reason is kept')
        .option('--email-column <name>', 'the column of the addresses', '')
        .action(async (file: string, options: HouseFlags & { emailColumn: string }) => {
          const { runSuppressImport } = await import('./commands/suppress.js');
          done(await runSuppressImport(file, options));
        });
      houseFlags(command.command('list'))
        .description('who is suppressed, since when and why')
        .option('--csv', 'as CSV', false)
        .action(async (options: HouseFlags & { csv: boolean }) => {
          const { runSuppressList } = await import('./commands/suppress.js');
          done(await runSuppressList(options));
        });
      houseFlags(command.command('remove').argument('<address...>', entries))
        .description('mail them again')
        .action(async (texts: string[], options: HouseFlags) => {
          const { runSuppressRemove } = await import('./commands/suppress.js');
          done(await runSuppressRemove(texts, options));
        });
    },
  },
  {
    name: 'config',
    about: 'which settings are in force for send, and from where; secrets are not shown',
    takes: [['[list.csv]', "to see where the list's ledger would lie"]],
    declare: (command, { sendFlags }, { done, inForce }) =>
      sendFlags(command).action(async (list: string | undefined, options: SendOptions) => {
        const { runConfig } = await import('./commands/config.js');
        done(await runConfig(list ?? '', options, inForce()));
      }),
  },
  {
    name: 'sandbox',
    about: 'a local relay that keeps what it gets and sends nothing on, with an inbox to look into',
    takes: [],
    declare: async (command, _flags, { done }) => {
      const { pageFlags } = await import('./page-options.js');
      pageFlags(command, '--web-port <n>', "the inbox page's port on 127.0.0.1")
        .option('--port <n>', 'the port on 127.0.0.1', '2525')
        .option('--keep <dir>', 'where the messages are kept', 'sandbox')
        .action(async (options: SandboxOptions) => {
          const { runSandbox } = await import('./commands/sandbox.js');
          done(await runSandbox(options));
        });
    },
  },
  {
    name: 'init',
    about: 'a campaign to start from: template, list and settings',
    takes: [['[dir]', 'the folder to lay it out in; without it, this one']],
    declare: async (command, _flags, { done }) => {
      const { initFlags } = await import('./init-options.js');
      initFlags(command).action(async (dir: string | undefined, options: InitOptions) => {
        const { runInit } = await import('./commands/init.js');
        done(await runInit(dir ?? '.', options));
      });
    },
  },
];

/** Tells whether an option was given on the command line, not by the environment or as a default. */
export type Given = (option: string) => boolean;

function given(command: Command): Given {
  return (option) => command.getOptionValueSource(option) === 'cli';
}
