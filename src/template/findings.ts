// What MJML finds wrong with a template, as its author should hear it.
// Knows MJML's findings and elements; knows of merge tags only that their words are not the author's mistake.

import { MailblastError } from '../domain/errors.js';
import type { Lifted, LiftedTag } from './lift.js';
import { Lines } from './source.js';

/** A finding as MJML gives it. Lines count from 1, in what MJML read. */
export interface Finding {
  readonly line: number;
  readonly message: string;
  readonly tagName: string;
}

/** How many findings are told at once. */
const SHOWN = 5;

/**
 * Sorts out MJML's findings: those about a merge tag's word are none, and a title is not needed.
 * @throws MailblastError `data` with what is left, file and line for each.
 */
export function judge(findings: readonly Finding[], lifted: Lifted): void {
  const lines = new Lines(lifted.mjml);
  const real = findings
    .filter(({ message }) => !message.toLowerCase().includes(lifted.marker) && !message.includes('mj-title'))
    .sort((one, other) => one.line - other.line);
  const placed = real.slice(0, SHOWN).map((finding) => {
    const from = lines.startOf(finding.line);
    const at = lifted.mjml.indexOf(`<${finding.tagName}`, from);
    const { file, line } = lifted.placeOf(at < 0 || lines.at(at).line !== finding.line ? from : at);
    return new MailblastError('data', sentence(finding), { place: { file: file!, line: line! } });
  });
  const [first, ...others] = placed;
  if (first === undefined) return;
  const more = real.length > SHOWN ? [`… and ${real.length - SHOWN} more`] : [];
  const rest = [...others.map((error) => error.message), ...more].map((line) => `\n${line}`).join('');
  throw new MailblastError('data', `${sentence(real[0]!)}${rest}`, { place: first.place });
}

function sentence(finding: Finding): string {
  const message = finding.message.trim();
  return message.includes(`${finding.tagName} `) ? message : `<${finding.tagName}>: ${message}`;
}

/**
 * MJML, like HTML, takes a missing end tag in silence, and the rest of the letter with it.
 * @throws MailblastError `data` at the first MJML element that is not closed, or closed without being open.
 */
export function checkElements(lifted: Lifted): void {
  const open: { readonly name: string; readonly at: number }[] = [];
  const tags =
    /<style\b[\s\S]*?<\/style|<!--[\s\S]*?-->|<(\/?)(mjml|mj-[a-z-]+)((?:"[^"]*"|'[^']*'|[^>"'])*)>/gi;
  for (const tag of lifted.mjml.matchAll(tags)) {
    const name = tag[2]?.toLowerCase();
    if (name === undefined || (tag[1] === '' && tag[3]!.endsWith('/'))) continue;
    if (tag[1] === '') {
      open.push({ name, at: tag.index });
      continue;
    }
    const last = open.pop();
    if (last?.name === name) continue;
    if (last === undefined) throw at(lifted, tag.index, `</${name}> closes nothing`);
    throw at(lifted, last.at, `<${last.name}> is not closed before </${name}>`);
  }
  const left = open.at(-1);
  if (left) throw at(lifted, left.at, `<${left.name}> is never closed`);
  if (!/<mjml\b/i.test(lifted.mjml)) {
    throw at(lifted, 0, 'this is no MJML: it has no <mjml> element');
  }
}

const SIDES = '(?:-left|-right)?';
const BACKGROUND = 'background-(?:repeat|size|position(?:-[xy])?)';

/**
 * Attributes by which MJML computes or decides something else than the attribute itself: the width of an image in a
 * column, what Outlook is told about a background. With a word in them that goes wrong in silence.
 */
const COMPUTED: Readonly<Record<string, RegExp>> = {
  'mj-button': /^width$/,
  'mj-column': new RegExp(`^(?:(?:inner-)?border|padding)${SIDES}$`),
  'mj-divider': /^(?:width|align)$/,
  'mj-image': new RegExp(`^(?:border|padding)${SIDES}$`),
  'mj-section': new RegExp(`^(?:border${SIDES}|${BACKGROUND})$`),
  'mj-wrapper': new RegExp(`^(?:border${SIDES}|${BACKGROUND})$`),
  'mj-table': /^cellspacing$/,
};

/**
 * @throws MailblastError `data` at the first tag in an attribute that MJML computes with.
 */
export function checkAttributes(lifted: Lifted): void {
  for (const [number, tag] of lifted.tags.entries()) {
    const { element, attribute } = tag;
    // Classes and defaults may reach any element.
    const rules = /^mj-(?:all|class)$/.test(element) ? Object.values(COMPUTED) : [COMPUTED[element]];
    if (!rules.some((rule) => rule?.test(attribute))) continue;
    // Of a border MJML reads the width, so that the colour may be a tag.
    if (/border/.test(attribute) && /["' ]\d[^"']*$/.test(before(number, lifted))) continue;
    throw computed(tag);
  }
}

/** What is written before a tag, as far as it matters. */
function before(number: number, lifted: Lifted): string {
  const end = lifted.mjml.indexOf(`${lifted.marker}${number}z`);
  return lifted.mjml.slice(Math.max(0, end - 500), end);
}

function computed({ source, element, attribute, place }: LiftedTag): MailblastError {
  const sentence = `MJML computes with the ${attribute} of <${element}>, so ${source} cannot stand there; write a fixed value`;
  return new MailblastError('data', sentence, { place });
}

/**
 * What MJML made of the words: each must have come back, and none may have been computed with.
 * @throws MailblastError `data` at the first tag that was lost.
 */
export function checkAllCameBack(html: string, numbers: ReadonlySet<number>, lifted: Lifted): void {
  for (const [number, tag] of lifted.tags.entries()) {
    if (!numbers.has(number))
      throw new MailblastError('data', lost(tag, before(number, lifted)), { place: tag.place });
  }
  if (!html.includes('NaN') || lifted.mjml.includes('NaN')) return;
  const reckoned = lifted.tags.find((tag) => RECKONED.test(tag.attribute) && tag.element.startsWith('mj-'));
  if (reckoned) throw computed(reckoned);
}

function lost({ source, element, attribute }: LiftedTag, written: string): string {
  if (element === 'mj-class') {
    return `no element uses the mj-class in which ${source} stands, or none of those that do takes its ${attribute}`;
  }
  if (attribute !== '') {
    return `MJML computes with the ${attribute} of <${element}>, or does not use it, so ${source} cannot stand there; write a fixed value`;
  }
  if (element === 'mj-style') return `no element takes over the inline style in which ${source} stands`;
  if (/<mj-html-attribute\b[^<]*$/.test(written))
    return `no element is found for the attribute that ${source} gives`;
  return `MJML leaves out what stands here, and ${source} with it; inside elements that hold others, text belongs into <mj-raw> or <mj-text>`;
}

const RECKONED = /width|height|padding|border|size|gap/;

function at(lifted: Lifted, offset: number, sentence: string): MailblastError {
  return new MailblastError('data', sentence, { place: lifted.placeOf(offset) });
}
