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

/**
 * What MJML made of the words: each must have come back, and none may have been computed with.
 * @throws MailblastError `data` at the first tag that was lost.
 */
export function checkAllCameBack(html: string, numbers: ReadonlySet<number>, lifted: Lifted): void {
  for (const [number, tag] of lifted.tags.entries()) {
    if (numbers.has(number)) continue;
    const sentence = lost(tag);
    throw new MailblastError('data', sentence, { place: tag.place });
  }
  if (!/\bNaN(?:px|%|"|;| )/.test(html) || lifted.mjml.includes('NaN')) return;
  const reckoned = lifted.tags.find((tag) => RECKONED.test(tag.attribute) && tag.element.startsWith('mj-'));
  if (!reckoned) return;
  const sentence = `MJML computes widths from the ${reckoned.attribute} of <${reckoned.element}>, so ${reckoned.source} cannot stand there; write a fixed value`;
  throw new MailblastError('data', sentence, { place: reckoned.place });
}

function lost({ source, element, attribute }: LiftedTag): string {
  if (attribute !== '') {
    return `MJML computes with the ${attribute} of <${element}>, or does not use it, so ${source} cannot stand there; write a fixed value`;
  }
  if (element === 'mj-style') return `no element takes over the inline style in which ${source} stands`;
  return `MJML leaves out what stands here, and ${source} with it; inside elements that hold others, text belongs into <mj-raw> or <mj-text>`;
}

const RECKONED = /width|height|padding|border|size|gap/;

function at(lifted: Lifted, offset: number, sentence: string): MailblastError {
  return new MailblastError('data', sentence, { place: lifted.placeOf(offset) });
}
