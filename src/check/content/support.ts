// HTML and CSS of the author that mail programs do not support. Only what changes what a reader sees is told, and only
// what the author wrote: MJML's own output is its makers' matter. Styles in a media query are for those that read it.
// Knows the table of client-support.ts and the author's files.

import postcss, { type Declaration } from 'postcss';
import type { Place } from '../../domain/errors.js';
import type { Find } from '../finding.js';
import { type AuthorFile, attribute, elements, sheets } from './author-files.js';
import { type Feature, listed, SUPPORT } from './client-support.js';
import { DECLARATIONS, SELECTORS } from './support-rules.js';

const ELEMENTS: Readonly<Record<string, readonly [feature: Feature, seen: string, mend: string]>> = {
  form: ['html-form', 'nothing can be sent off', 'Link to a page with the form.'],
  input: ['html-input-text', 'the field is missing or cannot be filled in', 'Link to a page with the form.'],
  select: ['html-select', 'nothing can be chosen', 'Link to a page with the form.'],
  textarea: ['html-textarea', 'the field is missing or cannot be filled in', 'Link to a page with the form.'],
  video: ['html-video', 'nothing plays', 'Link a picture of it to a page where it plays.'],
  audio: ['html-audio', 'nothing plays', 'Link to a page where it plays.'],
  svg: ['html-svg', 'the drawing is missing', 'Make a PNG of it.'],
  object: ['html-object', 'nothing is shown', 'Link to it.'],
  embed: ['html-object', 'nothing is shown', 'Link to it.'],
  picture: ['html-picture', 'only the img inside is shown', 'Use one img.'],
  dialog: ['html-dialog', 'its text stands in the letter', 'Do without it.'],
  marquee: ['html-marquee', 'the text stands still', 'Do without it.'],
  meter: ['html-meter', 'its fallback text is read', 'Make a picture of it.'],
  progress: ['html-progress', 'its fallback text is read', 'Make a picture of it.'],
};

/** No mail program runs these, and several take mail that holds them for an attack. */
const FORBIDDEN = /^(?:script|iframe|applet|frameset)$/;

export function checkSupport(file: AuthorFile, find: Find): void {
  const told = new Set<string>();
  const css = (feature: Feature, what: string, seen: string, mend: string, place: Place) => {
    const without: readonly string[] = SUPPORT[feature];
    if (without.length === 0 || told.has(what)) return;
    told.add(what);
    find('unsupported-css', place, `${what} is not supported by ${listed(without)}: ${seen}.`, mend);
  };
  for (const element of elements(file.tree.children)) {
    const place = file.placeOf(element.startIndex ?? 0);
    checkElement(element.name, element.attribs, place, find);
    // MJML's own elements have attributes of their own in the place of styles.
    const style = element.name.startsWith('mj') ? undefined : attribute(file, element, 'style');
    if (style !== undefined) checkSheet(`x{${covered(style.value)}}`, style.at - 2, file, css);
  }
  for (const { css: text, at } of sheets(file)) checkSheet(text, at, file, css);
}

function covered(style: string): string {
  return style.replace(/\{\{[\s\S]*?\}\}/g, (tag) => 'x'.repeat(tag.length));
}

function checkElement(
  name: string,
  attribs: Readonly<Record<string, string>>,
  place: Place,
  find: Find,
): void {
  if (FORBIDDEN.test(name) || (name === 'link' && /stylesheet/i.test(attribs.rel ?? ''))) {
    find(
      'unsupported-html',
      place,
      `<${name}> is taken out by nearly every mail program, and filters distrust mail that holds it.`,
      name === 'link' ? 'Put the styles into mj-style.' : 'Take it out, and link to a page for what it does.',
    );
    return;
  }
  if (name === 'input' && attribs.type === 'hidden') return;
  const rule = ELEMENTS[name];
  if (rule === undefined) return;
  const [feature, seen, mend] = rule;
  const without: readonly string[] = SUPPORT[feature];
  if (without.length === 0) return;
  find('unsupported-html', place, `<${name}> is not supported by ${listed(without)}: ${seen}.`, mend);
}

function checkSheet(
  text: string,
  at: number,
  file: AuthorFile,
  css: (feature: Feature, what: string, seen: string, mend: string, place: Place) => void,
): void {
  let root: postcss.Root;
  try {
    root = postcss.parse(text);
  } catch {
    // Blocks of merge tags may leave braces open; what cannot be read is not judged.
    return;
  }
  const placeOf = (node: postcss.Node) => file.placeOf(at + (node.source?.start?.offset ?? 0));
  root.walkAtRules('import', (rule) =>
    css(
      'css-at-import',
      '@import',
      'the styles in it are missing',
      'Put the styles into mj-style.',
      placeOf(rule),
    ),
  );
  root.walkDecls((declaration) => {
    if (isConditional(declaration)) return;
    const { prop, value } = declaration;
    const rule = DECLARATIONS.find(
      (each) => (each.property?.test(prop) ?? true) && (each.value?.test(value) ?? true),
    );
    if (rule === undefined) return;
    const what = rule.property === undefined || rule.value !== undefined ? `${prop}: ${value}` : prop;
    css(rule.feature, what, rule.seen, rule.mend, placeOf(declaration));
  });
  root.walkRules((rule) => {
    if (isConditional(rule)) return;
    for (const [selector, feature, name] of SELECTORS) {
      if (!selector.test(rule.selector)) continue;
      css(
        feature,
        name,
        'the styles in it are dropped',
        'Write into the letter what it should add.',
        placeOf(rule),
      );
    }
    if (rule.parent?.type === 'rule') {
      css(
        'css-nesting',
        'A rule inside a rule',
        'its styles are dropped',
        'Write it by itself.',
        placeOf(rule),
      );
    }
  });
}

/** Within a media query or @supports, which those that lack a feature pass over as a rule. */
function isConditional(node: Declaration | postcss.Rule): boolean {
  for (let above: postcss.Node | undefined = node.parent; above; above = above.parent) {
    if (above.type === 'atrule') return true;
  }
  return false;
}
