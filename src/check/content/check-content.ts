// The check of a letter: what its files say by themselves, and what each row makes of them. Needs neither relay nor
// sender. Knows all parts of the check; prints nothing.

import type { Content } from '../../domain/campaign.js';
import { MailblastError, type Place } from '../../domain/errors.js';
import type { CampaignRequest } from '../../engine/begin.js';
import { makeContent } from '../../engine/content.js';
import { withPersonalFiles } from '../../engine/personal-files.js';
import { type OpenedList, openList } from '../../list/csv-list.js';
import { type Find, type Finding, Findings, type Rule } from '../finding.js';
import { readAuthorFiles } from './author-files.js';
import { checkAssetsUrl } from './images.js';
import { Letter, mergeOptionsOf } from './letter.js';
import { RowCheck } from './row-check.js';
import { checkFiles, subjectPlace } from './static-check.js';
import { type LargestMessage, tellTally } from './tally.js';

export interface ContentReport {
  readonly rows: number;
  readonly messages: number;
  readonly notSent: number;
  readonly largest: LargestMessage | undefined;
  readonly findings: readonly Finding[];
}

/** More unknown names than this are told in the next run. */
const MOST_UNKNOWN = 50;

/**
 * Checks a template with every row of a list. `isSuppressed` asks the ledger, if there is one.
 * @throws MailblastError for a list or template that cannot be read, and for settings that name no column.
 */
export async function checkContent(
  request: CampaignRequest,
  silenced: readonly Rule[],
  isSuppressed: (key: string) => boolean,
): Promise<ContentReport> {
  const findings = new Findings(silenced);
  const { find } = findings;
  const list = await openList(request.list);
  try {
    const { columns } = list;
    const { content, unknown } = await contentWithFlaws(request, columns.names, find);
    const files = readAuthorFiles(content?.sources ?? [request.template]);
    const known = [...columns.names, ...unknown];
    const { links } = checkFiles(content, files, known, find);
    checkAssetsUrl(request.assetsUrl, content?.html ?? '', find);
    const letter = content && new Letter(content, mergeOptionsOf(content, known, request.template));
    const check = new RowCheck({ letter, links, isSuppressed });
    await takeRows(list, content, check, find);
    const { tally } = check;
    const place = request.subject === '' ? subjectPlace(files) : {};
    tellTally(tally, { list: request.list.path, files, subjectPlace: place, unknown }, find);
    const { rows, messages, largest } = tally;
    return { rows, messages, notSent: rows - messages, largest, findings: findings.sorted() };
  } finally {
    await list.close();
  }
}

async function takeRows(
  list: OpenedList,
  content: Content | undefined,
  check: RowCheck,
  find: Find,
): Promise<void> {
  const { attachColumn } = content ?? {};
  const tally = { files: 0, octets: 0, largest: undefined };
  const rows = attachColumn === undefined ? list.rows : withPersonalFiles(list.rows, attachColumn, tally);
  try {
    for await (const batch of rows) for (const row of batch) check.take(row);
  } catch (error) {
    if (!(error instanceof MailblastError) || error.trouble !== 'data') throw error;
    find(
      'no-recipients',
      error.place,
      sentence(error),
      'Mend the list; what stands behind this is not checked.',
    );
  }
}

/** The content as far as it can be made; each unknown field is told and then passed over. */
async function contentWithFlaws(
  request: CampaignRequest,
  columns: readonly string[],
  find: Find,
): Promise<{ readonly content: Content | undefined; readonly unknown: ReadonlySet<string> }> {
  const unknown = new Set<string>();
  for (;;) {
    const flaws: { readonly rule: Rule; readonly error: MailblastError }[] = [];
    try {
      const { content } = await makeContent(request, [...columns, ...unknown], (rule, error) => {
        // What is missing of the settings is told by the check of the parts.
        if (rule !== 'missing-unsubscribe') flaws.push({ rule, error });
      });
      for (const { rule, error } of flaws) find(rule, error.place, sentence(error), MENDS[rule] ?? '');
      return { content, unknown };
    } catch (error) {
      if (
        !(error instanceof MailblastError) ||
        (error.trouble !== 'data' && error.place.file === undefined)
      ) {
        throw error;
      }
      const name = error.unknownField;
      if (name === undefined || unknown.has(name) || unknown.size === MOST_UNKNOWN) {
        find(
          'template-error',
          error.place,
          sentence(error),
          'Mend this first; what it hides is not checked.',
        );
        return { content: undefined, unknown };
      }
      unknown.add(name);
      const where = placeOfSetting(error.place);
      find(
        'unknown-field',
        where,
        `${sentence(error)} Nobody would get a message: send refuses to begin.`,
        'Write the name of a column, or add the column to the list.',
      );
    }
  }
}

const MENDS: Partial<Record<Rule, string>> = {
  'missing-image': 'Put the file beside the template, or mend its name: readers would see an empty box.',
  'missing-subject': 'Readers and filters distrust a mail without a subject.',
};

/** "the subject" is no file. */
function placeOfSetting(place: Place): Place {
  return place.file !== undefined && /\s|^--/.test(place.file) ? {} : place;
}

function sentence({ sentence: text }: MailblastError): string {
  const whole = /[.?!]$/.test(text) ? text : `${text}.`;
  return whole.charAt(0).toUpperCase() + whole.slice(1);
}
