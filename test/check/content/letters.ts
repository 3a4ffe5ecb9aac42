// A letter, its list and its settings as a check gets them, in a folder of their own.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContentReport, checkContent } from '../../../src/check/content/check-content.js';
import type { Finding, Rule } from '../../../src/check/finding.js';
import type { CampaignRequest } from '../../../src/engine/begin.js';

export interface CheckedLetter {
  /** What stands in <mj-head>, beside the title. */
  readonly head?: string;
  readonly title?: string;
  /** What stands in the one column. */
  readonly body: string;
  readonly list?: string;
  /** Further files by name. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly request?: Partial<CampaignRequest>;
  readonly silence?: readonly Rule[];
}

/** Words enough that the text part is not thin, and a way out. */
const ENOUGH =
  '<mj-text>We are glad that you read this letter, which has words enough to be one. <a href="{{unsubscribe_url}}">Unsubscribe</a></mj-text>';

export const LIST = 'email,first_name\nada@example.com,Ada\nbob@example.com,Bob\n';

/** The template; its body begins on line 8. */
export function templateOf({ head = '', title = 'News of the week', body }: CheckedLetter): string {
  return `<mjml lang="en">
<mj-head><mj-title>${title}</mj-title>
${head.replaceAll('\n', ' ')}
</mj-head>
<mj-body>
<mj-section>
<mj-column>
${body}
${ENOUGH}
</mj-column>
</mj-section>
</mj-body>
</mjml>
`;
}

export async function check(letter: CheckedLetter): Promise<ContentReport> {
  const folder = mkdtempSync(join(tmpdir(), 'mailblast-check-'));
  try {
    const list = join(folder, 'list.csv');
    const template = join(folder, 'news.mjml');
    writeFileSync(list, letter.list ?? LIST);
    writeFileSync(template, templateOf(letter));
    for (const [name, data] of Object.entries(letter.files ?? {})) writeFileSync(join(folder, name), data);
    const request: CampaignRequest = {
      name: 'check',
      list: { path: list, emailColumn: '' },
      template,
      subject: '',
      from: 'News <news@example.com>',
      replyTo: '',
      returnPath: '',
      listId: 'check.example.com',
      headers: [],
      attachments: [],
      attachColumn: '',
      attachFolder: folder,
      assetsUrl: '',
      jsonColumns: [],
      rawFields: [],
      unsubscribeUrl: 'https://example.com/u?t={{token}}',
      unsubscribeMailto: '',
      rehearsal: true,
      options: {},
      allowWithdraw: false,
      updateContent: false,
      ...letter.request,
    };
    return await checkContent(request, letter.silence ?? [], () => false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `rule:line`, in the order of the report. */
export function told({ findings }: ContentReport): string[] {
  return findings.map(({ rule, place }) => `${rule}:${place.line ?? ''}`);
}

export function only({ findings }: ContentReport, rule: Rule): Finding {
  const found = findings.filter((finding) => finding.rule === rule);
  if (found.length !== 1) throw new Error(`${found.length} findings of ${rule}: ${JSON.stringify(findings)}`);
  return found[0]!;
}
