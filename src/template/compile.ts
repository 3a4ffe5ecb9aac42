// Compiles an author's MJML template, once per campaign, into Handlebars sources that are merged per recipient.
// The only file that knows mjml. Knows the steps and their order; each step is a file of its own.

import { createHash } from 'node:crypto';
import { MailblastError } from '../domain/errors.js';
import { PLAIN } from '../domain/pieces.js';
import { bindTemplate } from './bind.js';
import { checkTags } from './check.js';
import { checkNamedColumns, type Schema } from './fields.js';
import { checkAllCameBack, checkAttributes, checkElements, type Finding, judge } from './findings.js';
import { foldHtml } from './fold.js';
import { supported } from './intl.js';
import { type Lifted, type LiftedTag, liftTags } from './lift.js';
import { compileMerge, parseTemplate } from './merge.js';
import { placeTags } from './placing.js';
import { decodeText, toPlainText } from './plain-text.js';
import { type Restored, restoreTags, words } from './restore.js';
import { TagTrouble } from './source.js';
import { BEGINNING } from './standing.js';

/** The author's template. Files it includes are read from the folder of `path`. */
export interface TemplateFile {
  readonly path: string;
  readonly text: string;
}

/** What a campaign freezes of its template. */
export interface CompiledTemplate {
  /** Handlebars source: the compiled HTML with every merge tag back in its place. */
  readonly html: string;
  /** Handlebars source of the text part, links and block tags kept. */
  readonly text: string;
  /** `<mj-title>` as Handlebars source, entities decoded; empty when there is none. */
  readonly title: string;
  /** Fields that html, text or title read, as they write them. */
  readonly fields: readonly string[];
  /** Sentences that the author should hear, though nothing is wrong. */
  readonly notes: readonly string[];
  /** What dates and numbers are written for where a tag names no locale: `<mjml lang>`, else `en`. */
  readonly locale: string;
  /** Every file that was read, the template first; the hash is hex. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
}

/**
 * Compiles a template for lists with these fields.
 * @throws MailblastError `data` with file, line and column for what MJML finds wrong, for tags that cannot be read or
 * stand where no value can, for unknown fields, and for tags that MJML does not give back; `no_input` when an included
 * file cannot be read.
 */
export async function compileTemplate(file: TemplateFile, schema: Schema): Promise<CompiledTemplate> {
  checkNamedColumns(schema);
  const lifted = liftTags(file.path, file.text);
  const locale = localeOfTemplate(lifted);
  const fields = { ...schema, locale };
  checkTags(lifted.tags);
  checkFields(lifted, fields);
  checkElements(lifted);
  checkAttributes(lifted);
  const folded = foldHtml(await runMjml(lifted), (comment) => words(lifted.marker).test(comment));

  const html = restoreTags(folded, lifted);
  checkAllCameBack(folded, new Set(html.numbers), lifted);
  const inLinks = tagsInLinks(html);
  const text = restoreTags(textWithBlocks(folded, lifted), lifted, {
    rewrite: (tag, number) => (inLinks.has(number) ? asLinkPart(tag) : tag.source),
  });
  const title = restoreTags(/<title>([\s\S]*?)<\/title>/.exec(folded)?.[1] ?? '', lifted, {
    literal: decodeTitle,
  });

  const parts = [
    compileMerge('html', html.source, { ...fields, what: file.path, encoder: PLAIN, placeOf: html.placeOf }),
    compileMerge('text', text.source, { ...fields, what: file.path, encoder: PLAIN, placeOf: text.placeOf }),
    compileMerge('header', title.source, {
      ...fields,
      what: file.path,
      encoder: PLAIN,
      placeOf: title.placeOf,
    }),
  ];
  return {
    html: html.source,
    text: text.source,
    title: title.source.trim(),
    fields: [...new Set(parts.flatMap((part) => part.fields))],
    notes: remarks(html.source, title.source),
    locale,
    files: hashes(lifted),
  };
}

/** Names are checked on the source, before MJML is even loaded. */
function checkFields(lifted: Lifted, fields: Schema): void {
  const source = restoreTags(lifted.mjml, lifted);
  try {
    bindTemplate(parseTemplate(source.source), fields, 'html');
  } catch (error) {
    if (error instanceof TagTrouble) throw error.toError(source.placeOf);
    throw error;
  }
}

/** A language that this machine cannot write dates in (`tlh`) is right for HTML all the same. */
function localeOfTemplate(lifted: Lifted): string {
  const tag = /<mjml\b(?:"[^"]*"|'[^']*'|[^>"'])*>/i.exec(lifted.mjml)?.[0] ?? '';
  const [, one, other] = /\slang\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(tag) ?? [];
  return supported(one ?? other ?? '') ?? 'en';
}

async function runMjml(lifted: Lifted): Promise<string> {
  const { default: mjml2html } = await import('mjml');
  try {
    // The strict pass renders nothing when it finds something, so that MJML has nothing to complain of on the console.
    return (await mjml2html(lifted.mjml, { validationLevel: 'strict' })).html;
  } catch (error) {
    const { errors } = error as { errors?: readonly Finding[] };
    if (errors === undefined) throw unreadable(error, lifted);
    judge(errors, lifted);
  }
  try {
    return (await mjml2html(lifted.mjml, { validationLevel: 'skip' })).html;
  } catch (error) {
    throw unreadable(error, lifted);
  }
}

function unreadable(error: unknown, lifted: Lifted): MailblastError {
  const sentence = `MJML cannot compile this template: ${error instanceof Error ? error.message : String(error)}`;
  return new MailblastError('data', sentence, { place: { file: lifted.files[0]!.path }, cause: error });
}

/** Numbers of the tags that stand inside a link, behind its beginning: in the text part they are encoded, too. */
function tagsInLinks(html: Restored): ReadonlySet<number> {
  const inside = new Set<number>();
  try {
    const program = parseTemplate(html.source);
    for (const [node, spot] of placeTags(program, BEGINNING.html)) {
      if (spot.in !== 'link' || spot.begins || spot.scheme === 'mailto' || spot.scheme === 'tel') continue;
      inside.add(html.numberAt(node.loc.start.line, node.loc.start.column));
    }
  } catch (error) {
    if (error instanceof TagTrouble) throw error.toError(html.placeOf);
    throw error;
  }
  return inside;
}

/** `{{city}}` as `{{linkPart city}}`, `{{default city "x"}}` as `{{linkPart (default city "x")}}`. */
function asLinkPart(tag: LiftedTag): string {
  const parts = /^\{\{(~?)\s*([\s\S]*?)\s*(~?)\}\}$/.exec(tag.source);
  const statement = parseTemplate(tag.source).body[0];
  if (!parts || statement?.type !== 'MustacheStatement') return tag.source;
  const called = (statement as hbs.AST.MustacheStatement).params.length > 0;
  return `{{${parts[1]}linkPart ${called ? `(${parts[2]})` : parts[2]}${parts[3]}}}`;
}

/**
 * The text of the HTML, with the words of all tags. Block tags step out of their comments, which text programs pass
 * over; as single characters meanwhile, so that a line is not thought longer for a tag that nobody will see.
 */
function textWithBlocks(html: string, lifted: Lifted): string {
  const first = freeCharacters(html, lifted.tags.length);
  const word = (number: number) => `${lifted.marker}${number}z`;
  const shown = html.replace(words(lifted.marker), (_, boxed, bare) => {
    const number = Number(boxed ?? bare);
    return lifted.tags[number]?.kind === 'block' ? String.fromCodePoint(first + number) : word(number);
  });
  const blocks = new RegExp(
    `[${String.fromCodePoint(first)}-${String.fromCodePoint(first + lifted.tags.length)}]`,
    'gu',
  );
  return toPlainText(shown, blocks).replace(blocks, (found) => word(found.codePointAt(0)! - first));
}

/** The first of `count` characters in a row, from those that Unicode leaves to private use, that the text has not. */
function freeCharacters(text: string, count: number): number {
  for (let first = PRIVATE_USE; ; first += count + 1) {
    const used = new RegExp(`[\\u{${first.toString(16)}}-\\u{${(first + count).toString(16)}}]`, 'u');
    if (!used.test(text)) return first;
  }
}

/** Unicode's last two planes, 131,072 characters; the icons that people use lie far below. */
const PRIVATE_USE = 0xf0000;

/** Blanks at the ends of a piece of the title stand beside merge tags, and stay. */
function decodeTitle(html: string): string {
  const [, before, text, after] = /^(\s*)([\s\S]*?)(\s*)$/.exec(html)!;
  return (before === '' ? '' : ' ') + (text === '' ? '' : decodeText(text!)) + (after === '' ? '' : ' ');
}

/** Gmail shows no more of a message than this many octets of HTML. */
const GMAIL_LIMIT = 102 * 1024;

function remarks(html: string, title: string): readonly string[] {
  const notes: string[] = [];
  if (title.trim() === '') {
    notes.push(
      'The template has no <mj-title>, which gives the subject and names the message to screen readers.',
    );
  }
  const size = Buffer.byteLength(html);
  if (size > GMAIL_LIMIT) {
    notes.push(`The HTML has ${Math.round(size / 1024)} kB; Gmail hides what is beyond 102 kB.`);
  }
  if (/fonts\.googleapis\.com/.test(html)) {
    notes.push(
      'The message loads fonts from fonts.googleapis.com; set font-family to fonts that people have to avoid it.',
    );
  }
  return notes;
}

function hashes(lifted: Lifted): CompiledTemplate['files'] {
  const files = new Map(lifted.files.map((file) => [file.path, file.text]));
  return [...files].map(([path, text]) => ({
    path,
    sha256: createHash('sha256').update(text).digest('hex'),
  }));
}
