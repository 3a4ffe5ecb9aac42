// The options of files that go along with messages: attachments, and images that are not fetched from elsewhere.
// Knows their flags; what may be read is the engine's matter.

import type { Command } from 'commander';
import { several, text } from './option-kinds.js';

export interface FileOptions {
  readonly attach: readonly string[];
  readonly attachColumn: string;
  readonly attachDir: string;
  readonly assetsUrl: string;
}

export function fileFlags(command: Command): Command {
  return command
    .addOption(several('--attach <file>', 'a file that goes to everybody'))
    .addOption(
      text(
        '--attach-column <name>',
        'MAILBLAST_ATTACH_COLUMN',
        "the column that names each recipient's own file",
      ),
    )
    .addOption(
      text(
        '--attach-dir <dir>',
        'MAILBLAST_ATTACH_DIR',
        "the folder of those files (default: the list's own)",
      ),
    )
    .addOption(
      text(
        '--assets-url <url>',
        'MAILBLAST_ASSETS_URL',
        'where local images are fetched (default: they are embedded)',
      ),
    );
}
